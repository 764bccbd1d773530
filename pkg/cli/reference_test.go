package cli_test

import (
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/cli"
	"github.com/kubectl-jit/kubectl-jit/test/golden"
)

// TestReference holds docs/cli.md to what the program's own help says.
func TestReference(t *testing.T) {
	golden.Page(t, "../../docs/cli.md", cli.Reference(), "go test ./pkg/cli -run Reference -update")
}
