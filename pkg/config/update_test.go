package config_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/config"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

func alias(name, profile string) func(*config.Config) error {
	return func(c *config.Config) error {
		if c.Aliases == nil {
			c.Aliases = map[string]config.Alias{}
		}
		c.Aliases[name] = config.Alias{Profile: profile}
		return nil
	}
}

func TestUpdate(t *testing.T) {
	tests := []struct {
		name, before string
		change       func(*config.Config) error
		want         string
	}{
		{
			name: "a new file", change: alias("a", "x/y/z"),
			want: "apiVersion: jit.kubectl-jit.dev/v1alpha1\nkind: Config\naliases:\n  a: x/y/z\n",
		},
		{
			name: "comments only", before: "# mine\n", change: alias("a", "x/y/z"),
			want: "# mine\napiVersion: jit.kubectl-jit.dev/v1alpha1\nkind: Config\naliases:\n  a: x/y/z\n",
		},
		{
			name: "a new alias", before: whole, change: alias("a", "x/y/z"),
			want: strings.Replace(whole, "storage:", "  a: x/y/z\nstorage:", 1),
		},
		{
			name: "another path", before: whole, change: alias("eks-reader", "x/y/z"),
			want: strings.Replace(whole, "Manual - Sigma Labs/196226166352 (Sigma Labs)/EKS Reader", "x/y/z", 1),
		},
		{
			name: "removed", before: whole,
			change: func(c *config.Config) error { delete(c.Aliases, "other"); return nil },
			want:   whole[:strings.Index(whole, "  other:")] + "storage: file\n",
		},
		{
			name: "a setting and a tenant", before: "aliases: {}\n",
			change: func(c *config.Config) error {
				c.Tenant, c.Tenants = "s", map[string]config.Tenant{"s": {URL: "https://s", CertificateAuthority: "s.pem", SSO: "okta", Federation: "github-britive"}}
				return nil
			},
			want: "aliases: {}\ntenant: s\ntenants:\n  s:\n    url: https://s\n    certificateAuthority: s.pem\n    sso: okta\n    federation: github-britive\n",
		},
		{
			name: "an empty flow map fills", before: "aliases: {}\n", change: alias("a", "x/y/z"),
			want: "aliases:\n  a: x/y/z\n",
		},
		{
			name: "nothing changes", before: "aliases:   {a:   x/y/z}\n", change: alias("a", "x/y/z"),
			want: "aliases:   {a:   x/y/z}\n",
		},
	}
	for _, tt := range tests {
		path := file(t, tt.before)
		if err := config.Update(t.Context(), path, tt.change); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if got, _ := os.ReadFile(path); string(got) != tt.want {
			t.Errorf("%s:\n%s\nwant:\n%s", tt.name, got, tt.want)
		}
	}
}

// TestUpdateKeeps holds that what is not changed keeps its meaning.
func TestUpdateKeeps(t *testing.T) {
	path := file(t, whole)
	before, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	before.Aliases["a"] = config.Alias{Profile: "x/y/z: # not a comment"}
	if err := config.Update(t.Context(), path, alias("a", "x/y/z: # not a comment")); err != nil {
		t.Fatal(err)
	}
	if after, err := config.Load(path); err != nil || !reflect.DeepEqual(after, before) {
		t.Errorf("got %+v, %v, want %+v", after, err, before)
	}
}

func TestUpdateRefuses(t *testing.T) {
	no := errors.New("no")
	anchors := "aliases: &a\n  a: x/y/z\ntenants: {}\n"
	tests := []struct {
		name, before string
		change       func(*config.Config) error
		code         jit.Code
	}{
		{"a broken file", "aliases: [\n", alias("a", "x/y/z"), jit.Invalid},
		{"an unknown key", "alias: {}\n", alias("a", "x/y/z"), jit.Invalid},
		{"a change that cannot be read back", anchors, alias("a b", "x/y/z"), jit.Invalid},
		{"a change that fails", whole, func(*config.Config) error { return no }, jit.Internal},
	}
	for _, tt := range tests {
		path := file(t, tt.before)
		if err := config.Update(t.Context(), path, tt.change); jit.CodeOf(err) != tt.code {
			t.Errorf("%s: %v, want code %s", tt.name, err, tt.code)
		}
		if got, _ := os.ReadFile(path); string(got) != tt.before {
			t.Errorf("%s: the file changed to %q", tt.name, got)
		}
	}
	below := filepath.Join(file(t, whole), "config.yaml")
	for _, path := range []string{"", below} {
		if err := config.Update(t.Context(), path, alias("a", "x/y/z")); jit.CodeOf(err) != jit.Unavailable {
			t.Errorf("path %q: %v", path, err)
		}
	}
}

func TestUpdateInParallel(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.yaml")
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			if err := config.Update(t.Context(), path, alias(fmt.Sprint("a", i), "x/y/z")); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if c, err := config.Load(path); err != nil || len(c.Aliases) != 20 {
		t.Errorf("%d aliases, %v", len(c.Aliases), err)
	}
}
