package tenant_test

import (
	"net/http"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/test/fake/tenant"
)

// TestStrict holds what a client may not do.
func TestStrict(t *testing.T) {
	x := newTenant(tenant.Options{})
	w := alice(t, x)
	for _, tt := range []struct {
		status             int
		code               string
		method, path, body string
	}{
		{404, "E1004", "GET", "/api/nothing", ""},
		{404, "E1004", "GET", "/", ""},
		{404, "E1004", "POST", "/api/access/pods/environments/e1/session", "{}"},
		{404, "E1004", "POST", "/api/features", ""},
		{404, "E1004", "POST", "/api/access/pods/environments/e3?accessType=PROGRAMMATIC", "{}"},
		{404, "E1004", "POST", "/api/access/po%2Fds/environments/e1", "{}"},
		{400, "E1003", "GET", "/api/access?type=all", ""},
		{400, "E1003", "GET", "/api/access?type=sdk&wait=1", ""},
		{400, "E1003", "GET", "/api/access?type=sdk&type=sdk", ""},
		{400, "E1003", "GET", "/api/access?type=sdk&size=0", ""},
		{400, "E1003", "GET", "/api/access/app-access-status", "{}"},
		{400, "E1003", "POST", "/api/access/pods/environments/e1", `{"why":"x"}`},
		{400, "E1003", "POST", "/api/access/pods/environments/e1", `{"justification":7}`},
		{400, "E1003", "POST", "/api/access/pods/environments/e1", `{} {}`},
		{400, "E1003", "POST", "/api/access/pods/environments/e1?accessType=ROOT", `{}`},
		{400, "E1003", "GET", "/api/v1/approvals", ""},
		{400, "E1003", "GET", "/api/v1/approvals?requestType=all", ""},
	} {
		w.fails(tt.status, tt.code, tt.method, tt.path, tt.body)
	}
	w.kind = "text/plain"
	w.fails(400, "E1003", "GET", "/api/access", "")
	w.kind = "application/json;charset=utf-8"
	w.must("GET", "/api/access", "")
	if n := x.Calls()["GET /api/access"]; n != 6 {
		t.Errorf("%d calls of the listing are counted", n)
	}
}

// TestWhoIsLetIn holds the kinds of tokens, each with its scheme.
func TestWhoIsLetIn(t *testing.T) {
	x := newTenant(tenant.Options{})
	api, session := x.NewAPIToken("ci", 1<<60), x.NewSession("alice")
	for _, auth := range []string{"TOKEN " + api, "Bearer " + session} {
		as(t, x, auth).must("GET", "/api/features", "")
	}
	for _, auth := range []string{
		"", "TOKEN", "TOKEN ", api, "Bearer " + api, "TOKEN " + session, "Basic " + api, "TOKEN " + api + "x",
		"Bearer " + session[:len(session)-8] + "AAAAAAAA", "WorkloadToken " + api, "WorkloadToken OIDC::" + session, "WorkloadToken AWS::e30=",
	} {
		as(t, x, auth).fails(401, "E0000", "GET", "/api/features", "")
	}
	if len(api) >= 50 || len(session) < 50 {
		t.Errorf("tokens of %d and %d characters", len(api), len(session))
	}
	r, _ := http.NewRequest("HEAD", host+"/api/health", nil)
	if response, err := as(t, x, "").client.Do(r); err != nil || response.StatusCode != http.StatusNoContent {
		t.Errorf("health: %v, %v", response, err)
	}
}
