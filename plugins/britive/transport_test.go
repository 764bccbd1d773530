package britive_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/plugins/britive"
)

const validated = `{"authenticationResult":{"userId":"u1","username":"alice@example.com"}}`

func TestHeaders(t *testing.T) {
	var got http.Header
	x := newTenant(t).on("POST /api/auth/validate", func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		says(validated)(w, r)
	})
	client := x.client()
	for secret, scheme := range map[string]string{
		"jit_" + strings.Repeat("x", 43):   "TOKEN",
		strings.Repeat("x", 49):            "TOKEN",
		strings.Repeat("x", 50):            "Bearer",
		"OIDC::" + strings.Repeat("x", 50): "WorkloadToken",
	} {
		client.Token = jit.NewSecret(secret)
		person, err := client.Whoami(t.Context())
		if err != nil || person != (jit.Person{ID: "u1", Name: "alice@example.com"}) {
			t.Errorf("%+v, %v", person, err)
		}
		if auth := got.Get("Authorization"); auth != scheme+" "+secret {
			t.Errorf("a token of %d characters is sent as %s", len(secret), strings.SplitN(auth, " ", 2)[0])
		}
	}
	if got.Get("Content-Type") != "application/json" || got.Get("User-Agent") != "kubectl-jit/1.2.3" {
		t.Errorf("sent %v", got)
	}
}

// TestRetries holds which failures are tried again: those that pass, of calls
// that change nothing more when they are repeated.
func TestRetries(t *testing.T) {
	reset := &net.OpError{Op: "read", Err: syscall.ECONNRESET}
	tests := []struct {
		name   string
		answer http.HandlerFunc
		calls  int
		says   string
	}{
		{"429", status(429, ""), 4, "429 Too Many Requests"},
		{"502", page(502), 4, "502 with a web page"},
		{"503", fails(503, "X-1", "busy"), 4, "busy [X-1]"},
		{"504", status(504, "{}"), 4, "504 Gateway Timeout"},
		{"a connection that breaks", breaks(reset), 4, "acme.britive-app.com: cannot be reached: read"},
		{"an answer that breaks off", status(200, `{"auth`, "X-Cut-Off", "1"), 4, "unexpected EOF"},
		{"maintenance", fails(503, "MAINT0001", "back at noon"), 1, "back at noon"},
		{"500", fails(500, "E1000", "internal error (request 7)"), 1, "internal error (request 7)"},
		{"a name that is not there", breaks(&net.DNSError{Err: "no such host", IsNotFound: true}), 1, "there is no host of this name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := newTenant(t).on("POST /api/auth/validate", tt.answer)
				began := time.Now()
				_, err := x.client().Whoami(t.Context())
				expect(t, err, jit.Unavailable, "ask who is signed in", tt.says)
				x.wants("POST", tt.calls)
				if took := time.Since(began); took > 2*time.Second || tt.calls > 1 && took < 500*time.Millisecond {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

func TestRetryIsEnough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newTenant(t).on("POST /api/auth/validate", breaks(syscall.ECONNREFUSED), status(503, ""), says(validated))
		if _, err := x.client().Whoami(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestRetryAfter(t *testing.T) {
	date := time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC) // of a broker whose clock is ten years behind
	tests := []struct {
		headers []string
		want    time.Duration
	}{
		{[]string{"Retry-After", "7"}, 7 * time.Second},
		{[]string{"Retry-After", date.Add(9 * time.Second).Format(http.TimeFormat), "Date", date.Format(http.TimeFormat)}, 9 * time.Second},
		{[]string{"Retry-After", "86400"}, 30 * time.Second},
		{[]string{"Retry-After", "99999999999999999999"}, 0},
		{[]string{"Retry-After", "-5"}, 0},
		{[]string{"Retry-After", "soon"}, 0},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			x := newTenant(t).on("POST /api/auth/validate", status(429, "", tt.headers...), says(validated))
			began := time.Now()
			if _, err := x.client().Whoami(t.Context()); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took < tt.want || took > tt.want+time.Second {
				t.Errorf("%v: tried again after %s", tt.headers, took)
			}
		})
	}
}

// TestDeadline holds that nothing outlasts its context, and that no wait is begun
// that cannot end in time.
func TestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			panic(r.Context().Err())
		}
		x := newTenant(t).on("POST /api/auth/validate", status(503, "", "Retry-After", "20")).on("GET /api/access/app-access-status", hangs)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		began := time.Now()
		_, err := x.client().Whoami(ctx)
		expect(t, err, jit.Unavailable, "503")
		if time.Since(began) > 0 {
			t.Errorf("it waited %s for what comes too late", time.Since(began))
		}
		_, err = x.client().Grants(ctx)
		expect(t, err, jit.Unavailable, "no answer in time")
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 5*time.Second {
			t.Errorf("%v after %s", err, time.Since(began))
		}
		began = time.Now()
		_, err = x.client().Grants(t.Context())
		expect(t, err, jit.Unavailable, "no answer within 45s")
		if time.Since(began) != 45*time.Second {
			t.Errorf("an answer was awaited for %s", time.Since(began))
		}
	})
}

// TestRedirect holds that a token goes nowhere else.
func TestRedirect(t *testing.T) {
	x := newTenant(t).on("POST /api/auth/validate", status(307, "", "Location", "https://evil.example.com/api"))
	client := x.client()
	_, err := client.Whoami(t.Context())
	expect(t, err, jit.Unavailable, "redirects to https://evil.example.com/api")
	x.wants("", 1)
}

// TestAddress holds that a token is sent over TLS only, or to this machine.
func TestAddress(t *testing.T) {
	for _, address := range []string{"http://acme.britive-app.com", "ftp://acme.britive-app.com", "acme.britive-app.com", "", "https://", "://", "http://127.0.0.1.evil.example.com"} {
		x := newTenant(t)
		client := x.client()
		client.URL = address
		_, err := client.Whoami(t.Context())
		expect(t, err, jit.Invalid, "https://")
		x.wants("", 0)
	}
	for _, address := range []string{"http://127.0.0.1:1", "http://[::1]:1", "https://acme.britive-app.com/", "https://acme.britive-app.com/api"} {
		x := newTenant(t).on("POST /api/auth/validate", says(validated))
		client := x.client()
		client.URL = address
		if _, err := client.Whoami(t.Context()); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// TestTLS goes over a real connection.
func TestTLS(t *testing.T) {
	x := newTenant(t).on("POST /api/auth/validate", says(validated))
	server := httptest.NewUnstartedServer(x.mux)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)

	_, err := britive.New(server.URL, jit.NewSecret(token), nil, "test").Whoami(t.Context())
	host := strings.TrimPrefix(server.URL, "https://")
	expect(t, err, jit.Unavailable, host, "certificateAuthority", "next: kubectl jit login --tenant "+server.URL+" --certificate-authority FILE")

	roots := server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	client := britive.New(server.URL, jit.NewSecret(token), roots, "test")
	for range 2 {
		if _, err := client.Whoami(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	_, port, err := net.SplitHostPort(host)
	if err != nil {
		t.Fatal(err)
	}
	_, err = britive.New("https://localhost:"+port, jit.NewSecret(token), roots, "test").Whoami(t.Context())
	expect(t, err, jit.Unavailable, "its certificate is not good", "localhost")

	server.Close()
	_, err = client.Whoami(t.Context())
	expect(t, err, jit.Unavailable, host, "cannot be reached", "connection refused")
}
