package britive_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/plugins/britive"
)

const token = "jit_canary-token"

// tenant answers as a test wants, without a network, and counts its calls.
type tenant struct {
	*testing.T
	mux *http.ServeMux

	mu    sync.Mutex
	calls []string
}

func newTenant(t *testing.T) *tenant {
	return &tenant{T: t, mux: http.NewServeMux()}
}

// on answers calls that fit a pattern, each with the next answer, and with the
// last one from then on.
func (x *tenant) on(pattern string, answers ...http.HandlerFunc) *tenant {
	n := 0
	x.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		x.mu.Lock()
		answer := answers[min(n, len(answers)-1)]
		n++
		x.mu.Unlock()
		answer(w, r)
	})
	return x
}

// client is a client of the tenant.
func (x *tenant) client() *britive.Client {
	return &britive.Client{URL: "https://acme.britive-app.com", Token: jit.NewSecret(token), HTTP: &http.Client{Transport: x}, Version: "1.2.3"}
}

// RoundTrip implements [http.RoundTripper].
func (x *tenant) RoundTrip(r *http.Request) (*http.Response, error) {
	x.mu.Lock()
	x.calls = append(x.calls, r.Method+" "+r.URL.Path)
	x.mu.Unlock()
	served := r.Clone(r.Context())
	served.RequestURI = r.URL.RequestURI()
	if served.Body == nil {
		served.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	var broken error
	func() {
		defer func() {
			if p := recover(); p != nil {
				broken = p.(error)
			}
		}()
		x.mux.ServeHTTP(w, served)
	}()
	if broken != nil {
		return nil, broken
	}
	response := w.Result()
	if response.Header.Get("X-Cut-Off") != "" {
		response.Body = io.NopCloser(io.MultiReader(response.Body, cutOff{}))
	}
	return response, nil
}

type cutOff struct{}

func (cutOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// called counts the calls whose method and path begin so.
func (x *tenant) called(prefix string) int {
	x.mu.Lock()
	defer x.mu.Unlock()
	n := 0
	for _, call := range x.calls {
		if strings.HasPrefix(call, prefix) {
			n++
		}
	}
	return n
}

// wants holds how often calls were made.
func (x *tenant) wants(prefix string, n int) {
	x.Helper()
	if got := x.called(prefix); got != n {
		x.Errorf("%s was called %d times, want %d: %q", prefix, got, n, x.calls)
	}
}

// says answers 200 with JSON.
func says(body string) http.HandlerFunc { return status(http.StatusOK, body) }

// status answers JSON with a status, and headers in pairs.
func status(code int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for pair := range slices.Chunk(headers, 2) {
			w.Header().Set(pair[0], pair[1])
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

// fails answers as a Britive tenant does when it refuses.
func fails(code int, errorCode, message string) http.HandlerFunc {
	return status(code, fmt.Sprintf(`{"status":%d,"message":%q,"errorCode":%q,"details":null}`, code, message, errorCode))
}

// breaks is a connection that ends without an answer.
func breaks(err error) http.HandlerFunc {
	return func(http.ResponseWriter, *http.Request) { panic(err) }
}

// page answers with HTML.
func page(code int) http.HandlerFunc {
	return status(code, "<!DOCTYPE html><html><body>Sign in to ACME Wi-Fi</body></html>", "Content-Type", "text/html; charset=utf-8")
}

// expect holds an error's code, and what its text and next command say.
func expect(t *testing.T, err error, code jit.Code, parts ...string) {
	t.Helper()
	e, ok := errors.AsType[*jit.Error](err)
	if !ok {
		t.Errorf("%v is no error of package jit", err)
		return
	}
	text := err.Error() + "\nnext: " + jit.NextOf(err)
	if e.Code != code {
		t.Errorf("%s (%s), want %s", text, e.Code, code)
	}
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s does not say %q", text, part)
		}
	}
	if strings.Contains(text, "canary") {
		t.Errorf("the token shows: %s", text)
	}
}

// listing is one access in the compact form.
const listing = `{"count":1,
	"accesses":[{"appContainerId":"a1","environmentId":"e1","papId":"p1","accessType":"PROGRAMMATIC"}],
	"apps":[{"appContainerId":"a1","catalogAppDisplayName":"Sigma","catalogAppName":"AWS"}],
	"environments":[{"environmentId":"e1","environmentName":"196 (Labs)","alternateEnvironmentName":"labs"}],
	"profiles":[{"papId":"p1","papName":"Pods","papDescription":"All verbs"}]}`

func sigma() jit.Access {
	return jit.Access{Application: "Sigma", Environment: "labs", Profile: "Pods"}
}

// row is a transaction of that access.
func row(status string) string {
	return fmt.Sprintf(`{"transactionId":"t1","papId":"p1","environmentId":"e1","appContainerId":"a1","accessType":"PROGRAMMATIC",
		"status":%q,"checkedOut":"2000-01-01T00:00:00Z","checkedIn":null,"expiration":"2000-01-01T01:00:00Z"}`, status)
}
