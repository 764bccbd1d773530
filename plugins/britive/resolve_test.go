package britive_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const legacy = `[{"appContainerId":"a1","appName":"Sigma","catalogAppName":"AWS","profiles":[{"profileId":"p1","papId":17,"profileName":"Pods",
	"profileDescription":"All verbs","environments":[{"environmentId":"e1","environmentName":"196 (Labs)","alternateEnvironmentName":"labs","accountId":null}]}]}]`

const paged = `{"count":1,"page":0,"size":20,"data":[{"papId":"p1","environmentId":"e1","appId":"a1",
	"application":{"appName":"Sigma","applicationType":"AWS"},"profile":{"papName":"Pods","description":"All verbs"},
	"environment":{"environmentName":"196 (Labs)","alternateEnvironmentName":"labs"}}]}`

// TestListings holds that the three forms of a listing say the same.
func TestListings(t *testing.T) {
	want := jit.Profile{
		Access: jit.Access{
			Application: "Sigma", ApplicationID: "a1", Environment: "196 (Labs)", EnvironmentID: "e1", Profile: "Pods", ProfileID: "p1",
		},
		Alternate: "labs", Description: "All verbs", Type: "AWS",
	}
	both := strings.Replace(listing, `"accesses":[`, `"accesses":[{"appContainerId":"a1","environmentId":"e1","papId":"p1","accessType":"CONSOLE"},`, 1)
	for name, body := range map[string]string{"compact": listing, "with both access types": both, "older": legacy, "a page": paged} {
		got, err := newTenant(t).on("GET /api/access", says(body)).client().Profiles(t.Context())
		if err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// TestPages holds that pages are followed to the last one, and no further, also
// where the tenant gives none of the size it was asked for.
func TestPages(t *testing.T) {
	page := func(w http.ResponseWriter, r *http.Request) {
		number := 0
		_, _ = fmt.Sscan(r.URL.Query().Get("page"), &number)
		says(fmt.Sprintf(`{"count":5,"page":%d,"size":2,"data":[{"papId":"p%d","environmentId":"e"},{"papId":"q%d","environmentId":"e"}]}`, number, number, number))(w, r)
	}
	x := newTenant(t).on("GET /api/access", page)
	if got, err := x.client().Profiles(t.Context()); err != nil || len(got) != 6 {
		t.Errorf("%+v, %v", got, err)
	}
	x.wants("GET", 4) // the first one twice: larger ones are asked for

	endless := newTenant(t).on("GET /api/access", says(`{"count":999999999,"page":0,"size":1,"data":[{"papId":"p","environmentId":"e"}]}`))
	_, err := endless.client().Profiles(t.Context())
	expect(t, err, jit.Unavailable, "has no end")
}

// three is a listing in which some names are given twice.
const three = `{"accesses":[
	{"appContainerId":"a1","environmentId":"e1","papId":"p1"},{"appContainerId":"a1","environmentId":"e2","papId":"p1"},
	{"appContainerId":"a1","environmentId":"e3","papId":"p1"},{"appContainerId":"a1","environmentId":"e1","papId":"p2"}],
	"apps":[{"appContainerId":"a1","catalogAppDisplayName":"Manual - Sigma Labs"}],
	"environments":[{"environmentId":"e1","environmentName":"Prod/EU","alternateEnvironmentName":"prod"},
		{"environmentId":"e2","environmentName":"Stage","alternateEnvironmentName":"prod"},{"environmentId":"e3","environmentName":"stage "}],
	"profiles":[{"papId":"p1","papName":"EKS Pod Manager"},{"papId":"p2","papName":"EKS Reader"}]}`

func TestResolve(t *testing.T) {
	tests := []struct {
		app, environment, profile string
		id                        string // papId/environmentId, or empty for an error
		code                      jit.Code
		says                      string
	}{
		{"Manual - Sigma Labs", "Prod/EU", "EKS Pod Manager", "p1/e1", "", ""},
		{" manual - SIGMA labs ", "prod/eu", "eks pod manager\t", "p1/e1", "", ""},
		{"a1", "e2", "p1", "p1/e2", "", ""},
		{"Manual - Sigma Labs", "prod", "EKS Reader", "p2/e1", "", ""},
		{"Manual - Sigma Labs", "prod", "EKS Pod Manager", "", jit.Invalid, `"Manual - Sigma Labs/Prod\\/EU/EKS Pod Manager", "Manual - Sigma Labs/Stage/EKS Pod Manager"`},
		{"Manual - Sigma Labs", "stage", "EKS Pod Manager", "", jit.Invalid, `environment id "e3"`},
		{"Manual - Sigma Labs", "Prod/EU", "EKS Pod Manger", "", jit.NotFound, `did you mean "Manual - Sigma Labs/Prod\\/EU/EKS Pod Manager"?`},
		{"Manual - Sigma Lab", "Prod/EU", "EKS Reader", "", jit.NotFound, `did you mean "Manual - Sigma Labs/Prod\\/EU/EKS Reader"`},
		{"x", "y", "z", "", jit.NotFound, "there is no such profile for this person\nnext: kubectl jit profiles"},
		{"", "", "", "", jit.NotFound, ""},
	}
	for _, tt := range tests {
		var opened []string
		x := newTenant(t).on("GET /api/access", says(three)).on(statusPath, list()).
			on("POST /api/access/{pap}/environments/{environment}", func(w http.ResponseWriter, r *http.Request) {
				opened = append(opened, r.PathValue("pap")+"/"+r.PathValue("environment"))
				says(row("checkedOut"))(w, r)
			})
		access := jit.Access{Application: tt.app, Environment: tt.environment, Profile: tt.profile}
		_, err := x.client().Checkout(t.Context(), access, jit.Reason{})
		if tt.id == "" {
			expect(t, err, tt.code, tt.says)
			x.wants("POST", 0)
		} else if err != nil || !slices.Equal(opened, []string{tt.id}) {
			t.Errorf("%q opens %q, %v", access.Path(), opened, err)
		}
	}
}

// TestListingIsRemembered holds that names cost one listing, and that a profile
// which is new is found all the same.
func TestListingIsRemembered(t *testing.T) {
	x := newTenant(t).on("GET /api/access", says(`{"accesses":[]}`), says(listing)).on(statusPath, list(row("checkedOut")))
	client := x.client()
	if profiles, err := client.Profiles(t.Context()); err != nil || len(profiles) != 0 {
		t.Fatalf("%+v, %v", profiles, err)
	}
	for range 3 {
		if _, err := client.Checkout(t.Context(), sigma(), jit.Reason{}); err != nil {
			t.Fatal(err)
		}
	}
	if got := x.called("GET /api/access") - x.called(statusPath); got != 2 {
		t.Errorf("listed %d times", got)
	}
}

// TestIDsForNames holds that a checkout is shown by its ids where the names cannot
// be had.
func TestIDsForNames(t *testing.T) {
	x := newTenant(t).on("GET /api/access", fails(500, "E1000", "no")).on(statusPath, list(row("checkedOut")))
	grants, err := x.client().Grants(t.Context())
	if err != nil || len(grants) != 1 || grants[0].Access.Path() != "a1/e1/p1" {
		t.Errorf("%+v, %v", grants, err)
	}
}

func BenchmarkProfiles20000(b *testing.B) {
	var rows, paps []string
	for i := range 20_000 {
		rows = append(rows, fmt.Sprintf(`{"appContainerId":"a1","environmentId":"e1","papId":"p%d","accessType":"PROGRAMMATIC"}`, i))
		paps = append(paps, fmt.Sprintf(`{"papId":"p%d","papName":"Profile number %d","papDescription":"What it is good for"}`, i, i))
	}
	body := fmt.Sprintf(`{"count":20000,"accesses":[%s],"apps":[{"appContainerId":"a1","catalogAppDisplayName":"Sigma"}],
		"environments":[{"environmentId":"e1","environmentName":"Labs"}],"profiles":[%s]}`, strings.Join(rows, ","), strings.Join(paps, ","))
	x := newTenant(&testing.T{}).on("GET /api/access", says(body))
	client := x.client()
	b.ReportAllocs()
	for b.Loop() {
		if profiles, err := client.Profiles(b.Context()); err != nil || len(profiles) != 20_000 {
			b.Fatal(len(profiles), err)
		}
	}
}
