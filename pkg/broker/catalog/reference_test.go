package catalog_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/test/golden"
)

// TestReference holds docs/catalog.md to what the comments in file.go and doc.go say.
func TestReference(t *testing.T) {
	golden.Page(t, "../../../docs/catalog.md", reference(t), "go test ./pkg/broker/catalog -run Reference -update")
}

func reference(t *testing.T) string {
	_, example, found := strings.Cut(golden.Source(t, "doc.go").Doc.Text(), "read as one:\n\n")
	example, _, _ = strings.Cut(example, "\n\n")
	if !found {
		t.Fatal("the package comment shows no catalog")
	}
	var b strings.Builder
	b.WriteString("# The catalog\n\nWhat may be asked for at a [jit-broker](broker.md): one YAML file, or a folder of `*.yaml` files that are read as one. It is\n" +
		"right as a whole or it is refused, with every mistake named at once, each with file and line.\n")
	fmt.Fprintf(&b, "\n```yaml\n%s\n```\n", strings.ReplaceAll(example, "\t", ""))
	b.WriteString(golden.Tables(t, golden.Source(t, "file.go"), [][2]string{
		{"file", "A file"}, {"userEntry", "A user"}, {"tagEntry", "A tag"}, {"applicationEntry", "An application"},
		{"environmentEntry", "An environment"}, {"awsEntry", "`aws`"}, {"profileEntry", "A profile"}, {"extensionEntry", "`extension`"},
		{"policyEntry", "A policy"}, {"peopleEntry", "`members`, `approvers`"}, {"approvalEntry", "`approval`"},
	}))
	return b.String()
}
