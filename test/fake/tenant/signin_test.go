package tenant_test

import (
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-jit/kubectl-jit/test/fake/tenant"
)

// verifier and what the browser carries for it, as both of Britive's clients
// make them.
func verifier(seed string) (secret, hash string) {
	for i := 0; ; i++ {
		raw := sha512.Sum512(fmt.Appendf(nil, "%s%d", seed, i))
		secret = base64.RawURLEncoding.EncodeToString(raw[:32])
		sum := sha512.Sum512([]byte(secret))
		hash = base64.RawURLEncoding.EncodeToString(sum[:])
		if !strings.Contains(secret+hash, "--") {
			return secret, hash
		}
	}
}

func TestBrowser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newTenant(tenant.Options{})
		w := as(t, x, "")
		secret, hash := verifier("a")
		fetch := fmt.Sprintf(`{"authParameters":{"cliToken":%q}}`, secret)
		const path = "/api/auth/cli/retrieve-tokens"
		w.fails(401, "AU-0020", "POST", path, fetch)
		for name, wrong := range map[string]func() error{
			"a wrong password": func() error {
				return tenant.Visit(t.Context(), w.client, host+"/login?token="+hash, tenant.Person{Name: "alice", Password: "pw"})
			},
			"the verifier in the address": func() error {
				return tenant.Visit(t.Context(), w.client, host+"/login?token="+secret, tenant.Person{Name: "alice", Password: "pw-a"})
			},
			"sso without a provider": func() error {
				return tenant.Visit(t.Context(), w.client, host+"/sso?token="+hash, tenant.Person{Name: "alice", Password: "pw-a"})
			},
		} {
			if wrong() == nil {
				t.Errorf("%s signs in", name)
			}
		}
		w.fails(401, "AU-0020", "POST", path, fetch)
		for _, address := range []string{"/login?token=", "/sso?idp=SAML&token="} {
			if err := tenant.Visit(t.Context(), w.client, host+address+hash, tenant.Person{Name: "alice", Password: "pw-a"}); err != nil {
				t.Fatal(err)
			}
		}
		w.fails(401, "AU-0020", "POST", path, strings.Replace(fetch, secret, hash, 1))
		result := w.must("POST", path, fetch).(map[string]any)["authenticationResult"]
		w.fails(401, "AU-0020", "POST", path, fetch)
		w.auth = "Bearer " + w.field(result, "accessToken")
		who := w.must("POST", "/api/auth/validate", "").(map[string]any)["authenticationResult"]
		if w.field(who, "username") != "alice" || w.field(who, "userId") != w.field(result, "userId") || w.field(who, "type") != "User" {
			t.Errorf("signed in: %v", who)
		}
		w.must("DELETE", "/api/auth?type=sso", "")
		w.fails(401, "E0000", "GET", "/api/features", "")

		if err := tenant.Visit(t.Context(), w.client, host+"/login?token="+hash, tenant.Person{Name: "alice", Password: "pw-a"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Minute)
		w.fails(401, "AU-0020", "POST", path, fetch)
	})
}

// TestEnds holds that sessions and tokens end: at their time, and when a test
// says.
func TestEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newTenant(tenant.Options{})
		session, used, idle, revoked := alice(t, x), as(t, x, "TOKEN "+x.NewAPIToken("ci", 8*time.Hour)), as(t, x, "TOKEN "+x.NewAPIToken("ci", time.Hour)), as(t, x, "TOKEN "+x.NewAPIToken("bob", time.Hour))
		x.RevokeAPITokens("bob")
		revoked.fails(401, "AU-0016", "GET", "/api/features", "")
		for range 2 {
			time.Sleep(6*time.Hour - time.Second)
			session.must("GET", "/api/features", "")
			used.must("GET", "/api/features", "")
			idle.fails(401, "AU-0017", "GET", "/api/features", "")
		}
		time.Sleep(2 * time.Second)
		session.fails(401, "E0000", "GET", "/api/features", "")

		session = alice(t, x)
		x.EndSessions("alice", 2)
		for range 2 {
			session.must("GET", "/api/features", "")
		}
		session.fails(401, "E0000", "GET", "/api/features", "")
		session = alice(t, x)
		x.EndSessions("alice", 0)
		session.fails(401, "E0000", "GET", "/api/features", "")
	})
}

func TestBanner(t *testing.T) {
	x := newTenant(tenant.Options{})
	w := alice(t, x)
	if banner := w.must("GET", "/api/banner", ""); banner != nil {
		t.Errorf("%v", banner)
	}
	x.SetBanner(&tenant.Banner{Type: "WARNING", Message: "moving"})
	if banner := w.must("GET", "/api/banner", ""); w.field(banner, "messageType") != "WARNING" || w.field(banner, "message") != "moving" {
		t.Errorf("%v", banner)
	}
	w.must("GET", "/api/v1/users/whoami", "")
}

// TestStepUp holds both ways: one code for a while, and one each time, which a
// cookie tells.
func TestStepUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := alice(t, newTenant(tenant.Options{}))
		const code, codes, step = "/api/access/code/environments/e2", "/api/access/codes/environments/e2", "/api/step-up/authenticate/TOTP"
		w.fails(403, "PE-0028", "POST", codes, "{}")
		if answer := w.must("POST", step, `{"otp":"654321"}`); w.field(answer, "result") != "FAILED" {
			t.Errorf("%v", answer)
		}
		w.fails(403, "PE-0028", "POST", codes, "{}")
		if answer := w.must("POST", step, `{"otp":"123456"}`); w.field(answer, "result") != "SUCCEEDED" {
			t.Errorf("%v", answer)
		}
		w.fails(403, "PE-0028", "POST", code, "{}") // without the cookie
		time.Sleep(15*time.Minute - time.Second)
		w.must("POST", codes, "{}")
		w.client.Jar, _ = cookiejar.New(nil)
		w.must("POST", step, `{"otp":"123456"}`)
		cookies := w.client.Jar.Cookies(mustParse(t, host))
		if len(cookies) != 1 {
			t.Fatalf("cookies %v", cookies)
		}
		time.Sleep(29 * time.Second)
		w.must("POST", code, "{}")
		time.Sleep(2 * time.Second)
		w.client.Jar.SetCookies(mustParse(t, host), []*http.Cookie{{Name: cookies[0].Name, Value: cookies[0].Value}})
		x := w.must("GET", "/api/access/app-access-status", "").([]any)
		for _, row := range x {
			w.must("PUT", "/api/access/"+w.field(row, "transactionId")+"?type=API", "")
		}
		w.fails(403, "PE-0028", "POST", code, "{}")
	})
}
