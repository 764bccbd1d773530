package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/cli"
	"github.com/kubectl-jit/kubectl-jit/pkg/config"
)

// TestRemember signs in at one tenant after another: each gets a name, the first
// stays the one that is meant without a word, and what a person wrote stays.
func TestRemember(t *testing.T) {
	home := t.TempDir()
	for _, name := range []string{"XDG_CONFIG_HOME", "HOME", "AppData"} {
		t.Setenv(name, home)
	}
	const head = "apiVersion: jit.kubectl-jit.dev/v1alpha1\nkind: Config\n"
	tests := []struct {
		name, before         string
		url, sso, federation string
		want, says           string
	}{
		{"the first", "", "https://acme.britive-app.com", "", "",
			head + "tenant: acme\ntenants:\n  acme:\n    url: https://acme.britive-app.com\n", `is now the tenant "acme"`},
		{"the second", "tenant: acme\ntenants:\n  acme:\n    url: https://acme.britive-app.com\n", "https://broker.example.com:8443", "", "",
			"tenant: acme\ntenants:\n  acme:\n    url: https://acme.britive-app.com\n  broker.example.com:8443:\n    url: https://broker.example.com:8443\n", `"acme" is still the one`},
		{"the second, beside the only one", "tenants:\n  a:\n    url: https://a.example.com\n", "https://b.example.com", "", "",
			"tenants:\n  a:\n    url: https://a.example.com\n  b.example.com:\n    url: https://b.example.com\ntenant: a\n", `"a" is still the one`},
		{"known", "# mine\ntenants:\n  a:\n    url: https://A.example.com/\n", "https://a.example.com", "", "",
			"# mine\ntenants:\n  a:\n    url: https://A.example.com/\n", ""},
		{"known, by another way", "tenants:\n  a:\n    url: https://a.example.com\n    certificateAuthority: ca.pem\n    sso: okta\n", "https://a.example.com", "saml", "",
			"tenants:\n  a:\n    url: https://a.example.com\n    certificateAuthority: ca.pem\n    sso: saml\ntenant: a\n", `is now the tenant "a"`},
		{"a workload", "tenant: a\ntenants:\n  a:\n    url: https://a.example.com\n", "https://a.example.com", "", "github-x",
			"tenant: a\ntenants:\n  a:\n    url: https://a.example.com\n    federation: github-x\n", `is now the tenant "a"`},
	}
	for _, tt := range tests {
		path := configPath(t, home)
		if err := os.WriteFile(path, []byte(tt.before), 0o600); err != nil {
			t.Fatal(err)
		}
		settings, err := config.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		said, err := cli.Remember(t.Context(), settings, tt.url, tt.sso, tt.federation)
		if err != nil || !strings.Contains(said, tt.says) || tt.says == "" && said != "" {
			t.Errorf("%s: said %q, %v", tt.name, said, err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != tt.want {
			t.Errorf("%s: %v\n%s\nwant\n%s", tt.name, err, got, tt.want)
		}
	}
}

func configPath(t *testing.T, home string) string {
	t.Helper()
	dir := filepath.Join(home, "kubectl-jit")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "config.yaml")
}
