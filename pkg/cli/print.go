package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/kubectl-jit/kubectl-jit/pkg/term"
)

// apiVersion stands in every object that "-o json" and "-o yaml" write.
const apiVersion = "jit.kubectl-jit.dev/v1alpha1"

// typeMeta says what an object is, as everywhere in Kubernetes. Items of a list
// leave it out.
type typeMeta struct {
	APIVersion string `json:"apiVersion,omitempty"`
	Kind       string `json:"kind,omitempty"`
}

func kind(name string) typeMeta { return typeMeta{APIVersion: apiVersion, Kind: name} }

// list is the object of an answer with any number of items.
func list(name string, items any) any { return listObject{kind(name), items} }

type listObject struct {
	typeMeta
	Items any `json:"items"` // a slice
}

// instant leaves a time that is not known out of an object.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// listing is an answer in all the forms a person or a script may want it.
type listing struct {
	object  any      // what json and yaml write
	names   []string // what name writes, one a line
	columns []string // the head of the table; one that begins with "+" shows with "-o wide" only
	rows    [][]any
	none    string // said on stderr where there is no row
	prose   bool   // sentences stand in the last column: it is folded on a terminal that is too narrow
}

// output is the flag -o and what it stands for.
type output struct{ format string }

func (o *output) flag(cmd *cobra.Command, formats ...string) {
	cmd.Flags().VarP(oneOf{&o.format, formats}, "output", "o", "one of: "+strings.Join(formats, ", "))
}

// oneOf is a flag that takes one of some words. A wrong one ends the command
// before it has done anything.
type oneOf struct {
	value   *string
	allowed []string
}

func (o oneOf) String() string {
	if o.value == nil {
		return ""
	}
	return *o.value
}

func (o oneOf) Type() string { return "format" }

func (o oneOf) Set(value string) error {
	if !slices.Contains(o.allowed, value) {
		return fmt.Errorf("it is one of %s", strings.Join(o.allowed, ", "))
	}
	*o.value = value
	return nil
}

// optional is a flag of which an empty value is not the same as none.
type optional struct {
	value string
	given bool
}

func (o *optional) String() string { return o.value }

func (o *optional) Type() string { return "string" }

func (o *optional) Set(value string) error {
	o.value, o.given = value, true
	return nil
}

// print writes the answer to out; the sentence that there is none goes to the
// person.
func (o *output) print(out, person io.Writer, l listing) error {
	switch o.format {
	case "json":
		return printJSON(out, l.object)
	case "yaml":
		return printYAML(out, l.object)
	case "name":
		return printNames(out, l.names)
	}
	if len(l.rows) == 0 {
		_, err := fmt.Fprintln(person, term.Safe(l.none))
		return err
	}
	return printTable(out, l, o.format == "wide")
}

func printNames(out io.Writer, names []string) error {
	for _, name := range names {
		if _, err := fmt.Fprintln(out, term.Safe(name)); err != nil {
			return err
		}
	}
	return nil
}

func printTable(out io.Writer, l listing, wide bool) error {
	table := l.table()
	if screen := term.ScreenOf(out); l.prose && screen.Terminal {
		if text, ok := folded(table, wide, screen.Columns); ok {
			_, err := io.WriteString(out, text)
			return err
		}
	}
	return printers.NewTablePrinter(printers.PrintOptions{Wide: wide}).PrintObj(table, out)
}

// table is the listing as kubectl's printer takes it, every cell a safe text.
func (l listing) table() *metav1.Table {
	table := &metav1.Table{}
	for _, name := range l.columns {
		column := metav1.TableColumnDefinition{Name: name, Type: "string"}
		if rest, hidden := strings.CutPrefix(name, "+"); hidden {
			column.Name, column.Priority = rest, 1
		}
		table.ColumnDefinitions = append(table.ColumnDefinitions, column)
	}
	for _, row := range l.rows {
		cells := make([]any, len(row))
		for i, cell := range row {
			cells[i] = term.Safe(fmt.Sprint(cell))
		}
		table.Rows = append(table.Rows, metav1.TableRow{Cells: cells})
	}
	return table
}

func printJSON(out io.Writer, object any) error {
	text, err := marshal(object)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, text)
	return err
}

func printYAML(out io.Writer, object any) error {
	if l, ok := object.(listObject); ok {
		return printYAMLList(out, l)
	}
	text, err := yamlOf(object)
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, text)
	return err
}

// atOnce is how many items of a list are translated at once: one by one takes
// longer, tens of thousands at once hundreds of megabytes.
const atOnce = 64

// printYAMLList writes a list some items after the others.
func printYAMLList(out io.Writer, l listObject) error {
	items := reflect.ValueOf(l.Items)
	if items.Len() == 0 {
		_, err := fmt.Fprintf(out, "apiVersion: %s\nitems: []\nkind: %s\n", l.APIVersion, l.Kind)
		return err
	}
	w := bufio.NewWriter(out)
	fmt.Fprintf(w, "apiVersion: %s\nitems:\n", l.APIVersion)
	for i := 0; i < items.Len(); i += atOnce {
		text, err := yamlItems(items.Slice(i, min(i+atOnce, items.Len())))
		if err != nil {
			return err
		}
		_, _ = w.WriteString(text) // Flush tells
	}
	fmt.Fprintf(w, "kind: %s\n", l.Kind)
	return w.Flush()
}

// yamlItems is a part of a list, not an empty one. Where an item has to stay JSON,
// each is looked at by itself.
func yamlItems(items reflect.Value) (string, error) {
	text, err := yamlOf(items.Interface())
	if err != nil || strings.HasPrefix(text, "- ") {
		return text, err
	}
	if items.Len() == 1 {
		text, err = marshal(items.Index(0).Interface())
		return "- " + strings.ReplaceAll(text, "\n", "\n  ") + "\n", err
	}
	var b strings.Builder
	for i := range items.Len() {
		text, err := yamlItems(items.Slice(i, i+1))
		if err != nil {
			return "", err
		}
		b.WriteString(text)
	}
	return b.String(), nil
}

// yamlOf translates an object. One whose strings could turn a terminal around stays
// JSON, which is YAML too and whose escapes stay escapes.
func yamlOf(object any) (string, error) {
	plain, err := json.Marshal(object)
	if err != nil {
		return "", err
	}
	value, err := parsed(plain)
	if err != nil {
		return "", err
	}
	translated, err := yaml.Marshal(value)
	if err != nil {
		return "", err
	}
	if bytes.IndexFunc(translated, turns) < 0 {
		return string(translated), nil
	}
	text, err := marshal(object)
	return text + "\n", err
}

// parsed is JSON as plain values. Whole numbers stay whole: the library for YAML knows
// [json.Number].
func parsed(text []byte) (value any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err = d.Decode(&value)
	return value, err
}

func marshal(object any) (string, error) {
	text, err := json.MarshalIndent(object, "", "  ")
	return asciiControls(string(text)), err
}

// asciiControls writes the characters that could turn a terminal around (C1
// controls, bidirectional marks) as JSON escapes. They can stand in strings only
// and mean the same there, so the object stays what it was.
func asciiControls(text string) string {
	if strings.IndexFunc(text, turns) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if turns(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func turns(r rune) bool {
	return r > unicode.MaxASCII && r < 0x10000 && unicode.In(r, unicode.Cc, unicode.Cf)
}
