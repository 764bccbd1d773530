package britiveapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-jit/kubectl-jit/pkg/britiveapi"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

func two() ([]jit.Profile, error) {
	pods := jit.Access{Application: "Sigma", ApplicationID: "a1", Environment: "Labs", EnvironmentID: "e1", Profile: "Pods", ProfileID: "p1"}
	other := pods
	other.Environment, other.EnvironmentID = "Production", "e2"
	return []jit.Profile{{Access: pods, Description: "All verbs on pods", Type: "AWS"}, {Access: other, Type: "AWS"}}, nil
}

// TestListing holds the compact listing byte for byte: pybritive fails at a
// missing key, at a null it wants to lower-case, and at a key that looks like
// paging.
func TestListing(t *testing.T) {
	const want = `{"count":2,"accesses":[` +
		`{"appContainerId":"a1","environmentId":"e1","papId":"p1","accessType":"PROGRAMMATIC"},` +
		`{"appContainerId":"a1","environmentId":"e2","papId":"p1","accessType":"PROGRAMMATIC"}],` +
		`"apps":[{"appContainerId":"a1","appDescription":"","catalogAppDisplayName":"Sigma","catalogAppName":"AWS",` +
		`"requiresHierarchicalModel":false,"consoleAccess":false,"programmaticAccess":true}],` +
		`"environments":[{"environmentId":"e1","environmentName":"Labs","alternateEnvironmentName":"","environmentDescription":"","profileEnvironmentProperties":{}},` +
		`{"environmentId":"e2","environmentName":"Production","alternateEnvironmentName":"","environmentDescription":"","profileEnvironmentProperties":{}}],` +
		`"profiles":[{"papId":"p1","papName":"Pods","papDescription":"All verbs on pods","sessionAttributes":[]}]}` + "\n"
	r := newRig(t, scripted{profiles: two}, nil)
	if diff := cmp.Diff(want, r.call("GET", "/api/access?type=sdk", "").Body.String()); diff != "" {
		t.Error(diff)
	}
}

func TestListingNarrowed(t *testing.T) {
	r := newRig(t, scripted{profiles: two}, nil)
	tests := []struct {
		query           string
		count, accesses int
	}{
		{"", 2, 2}, {"&search=prod", 1, 1}, {"&search=nothing", 0, 0}, {"&size=1", 2, 1}, {"&size=9", 2, 2}, {"&size=-1", 2, 2}, {"&size=x", 2, 2},
	}
	for _, tt := range tests {
		var got struct {
			Count    int
			Accesses []any
		}
		r.reads(r.call("GET", "/api/access?type=sdk"+tt.query, ""), &got)
		if got.Count != tt.count || got.Accesses == nil || len(got.Accesses) != tt.accesses {
			t.Errorf("%q lists %+v", tt.query, got)
		}
	}
}

// TestLegacyListing holds that britivectl can read it: there is no papId.
func TestLegacyListing(t *testing.T) {
	three := func() ([]jit.Profile, error) {
		profiles, err := two()
		other := jit.Access{Application: "Tau", ApplicationID: "a2", Environment: "Labs", EnvironmentID: "e3", Profile: "Pods", ProfileID: "p2"}
		return append(profiles, jit.Profile{Access: other, Type: "AWS"}), err
	}
	r := newRig(t, scripted{profiles: three}, nil)
	w := r.call("GET", "/api/access", "")
	var apps []struct {
		AppName, CatalogAppName string
		Profiles                []struct {
			ProfileID    string
			Environments []struct{ EnvironmentName, AlternateEnvironmentName string }
		}
	}
	r.reads(w, &apps)
	if len(apps) != 2 || len(apps[0].Profiles) != 1 || len(apps[0].Profiles[0].Environments) != 2 || apps[0].Profiles[0].ProfileID != "p1" {
		t.Errorf("%+v", apps)
	} else if second := apps[1]; second.AppName != "Tau" || len(second.Profiles) != 1 || second.Profiles[0].ProfileID != "p2" || len(second.Profiles[0].Environments) != 1 {
		t.Errorf("%+v", second)
	}
	if strings.Contains(w.Body.String(), "papId") || strings.Contains(w.Body.String(), "null") {
		t.Errorf("%s", w.Body)
	}
}

func TestFallbackListings(t *testing.T) {
	r := newRig(t, scripted{profiles: two}, nil)
	for path, want := range map[string]int{
		"/api/access/apps": 1, "/api/access/apps/a1/environments": 2, "/api/access/apps/a1/environments/e1/paps": 1,
		"/api/access/apps/zz/environments": 0, "/api/access/apps/a1/environments/zz/paps": 0,
	} {
		var rows []map[string]any
		r.reads(r.call("GET", path, ""), &rows)
		if rows == nil || len(rows) != want {
			t.Errorf("%s lists %v", path, rows)
		}
	}
}

func TestCheckoutErrors(t *testing.T) {
	const path = "/api/access/p1/environments/e1?accessType=PROGRAMMATIC"
	fails := func(code jit.Code) func(jit.Access, jit.Reason) (jit.Grant, error) {
		return func(jit.Access, jit.Reason) (jit.Grant, error) {
			return jit.Grant{}, jit.Errorf(code, "check out", "no")
		}
	}
	r := newRig(t, scripted{checkout: fails(jit.Justification)}, nil)
	r.fails(r.call("POST", path, ""), http.StatusBadRequest, "AS-0001")
	r.fails(r.call("POST", path, `{"justification":"bad"}`), http.StatusBadRequest, "AS-0002")

	standing := jit.Grant{ID: "t1", Access: jit.Access{ProfileID: "p1", EnvironmentID: "e1"}}
	r = newRig(t, scripted{
		checkout: fails(jit.Unavailable),
		grants:   func() ([]jit.Grant, error) { return []jit.Grant{standing}, nil },
	}, nil)
	message, _ := r.fails(r.call("POST", path, ""), http.StatusBadRequest, "E1001")
	if !strings.Contains(strings.ToLower(message), "user has already checked out profile for this environment") {
		t.Errorf("says %q", message)
	}
	standing.Access.EnvironmentID = "e2"
	r.fails(r.call("POST", path, ""), http.StatusServiceUnavailable, "MAINT0001")
}

// TestSessionErrors holds that credentials which a standing checkout could not get
// are no race for the checkout, and that each refusal has the code that the two
// calls would have given it.
func TestSessionErrors(t *testing.T) {
	standing := jit.Grant{ID: "t1", Access: jit.Access{ProfileID: "p1", EnvironmentID: "e1"}}
	tests := []struct {
		name   string
		stands bool // the checkout, and its credentials failed
		code   jit.Code
		list   []jit.Grant
		status int
		want   britiveapi.ErrorCode
	}{
		{"STS is away", true, jit.Unavailable, []jit.Grant{standing}, http.StatusServiceUnavailable, "MAINT0001"},
		{"AWS refuses", true, jit.Denied, []jit.Grant{standing}, http.StatusForbidden, "PE-0002"},
		{"it ended meanwhile", true, jit.Denied, nil, http.StatusBadRequest, "MA-0008"},
		{"another call was faster", false, jit.Unavailable, []jit.Grant{standing}, http.StatusBadRequest, "E1001"},
		{"a justification is missing", false, jit.Justification, nil, http.StatusBadRequest, "AS-0001"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, scripted{
				opened: func(jit.Access, jit.Reason, bool) (jit.Grant, jit.Credential, error) {
					err := jit.Errorf(tt.code, "", "canary")
					if tt.stands {
						return standing, jit.Credential{}, err
					}
					return jit.Grant{}, jit.Credential{}, err
				},
				grants: func() ([]jit.Grant, error) { return tt.list, nil },
			}, nil)
			message, _ := r.fails(r.call("POST", "/api/access/p1/environments/e1/session", `{"open":true}`), tt.status, tt.want)
			if tt.stands && message != "canary" {
				t.Errorf("says %q", message)
			}
		})
	}
}

// TestConsole holds that a console is refused cleanly, and not in the words that
// would make pybritive ask for a console.
func TestConsole(t *testing.T) {
	r := newRig(t, scripted{}, nil)
	for _, call := range []string{
		"POST /api/access/p1/environments/e1?accessType=CONSOLE", "POST /api/access/p1/environments/e1?type=console", "GET /api/access/t1/url",
	} {
		method, path, _ := strings.Cut(call, " ")
		message, _ := r.fails(r.call(method, path, "{}"), http.StatusBadRequest, "E1003")
		if strings.Contains(message, "programmatic access is not enabled") {
			t.Errorf("says %q", message)
		}
	}
}

// TestTokensOfEnded holds that an ended checkout is told from a refusal of AWS.
func TestTokensOfEnded(t *testing.T) {
	b := scripted{
		credential: func(string) (jit.Credential, error) {
			return jit.Credential{}, jit.Errorf(jit.Denied, "", "AccessDenied")
		},
		grants: func() ([]jit.Grant, error) { return []jit.Grant{{ID: "t1"}}, nil },
	}
	r := newRig(t, b, nil)
	r.fails(r.call("GET", "/api/access/t1/tokens", ""), http.StatusForbidden, "PE-0002")
	r.fails(r.call("GET", "/api/access/t2/tokens", ""), http.StatusBadRequest, "MA-0008")
}

func TestGrants(t *testing.T) {
	at := time.Date(2026, 1, 1, 10, 0, 0, 0, time.UTC)
	grant := jit.Grant{
		ID: "t1", State: jit.GrantActive, NotBefore: at, NotAfter: at.Add(time.Hour), CredentialsUntil: at.Add(time.Hour),
		Access: jit.Access{ApplicationID: "a1", EnvironmentID: "e1", ProfileID: "p1", Application: "Sigma", Environment: "Labs", Profile: "Pods"},
	}
	list := func() ([]jit.Grant, error) { return []jit.Grant{grant}, nil }
	plain := map[string]any{
		"transactionId": "t1", "papId": "p1", "appContainerId": "a1", "environmentId": "e1", "userId": "u-alice",
		"accessType": "PROGRAMMATIC", "status": "checkedOut", "statusText": "Checked Out",
		"checkedOut": "2026-01-01T10:00:00Z", "checkedIn": nil, "expiration": "2026-01-01T11:00:00Z",
		"errorMessage": nil,
	}
	r := newRig(t, scripted{grants: list}, map[string]bool{"jit-details": false})
	var got []map[string]any
	r.reads(r.call("GET", status, ""), &got)
	if diff := cmp.Diff([]map[string]any{plain}, got); diff != "" {
		t.Error(diff)
	}
	plain["appName"], plain["environmentName"], plain["papName"] = "Sigma", "Labs", "Pods"
	plain["credentialsUntil"] = "2026-01-01T11:00:00Z"
	r = newRig(t, scripted{grants: list}, nil)
	r.reads(r.call("GET", status, ""), &got)
	if diff := cmp.Diff([]map[string]any{plain}, got); diff != "" {
		t.Error(diff)
	}
}

// TestEnds holds that what has ended is told with the time of its end, and not with
// that of the answer or of its beginning.
func TestEnds(t *testing.T) {
	at := time.Date(2026, 1, 1, 10, 0, 0, 0, time.UTC)
	r := newRig(t, scripted{
		grants: func() ([]jit.Grant, error) {
			return []jit.Grant{{ID: "t1", State: jit.GrantEnded, Ended: at, Why: "expired"}}, nil
		},
		requests: func(jit.RequestScope) ([]jit.Request, error) {
			return []jit.Request{{ID: "r1", State: jit.RequestTimedOut, Created: at.Add(-time.Hour), Decided: at}}, nil
		},
	}, nil)
	for path, field := range map[string]string{status: "checkedIn", "/api/v1/approvals": "updatedAt"} {
		var rows []map[string]any
		if r.reads(r.call("GET", path, ""), &rows); rows[0][field] != "2026-01-01T10:00:00Z" {
			t.Errorf("%s: %v", field, rows[0][field])
		}
	}
}

func TestFeatures(t *testing.T) {
	r := newRig(t, scripted{}, map[string]bool{"jit-wait": false})
	if got := r.call("GET", "/api/features", "").Body.String(); got != `[{"name":"jit-details","enabled":true},{"name":"jit-session","enabled":true},{"name":"jit-wait","enabled":false}]`+"\n" {
		t.Errorf("%s", got)
	}
}

// TestLongPoll holds how long a call waits: as long as it asks, up to half a
// minute, and not at all where the feature is off.
func TestLongPoll(t *testing.T) {
	tests := []struct {
		query string
		on    bool
		want  time.Duration
	}{
		{"", true, 0}, {"?wait=0", true, 0}, {"?wait=7", true, 7 * time.Second}, {"?wait=7", false, 0},
		{"?wait=600", true, 30 * time.Second}, {"?wait=99999999999999999999", true, 0}, {"?wait=-1", true, 0}, {"?wait=x", true, 0},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			b := scripted{
				await: func(ctx context.Context, id string) (jit.Request, error) {
					<-ctx.Done()
					return jit.Request{ID: id, State: jit.RequestPending}, ctx.Err()
				},
			}
			r := newRig(t, b, map[string]bool{"jit-wait": tt.on})
			began := time.Now()
			var got struct{ RequestID, Status string }
			r.reads(r.call("GET", "/api/v1/approvals/r1"+tt.query, ""), &got)
			if took := time.Since(began); took != tt.want || got.RequestID != "r1" || got.Status != "PENDING" {
				t.Errorf("%q with the feature %t took %s and answers %+v", tt.query, tt.on, took, got)
			}
		})
	}
}

func TestApprovalErrors(t *testing.T) {
	r := newRig(t, scripted{
		ask: func(jit.Access, jit.Reason) (jit.Request, error) {
			return jit.Request{}, jit.Errorf(jit.Justification, "", "no")
		},
		decide:   func(string, jit.Decision) (jit.Request, error) { panic("decided") },
		requests: func(jit.RequestScope) ([]jit.Request, error) { return nil, nil },
	}, nil)
	r.fails(r.call("POST", "/api/access/p/environments/e/approvalRequest", "{}"), http.StatusBadRequest, "MA-0009")
	r.fails(r.call("POST", "/api/access/p/environments/e/approvalRequest", `{"justification":"x"}`), http.StatusBadRequest, "AS-0002")
	for _, query := range []string{"", "?approveRequest=maybe", "?approveRequest=revoke&killSession=true"} {
		r.fails(r.call("PATCH", "/api/v1/approvals/r1"+query, "{}"), http.StatusBadRequest, "E1003")
	}
	r.fails(r.call("DELETE", "/api/v1/approvals/consumer/papservice/resource?resourceId=p/e", ""), http.StatusNotFound, "E1004")
}

// TestBothSpellings holds that a list of requests has a slash at its end or not,
// and its rows the same keys always: pybritive makes a table of them.
func TestBothSpellings(t *testing.T) {
	decided := jit.Request{ID: "r1", State: jit.RequestRejected, DecidedBy: "bob@example.com", Comment: "no", Created: time.Unix(0, 0)}
	r := newRig(t, scripted{requests: func(jit.RequestScope) ([]jit.Request, error) {
		return []jit.Request{{ID: "r2", State: jit.RequestPending}, decided}, nil
	}}, nil)
	for _, path := range []string{"/api/v1/approvals?requestType=myRequests", "/api/v1/approvals/?requestType=myApprovals"} {
		var rows []map[string]json.RawMessage
		r.reads(r.call("GET", path, ""), &rows)
		if len(rows) != 2 || len(rows[0]) != len(rows[1]) || string(rows[1]["status"]) != `"REJECTED"` || string(rows[1]["actionBy"]) != `"bob@example.com"` {
			t.Errorf("%s lists %s", path, rows)
		}
	}
}

// TestLegacyListingTellsApart holds that a profile belongs to its application, also
// where another has one of the same id.
func TestLegacyListingTellsApart(t *testing.T) {
	of := func(app, profile, environment string) jit.Profile {
		return jit.Profile{Access: jit.Access{
			Application: app, ApplicationID: app, Environment: environment, EnvironmentID: environment, Profile: profile, ProfileID: profile,
		}}
	}
	profiles := []jit.Profile{of("a", "x", "1"), of("a", "p", "1"), of("b", "p", "1"), of("a", "p", "2"), of("b", "p", "2")}
	r := newRig(t, scripted{profiles: func() ([]jit.Profile, error) { return profiles, nil }}, nil)
	var apps []britiveapi.LegacyApp
	r.reads(r.call("GET", "/api/access", ""), &apps)
	var got []string
	for _, app := range apps {
		for _, profile := range app.Profiles {
			for _, environment := range profile.Environments {
				got = append(got, fmt.Sprint(app.AppContainerID, "/", environment.EnvironmentID, "/", profile.ProfileID))
			}
		}
	}
	if want := "a/1/x a/1/p a/2/p b/1/p b/2/p"; strings.Join(got, " ") != want {
		t.Errorf("%s, want %s", got, want)
	}
}
