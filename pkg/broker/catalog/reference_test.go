package catalog_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/test/golden"
)

// TestReference holds docs/catalog.md to what the comments in file.go and doc.go say.
func TestReference(t *testing.T) {
	golden.Page(t, "../../../docs/catalog.md", reference(t), "go test ./pkg/broker/catalog -run Reference -update")
}

func reference(t *testing.T) string {
	_, example, found := strings.Cut(source(t, "doc.go").Doc.Text(), "read as one:\n\n")
	example, _, _ = strings.Cut(example, "\n\n")
	if !found {
		t.Fatal("the package comment shows no catalog")
	}
	var b strings.Builder
	b.WriteString("# The catalog\n\nWhat may be asked for at a [jit-broker](broker.md): one YAML file, or a folder of `*.yaml` files that are read as one. It is\n" +
		"right as a whole or it is refused, with every mistake named at once, each with file and line.\n")
	fmt.Fprintf(&b, "\n```yaml\n%s\n```\n", strings.ReplaceAll(example, "\t", ""))
	types := source(t, "file.go")
	for _, of := range []struct{ name, title string }{
		{"file", "A file"}, {"userEntry", "A user"}, {"tagEntry", "A tag"}, {"applicationEntry", "An application"},
		{"environmentEntry", "An environment"}, {"awsEntry", "`aws`"}, {"profileEntry", "A profile"}, {"extensionEntry", "`extension`"},
		{"policyEntry", "A policy"}, {"peopleEntry", "`members`, `approvers`"}, {"approvalEntry", "`approval`"},
	} {
		fmt.Fprintf(&b, "\n## %s\n\n| field | |\n| --- | --- |\n", of.title)
		for _, field := range golden.Fields(t, types, of.name) {
			fmt.Fprintf(&b, "| `%s` | %s |\n", field.Name, field.Text)
		}
	}
	return b.String()
}

func source(t *testing.T, name string) *ast.File {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return file
}
