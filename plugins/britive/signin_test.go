package britive_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/plugins/britive"
	fake "github.com/kubectl-jit/kubectl-jit/test/fake/tenant"
)

const host = "https://acme.britive-app.com"

// newFake is a stand-in that knows alice, and nobody's client of it.
func newFake() (*fake.Tenant, *britive.Client) {
	x := fake.New(fake.Options{})
	x.AddPerson(fake.Person{Name: "alice", Password: "pw"})
	x.AddPerson(fake.Person{Name: "SAML_alice", Password: "pw"})
	return x, &britive.Client{URL: host, HTTP: &http.Client{Transport: x.Wire()}}
}

// TestSignIn plays the whole of it: the page, the person, the session, its end.
func TestSignIn(t *testing.T) {
	for name, sso := range map[string]string{"alice": "", "SAML_alice": "saml"} {
		synctest.Test(t, func(t *testing.T) {
			_, client := newFake()
			s, ok, err := client.SignIn(t.Context(), sso)
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			page, query := "/login", url.Values{}
			at, err := url.Parse(s.Address)
			if err != nil {
				t.Fatal(err)
			}
			if sso != "" {
				page = "/sso"
				query.Set("idp", "SAML")
			}
			query.Set("token", at.Query().Get("token"))
			if s.Address != host+page+"?"+query.Encode() || len(query.Get("token")) != 86 {
				t.Errorf("the page is %s", s.Address)
			}
			visited := make(chan error, 1)
			go func() {
				time.Sleep(time.Minute)
				visited <- fake.Visit(t.Context(), client.HTTP, s.Address, fake.Person{Name: name, Password: "pw"})
			}()
			got, err := s.Wait(t.Context())
			if err := <-visited; err != nil {
				t.Error(err)
			}
			if err != nil || time.Until(got.Expires) < 11*time.Hour {
				t.Fatalf("until %s, %v", got.Expires, err)
			}
			client.Token = got.Token
			if person, err := client.Whoami(t.Context()); err != nil || person.Name != name {
				t.Errorf("%+v, %v", person, err)
			}
			var sent string
			client.Log, client.Verbosity = func(line string) { sent += line + "\n" }, 6
			if err := client.SignOut(t.Context()); err != nil {
				t.Error(err)
			}
			if strings.Contains(sent, "/api/auth?type=sso") != (sso != "") {
				t.Errorf("signed out by %s", sent)
			}
			_, err = client.Whoami(t.Context())
			expect(t, err, jit.SignIn, "ask who is signed in", "Unauthorized")
		})
	}
}

// TestVerifiers holds that no two sign-ins share anything, and that nothing has
// two dashes in a row, which one in sixty would.
func TestVerifiers(t *testing.T) {
	_, client := newFake()
	seen := map[string]bool{}
	for range 500 {
		s, _, err := client.SignIn(t.Context(), "")
		if err != nil || seen[s.Address] || strings.Contains(s.Address, "--") {
			t.Fatalf("%s, %v", s.Address, err)
		}
		seen[s.Address] = true
	}
}

// TestNoPage holds that a broker without a page is told from one whose person is
// not through yet.
func TestNoPage(t *testing.T) {
	gone := status(404, `{"status":404,"message":"there is no such call","errorCode":"E1004"}`)
	tests := []struct {
		name         string
		fetch, login http.HandlerFunc
		ok           bool
	}{
		{"neither", gone, gone, false},
		{"a tenant that says 404 until then", gone, page(200), true},
		{"a page that says 404", gone, page(404), true},
		{"a page elsewhere", gone, status(302, "", "Location", "https://idp.example.com"), true},
		{"not yet", status(401, `{"errorCode":"AU-0020","message":"no"}`), gone, true},
		{"not yet, in no words", status(400, ""), gone, true},
	}
	for _, tt := range tests {
		x := newTenant(t).on("POST /api/auth/cli/retrieve-tokens", tt.fetch).on("GET /login", tt.login)
		if _, ok, err := x.client().SignIn(t.Context(), ""); ok != tt.ok || err != nil {
			t.Errorf("%s: %v, %v", tt.name, ok, err)
		}
	}
}

// TestWait holds what ends a wait and what does not.
func TestWait(t *testing.T) {
	const done = `{"authenticationResult":{"accessToken":"%s","authTime":946684800000,"maxSessionTimeout":3600000}}`
	opaque := strings.Repeat("o", 60)
	no := status(401, `{"errorCode":"AU-0020"}`)
	tests := []struct {
		name    string
		answers []http.HandlerFunc
		code    jit.Code
		says    string
	}{
		{"at last", []http.HandlerFunc{no, no, status(204, ""), says(`{}`), status(502, ""), breaks(errors.New("lost")), says(fmt.Sprintf(done, opaque))}, "", ""},
		{"maintenance", []http.HandlerFunc{no, fails(503, "MAINT0001", "back at noon")}, jit.Unavailable, "acme.britive-app.com is in maintenance: back at noon"},
		{"down", []http.HandlerFunc{no, status(502, "")}, jit.Unavailable, "502"},
		{"a page", []http.HandlerFunc{no, page(200)}, jit.Unavailable, "web page"},
		{"elsewhere", []http.HandlerFunc{no, status(302, "", "Location", "https://me:pw@evil.example.com/login?token=x#y")}, jit.Unavailable, "redirects to https://evil.example.com/login, which"},
		{"never", []http.HandlerFunc{no}, jit.Internal, "deadline"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := newTenant(t).on("POST /api/auth/cli/retrieve-tokens", tt.answers...)
				s, _, err := x.client().SignIn(t.Context(), "")
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
				defer cancel()
				got, err := s.Wait(ctx)
				if tt.code != "" {
					if jit.CodeOf(err) != tt.code || !strings.Contains(err.Error(), tt.says) {
						t.Errorf("%v, want %s with %q", err, tt.code, tt.says)
					}
					return
				}
				if err != nil || got.Token.Reveal() != opaque || !got.Expires.Equal(time.UnixMilli(946684800000).Add(time.Hour)) {
					t.Errorf("until %s, %v", got.Expires, err)
				}
			})
		})
	}
}

// TestRenewLate holds that a call which was refused by an old token, and hears of it
// after the sign-in, signs nobody in again.
func TestRenewLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, client := newFake()
		client.Token = jit.NewSecret(x.NewSession("alice"))
		times := 0
		client.Renew = func() (context.Context, jit.Secret, error) {
			times++
			return t.Context(), jit.NewSecret(x.NewSession("alice")), nil
		}
		x.EndSessions("alice", 0)
		x.Fail("GET /api/access/app-access-status", fake.Fault{Delay: 30 * time.Second, Times: 1})
		late := make(chan error, 1)
		go func() {
			_, err := client.Grants(t.Context())
			late <- err
		}()
		time.Sleep(time.Second)
		if _, err := client.Whoami(t.Context()); err != nil {
			t.Error(err)
		}
		if err := <-late; err != nil || times != 1 {
			t.Errorf("signed in %d times, %v", times, err)
		}
	})
}

// TestRenew holds that a call which is refused for want of a sign-in is made
// again after one, once, and that many such calls sign in once.
func TestRenew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, client := newFake()
		client.Token = jit.NewSecret(x.NewSession("alice"))
		times := 0
		client.Renew = func() (context.Context, jit.Secret, error) {
			times++
			time.Sleep(time.Minute)
			return t.Context(), jit.NewSecret(x.NewSession("alice")), nil
		}
		x.EndSessions("alice", 0)
		failed := make(chan error, 5)
		for range cap(failed) {
			go func() {
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second) // over long before the sign-in is
				defer cancel()
				_, err := client.Whoami(ctx)
				failed <- err
			}()
		}
		for range cap(failed) {
			if err := <-failed; err != nil {
				t.Error(err)
			}
		}
		if times != 1 {
			t.Errorf("signed in %d times", times)
		}
		x.Fail("POST /api/auth/validate", fake.Fault{Code: "E0000", Message: "no"})
		_, err := client.Whoami(t.Context())
		expect(t, err, jit.SignIn, "ask who is signed in", "no")
		if times != 2 || x.Calls()["POST /api/auth/validate"] != 12 {
			t.Errorf("signed in %d times, %d calls", times, x.Calls()["POST /api/auth/validate"])
		}
		client.Renew = func() (context.Context, jit.Secret, error) {
			return t.Context(), jit.Secret{}, jit.Errorf(jit.SignIn, "sign in", "nobody came")
		}
		_, err = client.Whoami(t.Context())
		expect(t, err, jit.SignIn, "sign in", "nobody came")
	})
}

// TestRenewIsInterrupted holds that Ctrl-C ends a call that waits for another's sign-in,
// and one that has outlived its own deadline by that.
func TestRenewIsInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, client := newFake()
		client.Token = jit.NewSecret(x.NewSession("alice"))
		command, interrupt := context.WithCancel(t.Context())
		client.Renew = func() (context.Context, jit.Secret, error) {
			time.Sleep(time.Minute)
			return command, jit.NewSecret(x.NewSession("alice")), nil
		}
		x.EndSessions("alice", 0)
		began := time.Now()
		ended := make(chan time.Duration, 2)
		call := func(ctx context.Context) {
			if _, err := client.Whoami(ctx); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			ended <- time.Since(began)
		}
		short, cancel := context.WithTimeout(command, 2*time.Second)
		defer cancel()
		go call(short)
		time.Sleep(time.Second)
		waits, leave := context.WithCancel(command)
		go call(waits)
		time.Sleep(time.Second)
		leave()
		if took := <-ended; took != 2*time.Second {
			t.Errorf("a call that waits ends after %s", took)
		}
		x.Fail("POST /api/auth/validate", fake.Fault{Delay: 30 * time.Second})
		time.Sleep(60 * time.Second)
		interrupt()
		if took := <-ended; took != 62*time.Second {
			t.Errorf("a call that has gone on ends after %s", took)
		}
	})
}
