package pybritive_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/pybritive"
	fake "github.com/kubectl-jit/kubectl-jit/test/fake/pybritive"
)

// usual is a configuration as pybritive writes it.
const usual = `[global]
default_tenant=j
output_format=json
credential_backend=file
auto_refresh_kube_config=true

[tenant-j]
name=Jit
output_format=json
sso_idp=saml

[tenant-lab]

[profile-aliases]
Prod=aws prod/prod\/eu/admin
two=app/profile

[aws]
default_checkout_mode=integrate
`

func folder(t *testing.T, config string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), ".britive")
	if err := fake.Config(dir, config); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestRead(t *testing.T) {
	bundle := filepath.Join(t.TempDir(), "Corp.pem")
	if err := os.WriteFile(bundle, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := pybritive.Read(folder(t, strings.Replace(usual, "[global]\n", "[global]\nca_bundle="+bundle+"\n", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]string{"j": "https://jit.britive-app.com", "lab": "https://lab.britive-app.com"}; !reflect.DeepEqual(c.Tenants, want) {
		t.Errorf("tenants %v, want %v", c.Tenants, want)
	}
	if want := map[string]string{"prod": `aws prod/prod\/eu/admin`, "two": "app/app/profile"}; !reflect.DeepEqual(c.Aliases, want) {
		t.Errorf("aliases %v, want %v", c.Aliases, want)
	}
	if c.Tool != pybritive.Name || c.Tenant != "https://jit.britive-app.com" || c.CABundle != bundle || len(c.Left) > 0 {
		t.Errorf("got %+v", c)
	}
}

func TestReadTenant(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"the default, by alias", "[global]\ndefault_tenant=B\n[tenant-a]\n[tenant-b]\n", "https://b.britive-app.com"},
		{"the default, by name", "[global]\ndefault_tenant=bee\n[tenant-a]\n[tenant-b]\nname=bee\n", "https://bee.britive-app.com"},
		{"the only one", "[tenant-a]\nname=x\n", "https://x.britive-app.com"},
		{"none of several", "[tenant-a]\n[tenant-b]\n", ""},
		{"a default that is not there", "[global]\ndefault_tenant=c\n[tenant-a]\n", ""},
		{"a name with tenant- in it", "[tenant-my-tenant-x]\n", "https://my-x.britive-app.com"},
		{"nothing", "", ""},
	}
	for _, tt := range tests {
		c, err := pybritive.Read(folder(t, tt.text))
		if err != nil || c.Tenant != tt.want {
			t.Errorf("%s: %v, %v, want %s", tt.name, c, err, tt.want)
		}
	}
}

// TestLeaves holds what is not taken: names that would drive a terminal, that could
// be read as a path, and what means nothing here.
func TestLeaves(t *testing.T) {
	c, err := pybritive.Read(folder(t, "[global]\nca_bundle=/not/there\n[tenant-\x1b[2J]\nname=x\n[tenant-b]\nname=a b\n[profile-aliases]\n"+
		"\x1b[31mred=a/b/c\nok=a/b/c\napp/env/profile=a/b/other\nr=resources/x/y\nlong=a/b/c/d/e\nhidden=a/b\u202e/c\nempty=\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Tenants) != 0 || !reflect.DeepEqual(c.Aliases, map[string]string{"ok": "a/b/c"}) || len(c.Left) != 9 || c.CABundle != "" {
		t.Errorf("got %+v", c)
	}
	for _, line := range c.Left {
		if strings.ContainsAny(line, "\x1b\u202e") {
			t.Errorf("%q would drive a terminal", line)
		}
	}
}

func TestAddress(t *testing.T) {
	tests := []struct{ name, want string }{
		{"jit", "https://jit.britive-app.com"},
		{" Jit ", "https://jit.britive-app.com"},
		{"k8s.dev2.aws", "https://k8s.dev2.aws.britive-app.com"},
		{"jit.britive-app.com", "https://jit.britive-app.com"},
		{"https://jit.britive-app.com:9999/x", "https://jit.britive-app.com"},
		{"jit.corp.example:8443/x", "https://jit.corp.example.britive-app.com"},
		{"https://127.0.0.1:8443", "https://127.0.0.1:8443"},
		{"http://jit", ""},
		{"https://u:p@jit", ""},
		{"a b", ""},
		{"jit\nx", ""},
		{"-", ""},
		{"", ""},
	}
	for _, tt := range tests {
		got, err := pybritive.Address(tt.name)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%q: %q, %v, want %q", tt.name, got, err, tt.want)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	if _, err := pybritive.Read(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing there: %v", err)
	}
	if _, err := pybritive.Read(""); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no home: %v", err)
	}
	tests := []struct {
		name, text string
		code       jit.Code
		says       string
	}{
		{"no section", "a=b\n", jit.Invalid, "line 1: a section must come first"},
		{"no key", "[a]\n\n=b\n", jit.Invalid, "line 3: want KEY=VALUE"},
		{"twice", "[a]\nk=1\nk=2\n", jit.Invalid, `line 3: "k" stands in [a] twice`},
		{"a section twice", "[a]\n[b]\n[a]\n", jit.Invalid, "line 3: the section [a] stands here twice"},
		{"no text", "[a]\nk=\xff\n", jit.Invalid, "no UTF-8"},
		{"large", strings.Repeat("#\n", 1<<19) + "\n", jit.Invalid, "1 MiB"},
	}
	for _, tt := range tests {
		dir := folder(t, tt.text)
		_, err := pybritive.Read(dir)
		if jit.CodeOf(err) != tt.code || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.says)
		}
	}
	dir := folder(t, "")
	path := filepath.Join(dir, "pybritive.config")
	if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700)); err != nil {
		t.Fatal(err)
	}
	if _, err := pybritive.Read(dir); jit.CodeOf(err) != jit.Unavailable {
		t.Errorf("a folder: %v", err)
	}
}

func TestFolder(t *testing.T) {
	none := func(string) string { return "" }
	home := t.TempDir()
	t.Setenv("HOME", home)
	if got := pybritive.Folder(none); got != filepath.Join(home, ".britive") {
		t.Errorf("got %s", got)
	}
	if got := pybritive.Folder(func(name string) string { return map[string]string{"PYBRITIVE_HOME_DIR": "/x"}[name] }); got != filepath.Join("/x", ".britive") {
		t.Errorf("got %s", got)
	}
}

func TestReadBctl(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.yaml")
	text := `tenant: https://Acme.britive-app.com
default_region: us-east-1
auth: {method: browser}
profiles:
  dev: {profile_id: "1", env_id: "2", britive_path: AWS/Sandbox/Developer, eks_clusters: [a]}
  slash: {britive_path: AWS/Sand/box/Developer}
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := pybritive.ReadBctl(path)
	if err != nil {
		t.Fatal(err)
	}
	if c.Tool != pybritive.Bctl || c.Tenant != "https://acme.britive-app.com" || !reflect.DeepEqual(c.Tenants, map[string]string{"acme": c.Tenant}) ||
		!reflect.DeepEqual(c.Aliases, map[string]string{"dev": "AWS/Sandbox/Developer"}) || len(c.Left) != 1 {
		t.Errorf("got %+v", c)
	}
	if err := os.WriteFile(path, []byte("tenant: [\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := pybritive.ReadBctl(path); jit.CodeOf(err) != jit.Invalid {
		t.Errorf("broken: %v", err)
	}
	for _, missing := range []string{"", path + "x"} {
		if _, err := pybritive.ReadBctl(missing); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", missing, err)
		}
	}
}

func TestTenantArg(t *testing.T) {
	for args, want := range map[string]string{"-t b": "b", "--tenant b -p x": "b", "--tenant=b": "b", "-p x -tb": "b", "-p x": "", "-t": "", "": ""} {
		if got := pybritive.TenantArg(strings.Fields(args)); got != want {
			t.Errorf("%q: %q, want %q", args, got, want)
		}
	}
}
