package golden

import (
	"fmt"
	"go/ast"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// Source is a file of the package under test, parsed with its comments.
func Source(t *testing.T, name string) *ast.File {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// Tables are the reference of structs that a file is read into, each given by its name
// and a title: a table of the fields as the file has them, and of their comments. Each
// must have one; those that stand in no file are left out.
func Tables(t *testing.T, source *ast.File, types [][2]string) string {
	t.Helper()
	var b strings.Builder
	for _, of := range types {
		object := source.Scope.Lookup(of[0])
		if object == nil {
			t.Fatalf("no type %s", of[0])
		}
		fmt.Fprintf(&b, "\n## %s\n\n| field | |\n| --- | --- |\n", of[1])
		for _, field := range object.Decl.(*ast.TypeSpec).Type.(*ast.StructType).Fields.List {
			name, text := inFile(t, field), plain(field)
			if text == "" {
				t.Errorf("%s.%s says nothing", of[0], field.Names[0].Name)
			}
			if name != "-" {
				fmt.Fprintf(&b, "| `%s` | %s |\n", name, text)
			}
		}
	}
	return b.String()
}

// plain is a field's comment as one line of a table.
func plain(field *ast.Field) string {
	text := strings.Join(strings.Fields(string((&comment.Printer{TextWidth: -1}).Text(new(comment.Parser).Parse(field.Doc.Text())))), " ")
	for _, begin := range []string{" is ", " are ", " says ", " say "} {
		text = strings.TrimPrefix(text, field.Names[0].Name+begin)
	}
	return text
}

// inFile is the name in the yaml tag or, without one, the Go name as a file has it.
func inFile(t *testing.T, field *ast.Field) string {
	t.Helper()
	name := field.Names[0].Name
	if field.Tag != nil {
		tag, err := strconv.Unquote(field.Tag.Value)
		if err != nil {
			t.Fatal(err)
		}
		return reflect.StructTag(tag).Get("yaml")
	}
	if name == strings.ToUpper(name) { // URL, SSO
		return strings.ToLower(name)
	}
	return string(unicode.ToLower(rune(name[0]))) + name[1:]
}
