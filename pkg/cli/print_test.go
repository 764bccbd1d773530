package cli_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	v2 "go.yaml.in/yaml/v2"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-jit/kubectl-jit/pkg/cli"
)

// TestYAMLList holds that a list in YAML, which is written item by item, is the one
// in JSON, whatever stands in it.
func TestYAMLList(t *testing.T) {
	for _, cells := range [][]any{
		{"one"},
		{"", "two\nlines\n", "\n\n  indented\n\n", "- a: b", "# no comment", "null", "12", "a: b\n c", "deleted\x7f", "\u202ereversed", "tab\tstop", "trailing \n"},
		{"x", map[string]any{"name": "a", "text": "first\n\nthird\n", "list": []any{"a\nb", 1.0, nil, true}}, []any{}, map[string]any{}, nil},
	} {
		var inJSON, inYAML any
		if err := json.Unmarshal([]byte(cli.Print("json", cells...)), &inJSON); err != nil {
			t.Fatal(err)
		}
		text := cli.Print("yaml", cells...)
		if err := yaml.Unmarshal([]byte(text), &inYAML); err != nil || !reflect.DeepEqual(inJSON, inYAML) {
			t.Errorf("%v: %s\nis %v,\nwant %v", err, text, inYAML, inJSON)
		}
	}
}

// TestYAMLAsOne holds that a list which is translated in parts is, byte for byte,
// the one that is translated as a whole.
func TestYAMLAsOne(t *testing.T) {
	for _, items := range []int{1, 63, 64, 65, 200} {
		cells := []any{"first"}
		for i := range items {
			cells = append(cells, map[string]any{
				"text": "first\n\nthird\n", "date": "2026-11-30", "yes": "no", "number": "0x1f", "whole": i << 40, "part": 1e21 + 0.5,
				"empty": "", "none": nil, "list": []any{}, "in": map[string]any{"10": true, "9": "\x7f", "b": "<a href='x'>&\\ \u2029"},
				"long": strings.Repeat("word ", 40), "other": "\U0001F600: #", "list2": []any{[]any{"a", []any{1}}, map[string]any{"c": "d"}},
			})
		}
		want, err := v2.Marshal(map[string]any{"apiVersion": "jit.kubectl-jit.dev/v1alpha1", "kind": "CellList", "items": cells})
		if err != nil {
			t.Fatal(err)
		}
		if got := cli.Print("yaml", cells...); got != string(want) {
			t.Errorf("%d items: %s\nwant %s", items, got, want)
		}
		if reversed := cli.Print("yaml", append(cells, "\u202e")...); !strings.HasPrefix(reversed, strings.TrimSuffix(string(want), "kind: CellList\n")) {
			t.Errorf("one that stays JSON changes the others: %s", reversed)
		}
	}
}
