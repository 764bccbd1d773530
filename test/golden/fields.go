package golden

import (
	"go/ast"
	"go/doc/comment"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// Field is a field of a struct that a file is read into.
type Field struct {
	Name string // as the file has it
	Text string // its comment on one line, without its own name in front
}

// Fields are those of a type of the source, parsed with its comments. Each must have
// a comment: it is the reference.
func Fields(t *testing.T, source *ast.File, name string) []Field {
	t.Helper()
	object := source.Scope.Lookup(name)
	if object == nil {
		t.Fatalf("no type %s", name)
	}
	var fields []Field
	for _, field := range object.Decl.(*ast.TypeSpec).Type.(*ast.StructType).Fields.List {
		text := plain(field)
		if text == "" {
			t.Errorf("%s.%s says nothing", name, field.Names[0].Name)
		}
		fields = append(fields, Field{inFile(t, field), text})
	}
	return fields
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
