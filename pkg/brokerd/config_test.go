package brokerd_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestConfig spoils one line at a time of a configuration that is good, and reads
// where the mistake is.
func TestConfig(t *testing.T) {
	_, config := initialised(t)
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	good := string(text)
	tests := []struct {
		name, old, new string
		at             string // the line that the error names, by what stands in it
		says           string
	}{
		{"another kind", "kind: BrokerConfig", "kind: Catalog", "kind: Catalog", `kind must be BrokerConfig, not "Catalog"`},
		{"another version", "v1alpha1", "v9", "apiVersion", "apiVersion must be jit.kubectl-jit.dev/v1alpha1"},
		{"a URL without TLS", "https://localhost", "http://localhost", "url:", "is not https://host[:port]"},
		{"a URL with a path", "localhost:8443", "localhost:8443/jit", "url:", "is not https://host[:port]"},
		{"no port", "127.0.0.1:0", "127.0.0.1", "listen:", "is not host:port"},
		{"a field that is not known", "ledger:", "legder:", "legder:", `there is no field "legder"`},
		{"a field of a section that is not known", "  key: tls.key", "  keys: tls.key", "keys:", `there is no field "tls.keys"`},
		{"a field twice", "ledger: ledger.db", "ledger: ledger.db\nledger: other.db", "other.db", "ledger is there already"},
		{"a list", "ledger: ledger.db", "ledger: [ledger.db]", "[ledger.db]", "ledger must be a single value"},
		{"a value for a section", "saml:\n  certificate: saml.crt\n  key: saml.key", "saml: saml.crt", "saml: saml.crt", "saml must be a mapping of fields"},
		{"an unknown feature", "saml:", "features: {jit-fly: true}\nsaml:", "jit-fly", `there is no feature "jit-fly"`},
		{"half a feature", "saml:", "features: {jit-wait: maybe}\nsaml:", "jit-wait", "features.jit-wait must be true or false"},
		{"no YAML", "ledger: ledger.db", "\tledger: ledger.db", "ledger.db", "cannot start any token"},
		{"a second document", "saml:", "---\nsaml:", "---", "a second document"},
	}
	for _, tt := range tests {
		spoiled := strings.Replace(good, tt.old, tt.new, 1)
		if spoiled == good {
			t.Errorf("%s: nothing was changed", tt.name)
			continue
		}
		path := filepath.Join(t.TempDir(), "broker.yaml")
		if err := os.WriteFile(path, []byte(spoiled), 0o600); err != nil {
			t.Fatal(err)
		}
		_, errs, status := call(t, "serve", "--config", path)
		if at := atLine(path, lineOf(spoiled, tt.at)); status != 2 || !strings.Contains(errs, tt.says) || !strings.Contains(errs, at) {
			t.Errorf("%s: status %d, %s; want %s and %q", tt.name, status, errs, at, tt.says)
		}
	}
}

// TestConfigMissing holds that all that is missing is said at once.
func TestConfigMissing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "broker.yaml")
	for text, says := range map[string][]string{
		"":                       {"the file is empty"},
		"# nothing\n":            {"the file is empty"},
		"[]\n":                   {"the file must be a mapping"},
		"tls:\n":                 {"apiVersion is missing", "kind is missing", "tls.key is missing", "saml.key is missing", "ledger is missing"},
		"saml: {entityID: x}\n":  {"saml.certificate is missing"},
		"features: {jit-wait: }": {"must be true or false"},
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, errs, status := call(t, "saml", "metadata", "--config", path)
		for _, want := range says {
			if status != 2 || !strings.Contains(errs, want) {
				t.Errorf("%q: status %d, %s; want %q", text, status, errs, want)
			}
		}
		if strings.Contains(errs, "entityID") {
			t.Errorf("%q: an optional field is asked for: %s", text, errs)
		}
	}
}

// lineOf is the number of the first line that says something.
func lineOf(text, something string) int {
	before, _, _ := strings.Cut(text, something)
	return strings.Count(before, "\n") + 1
}

func atLine(path string, line int) string { return fmt.Sprintf("%s:%d:", path, line) }
