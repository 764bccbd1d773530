package config_test

import (
	"fmt"
	"go/ast"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"strings"
	"testing"
	"unicode"

	"github.com/kubectl-jit/kubectl-jit/test/golden"
)

// TestReference holds docs/config.md to what the comments in config.go say.
func TestReference(t *testing.T) {
	golden.Page(t, "../../docs/config.md", reference(t), "go test ./pkg/config -run Reference -update")
}

func reference(t *testing.T) string {
	file, err := parser.ParseFile(token.NewFileSet(), "config.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("# Configuration\n\n`config.yaml` in the configuration folder: `$XDG_CONFIG_HOME/kubectl-jit`, else `~/.config/kubectl-jit` on Linux,\n" +
		"`~/Library/Application Support/kubectl-jit` on macOS, `%AppData%\\kubectl-jit` on Windows. Without it everything has its\n" +
		"usual value; `kubectl jit login`, `kubectl jit alias set` and `kubectl jit config` write it, and leave every comment in it\nalone. What it leaves open is taken from [pybritive's](from-pybritive.md), where that is there.\n")
	_, example, found := strings.Cut(file.Doc.Text(), "A whole file:\n\n")
	if !found {
		t.Fatal("the package comment shows no whole file")
	}
	fmt.Fprintf(&b, "\n```yaml\n%s```\n", strings.ReplaceAll(example, "\t", ""))
	for _, of := range []struct{ name, title string }{{"Config", "The file"}, {"Tenant", "A tenant"}, {"Alias", "An alias"}} {
		fmt.Fprintf(&b, "\n## %s\n\n| field | |\n| --- | --- |\n", of.title)
		for _, field := range fields(t, file, of.name) {
			if field.Names[0].Name != "Path" {
				fmt.Fprintf(&b, "| `%s` | %s |\n", lower(field.Names[0].Name), plain(field))
			}
		}
	}
	return b.String()
}

func fields(t *testing.T, file *ast.File, name string) []*ast.Field {
	object := file.Scope.Lookup(name)
	if object == nil {
		t.Fatalf("no type %s", name)
	}
	return object.Decl.(*ast.TypeSpec).Type.(*ast.StructType).Fields.List
}

// plain is a field's comment on one line of a table, without its own name in front.
func plain(field *ast.Field) string {
	text := strings.Join(strings.Fields(string((&comment.Printer{TextWidth: -1}).Text(new(comment.Parser).Parse(field.Doc.Text())))), " ")
	for _, begin := range []string{field.Names[0].Name + " is ", field.Names[0].Name + " are ", field.Names[0].Name + " says "} {
		text = strings.TrimPrefix(text, begin)
	}
	return text
}

// lower is a Go name as the file has it.
func lower(name string) string {
	if name == strings.ToUpper(name) { // URL, SSO
		return strings.ToLower(name)
	}
	return string(unicode.ToLower(rune(name[0]))) + name[1:]
}
