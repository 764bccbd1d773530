package tenant_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-jit/kubectl-jit/test/fake/tenant"
)

// TestDiscovery holds that a cluster finds the key of its tokens by the issuer's
// address, and by nothing that it signed in with.
func TestDiscovery(t *testing.T) {
	x := newTenant(tenant.Options{})
	w := as(t, x, "")
	found := w.must("GET", "/.well-known/openid-configuration", "")
	if w.field(found, "issuer") != host || w.field(found, "jwks_uri") != host+"/jwks" {
		t.Errorf("discovery %v", found)
	}
	keys := w.must("GET", "/jwks", "").(map[string]any)["keys"].([]any)
	point := []byte{4}
	for _, coordinate := range []string{"x", "y"} {
		part, err := base64.RawURLEncoding.DecodeString(w.field(keys[0], coordinate))
		if err != nil {
			t.Fatal(err)
		}
		point = append(point, part...)
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil || len(keys) != 1 || !x.PublicKey().Equal(key) {
		t.Errorf("keys %v (%v)", keys, err)
	}
}

// TestClusterToken holds that a token for a cluster ends with its checkout, or
// sooner where it is told to, and that the answer says the same.
func TestClusterToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newTenant(tenant.Options{})
		x.AddApp(tenant.App{Name: "More", Type: "Kubernetes", Environments: []tenant.Environment{{Name: "test", ID: "e4"}}, Profiles: []tenant.Profile{
			{Name: "Short", ID: "short", Members: []string{"alice"}, TokenLasts: time.Minute},
			{Name: "Long", ID: "long", Members: []string{"alice"}, TokenLasts: 2 * time.Hour},
		}})
		w := alice(t, x)
		for path, lasts := range map[string]time.Duration{"view/environments/e3": time.Hour, "short/environments/e4": time.Minute, "long/environments/e4": time.Hour} {
			id := w.field(w.must("POST", "/api/access/"+path, "{}"), "transactionId")
			given := w.must("GET", "/api/access/"+id+"/tokens", "")
			claims, ok := x.Claims(w.field(given, "jwt"))
			if want := time.Now().Add(lasts); !ok || claims["exp"] != float64(want.Unix()) || w.field(given, "expirationTime") != want.UTC().Format(time.RFC3339) {
				t.Errorf("%s: %v ends as %v, want %s", path, claims, given, want.UTC())
			}
		}
	})
}
