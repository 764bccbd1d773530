package britiveapi_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/britiveapi"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// status is the call that most tests here make.
const status = "/api/access/app-access-status"

func noGrants() ([]jit.Grant, error) { return nil, nil }

func TestAuthorization(t *testing.T) {
	tests := []struct {
		name   string
		values []string
		ok     bool
	}{
		{"an API token", []string{"TOKEN " + goodToken}, true},
		{"as a session", []string{"Bearer " + goodToken}, true},
		{"any other scheme", []string{"WorkloadToken  " + goodToken}, true},
		{"none", nil, false},
		{"empty", []string{""}, false},
		{"no scheme", []string{goodToken}, false},
		{"no token", []string{"TOKEN "}, false},
		{"another token", []string{"TOKEN jit_other"}, false},
		{"two headers", []string{"TOKEN " + goodToken, "TOKEN jit_other"}, false},
	}
	for _, tt := range tests {
		r := newRig(t, scripted{grants: noGrants}, nil)
		w := r.send("GET", status, "", tt.values...)
		if tt.ok {
			r.reads(w, &[]any{})
			continue
		}
		r.fails(w, http.StatusUnauthorized, "E0000")
		if w.Header().Get("WWW-Authenticate") == "" {
			t.Errorf("%s: no challenge", tt.name)
		}
	}
}

func TestHealthNeedsNoSignIn(t *testing.T) {
	r := newRig(t, scripted{}, nil)
	for _, method := range []string{"HEAD", "GET"} {
		if w := r.send(method, "/api/health", ""); w.Code != http.StatusOK {
			t.Errorf("%s answered %d", method, w.Code)
		}
	}
}

// TestUnknown holds that everything else is answered in JSON, and alike: no page
// of Go's, and none that tells a known address.
func TestUnknown(t *testing.T) {
	r := newRig(t, scripted{}, nil)
	for _, call := range []string{"GET /api/nothing", "PUT /api/access", "POST /api/health", "GET /api/access/x/y/z", "BREW /api/access"} {
		method, path, _ := strings.Cut(call, " ")
		r.fails(r.call(method, path, ""), http.StatusNotFound, "E1004")
	}
}

// TestLongPath holds that a path which no id makes so long reaches nobody, and the
// next call all the same.
func TestLongPath(t *testing.T) {
	asked := 0
	r := newRig(t, scripted{credential: func(string) (jit.Credential, error) { asked++; return jit.Credential{}, nil }}, nil)
	r.fails(r.call("GET", "/api/access/"+strings.Repeat("x", 500)+"/tokens", ""), http.StatusNotFound, "E1004")
	if r.reads(r.call("GET", "/api/access/x/tokens", ""), &struct{}{}); asked != 1 {
		t.Errorf("%d calls were carried out", asked)
	}
}

// TestErrors holds that each code of ours goes out so that it comes back, that a
// reason and a next command pass unchanged, and that no status is one that
// pybritive takes for a success.
func TestErrors(t *testing.T) {
	failures := map[int]bool{400: true, 401: true, 403: true, 404: true, 405: true, 409: true, 500: true, 503: true}
	for _, code := range []jit.Code{
		jit.Invalid, jit.NotFound, jit.Denied, jit.SignIn, jit.Approval, jit.Justification, jit.Waiting, jit.Unavailable,
	} {
		r := newRig(t, scripted{
			grants: func() ([]jit.Grant, error) {
				err := jit.Errorf(code, "list", "because %d", 7).WithNext("kubectl jit %s", code)
				return nil, fmt.Errorf("somewhere: %w", err)
			},
		}, nil)
		w := r.call("GET", status, "")
		var sent britiveapi.ErrorCode
		for _, known := range []britiveapi.ErrorCode{"E0000", "E1003", "E1004", "PE-0002", "MA-0010", "AS-0001", "MA-0011", "MAINT0001"} {
			if strings.Contains(w.Body.String(), string(known)) {
				sent = known
			}
		}
		message, details := r.fails(w, w.Code, sent)
		if back := britiveapi.CodeOf(sent, w.Code); back != code || !failures[w.Code] {
			t.Errorf("%s goes out as %d %s and comes back as %s", code, w.Code, sent, back)
		}
		if message != "because 7" || details != "kubectl jit "+string(code) {
			t.Errorf("%s says %q, %q", code, message, details)
		}
	}
}

// TestFault holds that the cause of a fault is in the log and nowhere else.
func TestFault(t *testing.T) {
	for name, fail := range map[string]func() ([]jit.Grant, error){
		"a foreign error": func() ([]jit.Grant, error) { return nil, errors.New("table canary is locked") },
		"our own":         func() ([]jit.Grant, error) { return nil, jit.Errorf(jit.Internal, "list", "canary") },
		"a panic":         func() ([]jit.Grant, error) { panic("canary") },
	} {
		r := newRig(t, scripted{grants: fail}, nil)
		w := r.call("GET", status, "")
		message, _ := r.fails(w, http.StatusInternalServerError, "E1000")
		id := w.Header().Get("X-Request-Id")
		if strings.Contains(w.Body.String(), "canary") || id == "" || !strings.Contains(message, id) {
			t.Errorf("%s: answered %s", name, w.Body)
		}
		if log := r.log.String(); !strings.Contains(log, "canary") || !strings.Contains(log, id) || !strings.Contains(log, `"level":"ERROR"`) {
			t.Errorf("%s: logged %s", name, log)
		}
	}
}

// TestLog holds what a line says, and what none ever says.
func TestLog(t *testing.T) {
	r := newRig(t, scripted{
		checkout: func(jit.Access, jit.Reason) (jit.Grant, error) { return jit.Grant{ID: "canary-id"}, nil },
	}, nil)
	r.call("POST", "/api/access/canary-pap/environments/canary-env?accessType=PROGRAMMATIC&x=canary-query", `{"justification":"canary-why"}`)
	log := r.log.String()
	for _, part := range []string{`"method":"POST"`, `"route":"POST /api/access/{pap}/environments/{environment}"`, `"status":200`, `"person":"alice@example.com"`, `"request":"`} {
		if !strings.Contains(log, part) {
			t.Errorf("%s is missing in %s", part, log)
		}
	}
	if strings.Contains(log, "canary") {
		t.Errorf("the log says too much: %s", log)
	}
}

func TestHeaders(t *testing.T) {
	r := newRig(t, scripted{grants: noGrants}, nil)
	w := r.call("GET", status, "")
	for name, want := range map[string]string{
		"Content-Type": "application/json", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if w := r.call("GET", "/api/banner", ""); w.Code != http.StatusNoContent || w.Body.Len() > 0 {
		t.Errorf("the banner is %d %q", w.Code, w.Body)
	}
}

func TestBodies(t *testing.T) {
	taken := 0
	r := newRig(t, scripted{
		checkout: func(jit.Access, jit.Reason) (jit.Grant, error) { taken++; return jit.Grant{}, nil },
	}, nil)
	const path = "/api/access/p/environments/e?accessType=PROGRAMMATIC"
	for _, good := range []string{"", " \n", "{}", `{"justification":null}`, `{"userOnCall":true,"checkoutVariableValues":{}}`} {
		if w := r.call("POST", path, good); w.Code != http.StatusOK {
			t.Errorf("%q is answered %d %s", good, w.Code, w.Body)
		}
	}
	taken = 0
	deep := strings.Repeat(`{"a":`, 20_000)
	for _, bad := range []string{"x", "[]", `"x"`, `{"justification":7}`, `{"justification":"a"`, deep, strings.Repeat(" ", 64<<10) + "{}"} {
		r.fails(r.call("POST", path, bad), http.StatusBadRequest, "E1003")
	}
	if taken > 0 {
		t.Errorf("%d were taken", taken)
	}
	w := r.call("POST", path, `{"justification":"`+strings.Repeat("x", 65<<10)+`"}`)
	if message, _ := r.fails(w, http.StatusBadRequest, "E1003"); !strings.Contains(message, "65536 bytes") {
		t.Errorf("says %q", message)
	}
}

// TestHangUp holds that a caller who hung up is no fault of ours.
func TestHangUp(t *testing.T) {
	r := newRig(t, scripted{}, nil)
	ctx, cancel := context.WithCancel(t.Context())
	r.engine.broker = scripted{grants: func() ([]jit.Grant, error) { cancel(); return nil, ctx.Err() }}
	request, err := http.NewRequestWithContext(ctx, "GET", "https://broker.example.com"+status, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "TOKEN "+goodToken)
	r.handler.ServeHTTP(discard{http.Header{}}, request)
	if strings.Contains(r.log.String(), "ERROR") {
		t.Errorf("logged %s", r.log.String())
	}
}

// discard is a connection that nobody reads.
type discard struct{ header http.Header }

func (d discard) Header() http.Header       { return d.header }
func (d discard) WriteHeader(int)           {}
func (d discard) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestSignOut(t *testing.T) {
	r := newRig(t, scripted{}, nil)
	if w := r.call("DELETE", "/api/auth?type=sso", ""); w.Code != http.StatusNoContent {
		t.Errorf("answered %d", w.Code)
	}
}
