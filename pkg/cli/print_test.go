package cli_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/kubectl-jit/kubectl-jit/pkg/cli"
)

// TestYAMLList holds that a list in YAML, which is written item by item, is the one
// in JSON, whatever stands in it.
func TestYAMLList(t *testing.T) {
	for _, cells := range [][]any{
		{"one"},
		{"", "two\nlines\n", "\n\n  indented\n\n", "- a: b", "# no comment", "null", "12", "a: b\n c", "\u202ereversed", "tab\tstop", "trailing \n"},
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
