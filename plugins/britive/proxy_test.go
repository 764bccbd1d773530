package britive_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/plugins/britive"
)

// TestProxy holds which refusals of a proxy are tried again, and what they say.
func TestProxy(t *testing.T) {
	tests := []struct {
		name   string
		status int
		kind   string
		calls  int32
		says   []string
	}{
		{"not on its list", 403, "text/html; charset=utf-8", 1, []string{"does not connect to it: it answers 403 Forbidden with a web page\n", "next: name broker.invalid in NO_PROXY"}},
		{"a password is missing", 407, "text/plain", 1, []string{"it answers 407 ", "next: set HTTPS_PROXY with the user and the password"}},
		{"the broker is away", 503, "text/plain", 4, []string{"it answers 503 Service Unavailable\n"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				calls.Add(1)
				w.Header().Set("Content-Type", tt.kind)
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, "<html>canary</html>")
			}))
			defer proxy.Close()
			err := throughProxy(t, "https://broker.invalid:8443", proxy.URL)
			expect(t, err, jit.Unavailable, append(tt.says, "broker.invalid:8443: the proxy "+proxy.Listener.Addr().String()+" ")...)
			if calls.Load() != tt.calls {
				t.Errorf("the proxy was asked %d times, want %d", calls.Load(), tt.calls)
			}
		})
	}
}

// TestProxyAway holds that the broker is not blamed for a proxy that is not there.
func TestProxyAway(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	err = throughProxy(t, "https://broker.invalid", "http://"+address)
	expect(t, err, jit.Unavailable, "broker.invalid: the proxy "+address+", which HTTPS_PROXY names, cannot be reached: ", "connection refused")
}

// throughProxy asks the broker through a proxy, whose URL gets a password.
func throughProxy(t *testing.T, broker, proxy string) error {
	t.Helper()
	through, err := url.Parse(proxy)
	if err != nil {
		t.Fatal(err)
	}
	through.User = url.UserPassword("jit", "canary")
	client := britive.New(broker, jit.NewSecret(token), nil, "test")
	client.HTTP.Transport.(*http.Transport).Proxy = http.ProxyURL(through)
	_, err = client.Whoami(t.Context())
	return err
}
