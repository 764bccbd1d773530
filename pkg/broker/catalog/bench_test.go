package catalog_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker/catalog"
)

// BenchmarkLoad reads a thousand profiles that a tag of a thousand users may check
// out.
func BenchmarkLoad(b *testing.B) {
	var text strings.Builder
	text.WriteString("apiVersion: jit.kubectl-jit.dev/v1alpha1\nkind: Catalog\nusers:\n")
	for i := range 1000 {
		fmt.Fprintf(&text, "  - name: user%d@example.com\n", i)
	}
	text.WriteString("tags:\n  - name: all\n    users:\n")
	for i := range 1000 {
		fmt.Fprintf(&text, "      - user%d@example.com\n", i)
	}
	text.WriteString("applications:\n  - name: App\n    type: AWS\n    environments:\n" +
		"      - name: Env\n        aws: {account: \"196226166352\", samlProvider: jit-broker}\n    profiles:\n")
	for i := range 1000 {
		fmt.Fprintf(&text, "      - name: Profile %d\n        environments: [Env]\n        role: Role\n        duration: 1h\n"+
			"        policies:\n          - {name: policy, members: {tags: [all]}}\n", i)
	}
	path := filepath.Join(b.TempDir(), "catalog.yaml")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := catalog.Load(path); err != nil {
			b.Fatal(err)
		}
	}
}
