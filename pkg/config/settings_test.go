package config_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/config"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

func TestSet(t *testing.T) {
	path := file(t, whole)
	for _, step := range []struct{ key, value string }{{"storage", "none"}, {"pybritive", "ignore"}, {"tenant", ""}} {
		if err := config.Update(t.Context(), path, func(c *config.Config) error { return c.Set(step.key, step.value) }); err != nil {
			t.Fatalf("%s: %v", step.key, err)
		}
	}
	c, err := config.Load(path)
	if err != nil || c.Storage != "none" || c.Pybritive != "ignore" || c.Tenant != "" {
		t.Errorf("got %+v, %v", c, err)
	}
	for _, tt := range []struct{ key, value, says string }{
		{"storage", "keychain", `set storage: "keychain": want "keyring" or "file" or "none"`},
		{"tenant", "a b", "neither a tenant nor a URL"},
		{"storrage", "file", `did you mean "storage"`},
		{"aliases", "x", "there are tenant, extend, offline, storage, pybritive"},
	} {
		err := new(config.Config).Set(tt.key, tt.value)
		if jit.CodeOf(err) != jit.Invalid || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s %s: %v, want %q", tt.key, tt.value, err, tt.says)
		}
	}
}

// TestSettings holds that every setting is a field of the file, and keeps its value
// through it.
func TestSettings(t *testing.T) {
	values := map[string]string{"tenant": "x", "extend": "never", "offline": "deny", "storage": "none", "pybritive": "ignore"}
	path := file(t, "")
	for _, key := range config.Settings() {
		if err := config.Update(t.Context(), path, func(c *config.Config) error { return c.Set(key, values[key]) }); err != nil {
			t.Fatalf("%s: %v", key, err)
		}
	}
	got, err := config.Load(path)
	want := &config.Config{Path: path, Tenant: "x", Extend: "never", Offline: "deny", Storage: "none", Pybritive: "ignore"}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	usual := new(config.Config).Usual()
	if !reflect.DeepEqual(usual, &config.Config{Extend: "auto", Offline: "allow", Pybritive: "use"}) {
		t.Errorf("usually %+v", usual)
	}
	if !reflect.DeepEqual(got.Usual(), got) {
		t.Errorf("what is set changes: %+v", got.Usual())
	}
}

func TestOver(t *testing.T) {
	corp := config.Tenant{URL: "https://corp.britive-app.com", CertificateAuthority: "/ours.pem"}
	lab := config.Tenant{URL: "https://lab.britive-app.com", CertificateAuthority: "/theirs.pem"}
	theirs := &config.Config{
		Tenant:  "c",
		Tenants: map[string]config.Tenant{"c": {URL: corp.URL, CertificateAuthority: "/theirs.pem"}, "lab": lab},
		Aliases: map[string]config.Alias{"prod": {Profile: "a/b/theirs"}, "more": {Profile: "a/b/more"}},
	}
	none := &config.Config{}
	if got := none.Over(theirs); got.Tenant != "c" || !reflect.DeepEqual(got.Tenants, theirs.Tenants) || !reflect.DeepEqual(got.Aliases, theirs.Aliases) {
		t.Errorf("over nothing: %+v", got)
	}
	if none.Tenants != nil || none.Tenant != "" {
		t.Errorf("what lies over it changed: %+v", none)
	}
	one := &config.Config{Tenants: map[string]config.Tenant{"corp": corp}, Aliases: map[string]config.Alias{"PROD": {Profile: "a/b/ours"}}}
	got := one.Over(theirs)
	if got.Tenant != "corp" || got.Tenants["c"] != corp || got.Tenants["lab"] != lab {
		t.Errorf("a tenant of ours is the default, and keeps its settings: %+v", got)
	}
	if alias, ok := got.Alias("prod"); !ok || alias.Profile != "a/b/ours" || len(got.Aliases) != 2 {
		t.Errorf("an alias of ours stays: %+v", got.Aliases)
	}
	two := &config.Config{Tenants: map[string]config.Tenant{"corp": corp, "x": {URL: "https://x"}}}
	if got := two.Over(theirs); got.Tenant != "" {
		t.Errorf("several tenants of ours and no default: %q", got.Tenant)
	}
}

func TestAlias(t *testing.T) {
	c := &config.Config{Aliases: map[string]config.Alias{"prod": {Profile: "1"}, "Prod": {Profile: "2"}}}
	for name, want := range map[string]string{"prod": "1", "Prod": "2", "PROD": "2", "other": ""} {
		if got, ok := c.Alias(name); got.Profile != want || ok != (want != "") {
			t.Errorf("%s: %+v, %v", name, got, ok)
		}
	}
}
