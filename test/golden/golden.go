// Package golden holds pages of docs/ to what they are generated from.
//
//	a test makes the page ──▶ Page ──▶ as it lies in docs/?
//	                                └─ with -update: written there
package golden

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the page anew")

// Page holds the file at path to the text. Where it is another, the test fails and
// names the command, which is to end in -update, that writes it anew.
func Page(t *testing.T, path, text, command string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text, string(got)); diff != "" {
		t.Errorf("%s is not what it is made from (%s):\n%s", path, command, diff)
	}
}
