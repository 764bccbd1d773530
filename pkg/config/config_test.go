package config_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/config"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const whole = `# ours
apiVersion: jit.kubectl-jit.dev/v1alpha1
kind: Config
tenant: sigma # the default
tenants:
  sigma:
    url: https://127.0.0.1:8443
    certificateAuthority: ca.pem
aliases:
  # the everyday one
  eks-reader: Manual - Sigma Labs/196226166352 (Sigma Labs)/EKS Reader # reads
  other:
    # written out
    tenant: acme
    profile: App/Env/Profile
storage: file
`

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoad(t *testing.T) {
	path := file(t, whole)
	got, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	want := &config.Config{
		Path: path, Tenant: "sigma", Storage: "file",
		Tenants: map[string]config.Tenant{
			"sigma": {URL: "https://127.0.0.1:8443", CertificateAuthority: filepath.Join(filepath.Dir(path), "ca.pem")},
		},
		Aliases: map[string]config.Alias{
			"eks-reader": {Profile: "Manual - Sigma Labs/196226166352 (Sigma Labs)/EKS Reader"},
			"other":      {Tenant: "acme", Profile: "App/Env/Profile"},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

const chained = `aliases:
  eks-deployer:
    profile: App/Env/Profile
    assume:
      - role: arn:aws:iam::196226166352:role/EKS-Deployer
        externalId: ci/42
        tags:
          cost: "7"
          team: payments
      - role: arn:aws:iam::196226166352:role/Second
        sessionName: alice@example.com
        region: eu-west-1
`

func TestAssume(t *testing.T) {
	want := []jit.Role{
		{ARN: "arn:aws:iam::196226166352:role/EKS-Deployer", ExternalID: "ci/42", Tags: map[string]string{"team": "payments", "cost": "7"}},
		{ARN: "arn:aws:iam::196226166352:role/Second", SessionName: "alice@example.com", Region: "eu-west-1"},
	}
	path := file(t, chained)
	c, err := config.Load(path)
	if err != nil || !reflect.DeepEqual(c.Aliases["eks-deployer"].Assume, want) {
		t.Fatalf("%+v, %v", c, err)
	}
	// Written anew, it is what it was.
	again := file(t, "aliases: {}\n")
	err = config.Update(t.Context(), again, func(d *config.Config) error { d.Aliases = c.Aliases; return nil })
	text, readErr := os.ReadFile(again)
	if err != nil || readErr != nil || string(text) != chained {
		t.Errorf("%s%v %v", text, err, readErr)
	}
}

func TestLoadNothing(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "sub", "config.yaml")
	for _, path := range []string{missing, file(t, ""), file(t, "# nothing yet\n"), file(t, "aliases:\ntenants: null\n")} {
		got, err := config.Load(path)
		if err != nil || len(got.Aliases)+len(got.Tenants) > 0 || got.Path != path {
			t.Errorf("got %+v, %v", got, err)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	tests := []struct{ name, text, says string }{
		{"an unknown key", "aliasses: {}\n", `:1:1: unknown key "aliasses": did you mean "aliases"?`},
		{"a role that is none", "aliases:\n  a:\n    profile: a/b/c\n    assume: [{role: EKS-Deployer}]\n", `:4:14: "EKS-Deployer" is not the ARN of a role`},
		{"a role of an unknown kind", "aliases: {a: {profile: a/b/c, assume: [{roleArn: x}]}}\n", `unknown key "roleArn": there are externalId, region, role`},
		{"one role, not a list", "aliases: {a: {profile: a/b/c, assume: {role: x}}}\n", "want a list of roles here"},
		{"a key far from all", "kind: Config\nzzzzzz: 1\n", ":2:1: unknown key"},
		{"an unknown key below", "tenants:\n  a:\n    uri: x\n", `:3:5: unknown key "uri": did you mean "url"?`},
		{"another version", "apiVersion: v1\n", ":1:13: "},
		{"another kind", "kind: Kubeconfig\n", ":1:7: "},
		{"an unknown value", "\nstorage: keychain\n", `:2:10: "keychain": want "keyring" or "file" or "none"`},
		{"a list for a text", "tenant: [a]\n", ":1:9: want a text here"},
		{"a text for a map", "aliases: x\n", ":1:10: want keys and values here"},
		{"a key twice", "aliases:\n  a: x/y/z\n  a: x/y/z\n", `:3:3: "a" stands here twice`},
		{"a bad name", "aliases:\n  a b: x/y/z\n", `:2:3: alias "a b"`},
		{"a bad path", "aliases:\n  a: x\n", `:2:6: alias "a"`},
		{"a tenant without a URL", "tenants:\n  a: {}\n", `:2:3: tenant "a" has no url`},
		{"a tenant without TLS", "tenants:\n  a:\n    url: http://x\n", ":3:5: tenant"},
		{"broken YAML", "aliases:\n  a: [\n", "config.yaml:"},
		{"two documents", "tenant: a\n---\ntenant: b\n", "second document"},
		{"a list", "- a\n", ":1:1: want keys and values here"},
	}
	for _, tt := range tests {
		path := file(t, tt.text)
		_, err := config.Load(path)
		if jit.CodeOf(err) != jit.Invalid || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.says)
		}
	}
	if _, err := config.Load(t.TempDir()); jit.CodeOf(err) != jit.Unavailable {
		t.Errorf("a folder: %v", err)
	}
}

func TestResolveTenant(t *testing.T) {
	sigma := config.Tenant{URL: "https://127.0.0.1:8443", CertificateAuthority: "/ca.pem"}
	one := map[string]config.Tenant{"sigma": sigma}
	two := map[string]config.Tenant{"sigma": sigma, "acme": {URL: "https://acme.britive-app.com/"}}
	tests := []struct {
		name, fallback, arg string
		tenants             map[string]config.Tenant
		want                config.Tenant
		fail                string
	}{
		{name: "by name", tenants: two, arg: "sigma", want: sigma},
		{name: "by name in another case", tenants: two, arg: "Sigma", want: sigma},
		{name: "the default", tenants: two, fallback: "sigma", want: sigma},
		{name: "the argument wins", tenants: two, fallback: "sigma", arg: "acme", want: config.Tenant{URL: "https://acme.britive-app.com"}},
		{name: "the only one", tenants: one, want: sigma},
		{name: "by URL, with its settings", tenants: two, arg: "https://127.0.0.1:8443/", want: sigma},
		{name: "an unknown URL", tenants: one, arg: "https://Other:1", want: config.Tenant{URL: "https://other:1"}},
		{name: "a bare name", arg: "Jit", want: config.Tenant{URL: "https://jit.britive-app.com"}},
		{name: "a bare name as default", fallback: "jit", want: config.Tenant{URL: "https://jit.britive-app.com"}},
		{name: "a name with dots", arg: "k8s.dev2.aws", want: config.Tenant{URL: "https://k8s.dev2.aws.britive-app.com"}},
		{name: "a tenant's host", arg: "Jit.britive-app.com", want: config.Tenant{URL: "https://jit.britive-app.com"}},
		{name: "a host that ends like one", arg: "jit-britive-app.com", want: config.Tenant{URL: "https://jit-britive-app.com"}},
		{name: "a host by its URL", arg: "https://broker.example.com", want: config.Tenant{URL: "https://broker.example.com"}},
		{name: "an address", arg: "127.0.0.1", want: config.Tenant{URL: "https://127.0.0.1"}},
		{name: "a far address", arg: "https://[2001:db8::1]:8443", want: config.Tenant{URL: "https://[2001:db8::1]:8443"}},
		{name: "a host with a port", arg: "localhost:8443", want: config.Tenant{URL: "https://localhost:8443"}},
		{name: "none known", fail: "no tenant is configured"},
		{name: "several", tenants: two, fail: "acme, sigma"},
		{name: "no TLS", arg: "http://broker", fail: "https://"},
		{name: "a path", arg: "https://broker/api", fail: "HOST"},
		{name: "a password", arg: "https://u:p@broker", fail: "HOST"},
		{name: "no sense", arg: "a b", fail: "neither"},
		{name: "a command", arg: "https://broker$(id)", fail: "neither"},
		{name: "two commands", arg: "https://broker;id", fail: "neither"},
		{name: "a script of another direction", arg: "https://b\u202er", fail: "neither"},
	}
	for _, tt := range tests {
		c := &config.Config{Tenant: tt.fallback, Tenants: tt.tenants}
		got, err := c.ResolveTenant(tt.arg)
		if tt.fail != "" {
			if jit.CodeOf(err) != jit.Invalid || !strings.Contains(err.Error(), tt.fail) || strings.Contains(err.Error(), "u:p") {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		if err != nil || got != tt.want {
			t.Errorf("%s: %+v, %v, want %+v", tt.name, got, err, tt.want)
		}
	}
}
