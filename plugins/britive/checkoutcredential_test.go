package britive_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/cache"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/plugins/britive"
)

const (
	tokensPath  = "GET /api/access/t1/tokens"
	sessionPath = openPath + "/session"
	keys        = `{"accessKeyID":"ASIA1","secretAccessKey":"s","sessionToken":"t","expirationTime":"2000-01-01T01:00:00Z"}`
)

func offer(features string) http.HandlerFunc {
	return says(`[{"name":"jit-details","enabled":true},{"name":"jit-session","enabled":` + features + `}]`)
}

// remembering makes clients of one person, as one process after the other.
func remembering(x *tenant) func() *britive.Client {
	memory := britive.Memory{Store: cache.Memory(), Name: "alice"}
	return func() *britive.Client {
		client := x.client()
		client.Memory = memory
		return client
	}
}

// checkedOut is a checkout with its credential that must be there.
func checkedOut(t *testing.T, client *britive.Client) jit.Grant {
	t.Helper()
	grant, credential, err := client.CheckoutCredential(t.Context(), sigma(), jit.Reason{Justification: "why"}, true)
	if err != nil {
		t.Fatal(err)
	}
	if grant.ID != "t1" || grant.Access.Path() != "Sigma/196 (Labs)/Pods" || credential.AccessKeyID != "ASIA1" {
		t.Fatalf("%+v", grant)
	}
	return grant
}

// TestThreeRoundTrips holds what a process pays at a plain tenant once the ids are
// known: what stands, checkout, credentials; and then what stands alone.
func TestThreeRoundTrips(t *testing.T) {
	x := newTenant(t).on("GET /api/access", says(listing)).on("GET /api/features", says("[]")).
		on(statusPath, list(), list(), list(row("checkedOut"))).on(openPath, says(row("checkedOut"))).on(tokensPath, says(keys))
	client := remembering(x)
	checkedOut(t, client())
	x.calls = nil
	checkedOut(t, client())
	if got := strings.Join(x.calls, ", "); got != strings.Join([]string{statusPath, openPath, tokensPath}, ", ") {
		t.Errorf("called %s", got)
	}
	x.calls = nil
	grants, err := client().Grants(t.Context())
	if err != nil || len(grants) != 1 || grants[0].Access.Path() != "Sigma/196 (Labs)/Pods" {
		t.Errorf("%+v, %v", grants, err)
	}
	x.wants("", 1)
}

// TestOneRoundTrip holds what it pays where the broker gives both at once.
func TestOneRoundTrip(t *testing.T) {
	var bodies []string
	x := newTenant(t).on("GET /api/access", says(listing)).on("GET /api/features", offer("true")).
		on(sessionPath, func(w http.ResponseWriter, r *http.Request) {
			text := make([]byte, 200)
			n, _ := r.Body.Read(text)
			bodies = append(bodies, string(text[:n]))
			says(`{"checkout":`+row("checkedOut")+`,"credentials":`+keys+`}`)(w, r)
		})
	client := remembering(x)
	checkedOut(t, client())
	x.calls = nil
	checkedOut(t, client())
	x.wants(sessionPath, 1)
	x.wants("", 1)
	if bodies[1] != `{"justification":"why","open":true}` {
		t.Errorf("sent %s", bodies[1])
	}
}

// TestNoCheckout holds that where none stands and none is to be opened, none is,
// in either way.
func TestNoCheckout(t *testing.T) {
	for name, features := range map[string]string{"at once": "true", "in steps": "false"} {
		t.Run(name, func(t *testing.T) {
			x := newTenant(t).on("GET /api/access", says(listing)).on("GET /api/features", offer(features)).
				on(statusPath, list()).on(sessionPath, says(`{"checkout":null,"credentials":null}`))
			grant, _, err := x.client().CheckoutCredential(t.Context(), sigma(), jit.Reason{}, false)
			if err != nil || grant.ID != "" {
				t.Errorf("%+v, %v", grant, err)
			}
		})
	}
}

// TestStaleMemory holds that ids and features which were right once are asked for
// again when they no longer are.
func TestStaleMemory(t *testing.T) {
	moved := strings.ReplaceAll(listing, `"p1"`, `"p2"`)
	x := newTenant(t).on("GET /api/access", says(listing), says(moved)).on("GET /api/features", offer("true"), offer("false")).
		on(sessionPath, says(`{"checkout":`+row("checkedOut")+`,"credentials":`+keys+`}`), fails(404, "", "there is no such call")).
		on(statusPath, list()).
		on("POST /api/access/p2/environments/e1", says(strings.ReplaceAll(row("checkedOut"), `"p1"`, `"p2"`))).on(tokensPath, says(keys))
	client := remembering(x)
	checkedOut(t, client())
	if grant := checkedOut(t, client()); grant.Access.ProfileID != "p2" {
		t.Errorf("%+v", grant.Access)
	}
	x.calls = nil
	checkedOut(t, client())
	x.wants("", 3)

	synctest.Test(t, func(t *testing.T) { // in 2000, which is no day that anything was learnt on
		x := newTenant(t).on("GET /api/access", says(listing)).on("GET /api/features", offer("true")).
			on(sessionPath, says(`{"checkout":`+row("checkedOut")+`,"credentials":`+keys+`}`))
		client := remembering(x)
		checkedOut(t, client())
		time.Sleep(25 * time.Hour)
		checkedOut(t, client())
		x.wants("GET /api/access", 2)
	})
}

// TestSkew holds what is made of the Date in answers.
func TestSkew(t *testing.T) {
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		theirs  time.Time
		headers []string
		want    time.Duration
	}{
		{theirs: now.Add(3 * time.Second)},
		{theirs: now.Add(59 * time.Second)},
		{theirs: now.Add(7 * time.Minute), want: 7 * time.Minute},
		{theirs: now.Add(-3 * time.Hour), want: -3 * time.Hour},
		{theirs: now.Add(-3 * time.Hour), headers: []string{"Age", "10800"}},
	}
	for _, tt := range tests {
		headers := append([]string{"Date", tt.theirs.Format(http.TimeFormat)}, tt.headers...)
		client := newTenant(t).on(statusPath, status(200, "[]", headers...)).client()
		client.Now = func() time.Time { return now }
		if _, err := client.Grants(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := client.Skew(); got != tt.want {
			t.Errorf("%v: skew %s, want %s", headers, got, tt.want)
		}
	}
}
