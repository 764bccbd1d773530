package tenant_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/test/fake/tenant"
)

// claimsOf reads a JWT without verifying it.
func claimsOf(t *testing.T, token string) (claims map[string]any) {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil || json.Unmarshal(text, &claims) != nil {
		t.Fatalf("%q is no JWT", token)
	}
	return claims
}

func TestListing(t *testing.T) {
	x := newTenant(tenant.Options{})
	w := alice(t, x)
	compact := w.must("GET", "/api/access?type=sdk", "").(map[string]any)
	for key, want := range map[string]int{"accesses": 13, "apps": 2, "environments": 3, "profiles": 10} {
		if got := len(compact[key].([]any)); got != want {
			t.Errorf("%d %s, want %d", got, key, want)
		}
	}
	for _, never := range []string{"page", "size", "data"} {
		if _, there := compact[never]; there {
			t.Errorf("the SDK would take %v for a page", compact)
		}
	}
	environment := compact["environments"].([]any)[0]
	if w.field(environment, "environmentName") != "196 (Labs)" || w.field(environment, "alternateEnvironmentName") != "labs" {
		t.Errorf("environment %v", environment)
	}
	cluster := compact["environments"].([]any)[2].(map[string]any)["profileEnvironmentProperties"]
	if w.field(cluster, "apiServerUrl") != "https://k8s.example.com" || w.field(cluster, "certificateAuthorityData") != "Q0E=" {
		t.Errorf("cluster %v", cluster)
	}
	if cut := w.must("GET", "/api/access?type=sdk&size=2", "").(map[string]any); len(cut["accesses"].([]any)) != 2 || cut["count"] != 13.0 {
		t.Errorf("cut: %v", cut)
	}
	older := w.must("GET", "/api/access", "").([]any)
	if len(older) != 2 || w.field(older[0], "appName") != "Labs" || len(older[0].(map[string]any)["profiles"].([]any)) != 9 {
		t.Errorf("older: %v", older)
	}
	page := w.must("GET", "/api/access?page=1&size=4", "").(map[string]any)
	if rows := page["data"].([]any); len(rows) != 4 || page["count"] != 11.0 || w.field(rows[0], "papId") != "ticket" {
		t.Errorf("page: %v", page)
	}
	nobody := as(t, x, "Bearer "+x.NewSession("carol"))
	if empty := nobody.must("GET", "/api/access?type=sdk", "").(map[string]any); len(empty["accesses"].([]any)) != 0 {
		t.Errorf("carol may have %v", empty)
	}
}

// TestLookups are what pybritive asks for a name that the listing lacks.
func TestLookups(t *testing.T) {
	w := alice(t, newTenant(tenant.Options{}))
	apps := w.must("GET", "/api/access/apps", "").([]any)
	path := "/api/access/apps/" + w.field(apps[0], "appContainerId") + "/environments"
	environments := w.must("GET", path, "").([]any)
	profiles := w.must("GET", path+"/"+w.field(environments[0], "environmentId")+"/paps", "").([]any)
	if len(apps) != 2 || len(environments) != 2 || len(profiles) != 1 || w.field(profiles[0], "papName") != "Pods" {
		t.Errorf("%v %v %v", apps, environments, profiles)
	}
	if none := w.must("GET", "/api/access/apps/none/environments", "").([]any); len(none) != 0 {
		t.Errorf("%v", none)
	}
}

// TestForms holds the forms that a tenant may have whatever is asked.
func TestForms(t *testing.T) {
	x := newTenant(tenant.Options{})
	var many []tenant.Profile
	for i := range 50 {
		many = append(many, tenant.Profile{Name: fmt.Sprint("p", i), Members: []string{"alice"}})
	}
	x.AddApp(tenant.App{Name: "Many", Environments: []tenant.Environment{{Name: "e"}}, Profiles: many})
	w := alice(t, x)
	x.SetListing(tenant.Older)
	if list := w.must("GET", "/api/access?type=sdk", "").([]any); len(list) != 3 {
		t.Errorf("%v", list)
	}
	x.SetListing(tenant.Paged)
	total := 0
	for page := range 4 {
		total += len(w.must("GET", fmt.Sprint("/api/access?type=sdk&page=", page), "").(map[string]any)["data"].([]any))
	}
	if total != 61 {
		t.Errorf("%d on all pages", total)
	}
}
