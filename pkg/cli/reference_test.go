package cli_test

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-jit/kubectl-jit/pkg/cli"
)

var update = flag.Bool("update", false, "write the reference anew")

// TestReference holds docs/cli.md to what the program's own help says. After a
// change of that: go test ./pkg/cli -run Reference -update
func TestReference(t *testing.T) {
	const path = "../../docs/cli.md"
	want := cli.Reference()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("docs/cli.md is not what the help says (go test ./pkg/cli -run Reference -update):\n%s", diff)
	}
}
