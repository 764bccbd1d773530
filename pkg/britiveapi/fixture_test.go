package britiveapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/britiveapi"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const goodToken = "jit_canary-token"

// engine lets one token in, and answers as its broker does.
type engine struct{ broker jit.Broker }

func (e *engine) Authenticate(_ context.Context, token jit.Secret) (jit.Person, error) {
	if token.Reveal() != goodToken {
		return jit.Person{}, jit.Errorf(jit.SignIn, "sign in", "the token is unknown").WithNext("kubectl jit login")
	}
	return jit.Person{ID: "u-alice", Name: "alice@example.com"}, nil
}

func (e *engine) For(jit.Person) jit.Broker { return e.broker }

// scripted is a broker of which a test sets what it needs. Any other method
// panics.
type scripted struct {
	jit.Broker
	profiles   func() ([]jit.Profile, error)
	grants     func() ([]jit.Grant, error)
	checkout   func(jit.Access, jit.Reason) (jit.Grant, error)
	opened     func(jit.Access, jit.Reason, bool) (jit.Grant, jit.Credential, error)
	credential func(string) (jit.Credential, error)
	requests   func(jit.RequestScope) ([]jit.Request, error)
	await      func(context.Context, string) (jit.Request, error)
	ask        func(jit.Access, jit.Reason) (jit.Request, error)
	decide     func(string, jit.Decision) (jit.Request, error)
}

func (s scripted) Profiles(context.Context) ([]jit.Profile, error) { return s.profiles() }
func (s scripted) Grants(context.Context) ([]jit.Grant, error)     { return s.grants() }
func (s scripted) Checkout(_ context.Context, a jit.Access, r jit.Reason) (jit.Grant, error) {
	return s.checkout(a, r)
}
func (s scripted) CheckoutCredential(_ context.Context, a jit.Access, r jit.Reason, open bool) (jit.Grant, jit.Credential, error) {
	return s.opened(a, r, open)
}
func (s scripted) Credential(_ context.Context, id string) (jit.Credential, error) {
	return s.credential(id)
}
func (s scripted) Requests(_ context.Context, scope jit.RequestScope) ([]jit.Request, error) {
	return s.requests(scope)
}
func (s scripted) Await(ctx context.Context, id string) (jit.Request, error) { return s.await(ctx, id) }
func (s scripted) Ask(_ context.Context, a jit.Access, r jit.Reason) (jit.Request, error) {
	return s.ask(a, r)
}
func (s scripted) Decide(_ context.Context, id string, d jit.Decision) (jit.Request, error) {
	return s.decide(id, d)
}

// rig is the server half over a scripted broker.
type rig struct {
	testing.TB
	engine  *engine
	handler http.Handler
	log     bytes.Buffer
}

func newRig(t testing.TB, b scripted, features map[string]bool) *rig {
	r := &rig{TB: t, engine: &engine{broker: b}}
	log := slog.New(slog.NewJSONHandler(&r.log, nil))
	r.handler = britiveapi.Handler(r.engine, britiveapi.Options{Features: features, Log: log})
	return r
}

// call sends a request with a good token.
func (r *rig) call(method, path, body string) *httptest.ResponseRecorder {
	return r.send(method, path, body, "TOKEN "+goodToken)
}

func (r *rig) send(method, path, body string, authorization ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequestWithContext(r.Context(), method, path, strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	for _, value := range authorization {
		request.Header.Add("Authorization", value)
	}
	w := httptest.NewRecorder()
	r.handler.ServeHTTP(w, request)
	return w
}

// fails holds that an answer is an error with this status and code, and returns
// its message and details.
func (r *rig) fails(w *httptest.ResponseRecorder, status int, code britiveapi.ErrorCode) (message, details string) {
	r.Helper()
	var body struct {
		Status    int
		Message   string
		ErrorCode string
		Details   *string
	}
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		r.Fatalf("%v: %s", err, w.Body)
	}
	if w.Code != status || body.Status != status || body.ErrorCode != string(code) || body.Message == "" {
		r.Errorf("answered %d %s, want %d %s", w.Code, w.Body, status, code)
	}
	if body.Details != nil {
		details = *body.Details
	}
	return body.Message, details
}

// reads decodes an answer of status 200.
func (r *rig) reads(w *httptest.ResponseRecorder, v any) {
	r.Helper()
	if w.Code != http.StatusOK {
		r.Fatalf("answered %d %s", w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), v); err != nil {
		r.Fatalf("%v: %s", err, w.Body)
	}
}
