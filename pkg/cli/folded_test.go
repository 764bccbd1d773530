package cli_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-jit/kubectl-jit/pkg/cli"
)

// TestFolded holds that a table which is too wide for the screen has its last column
// folded under its head, and that one which fits, or cannot be made to, is left alone.
func TestFolded(t *testing.T) {
	head := []string{"STATE", "JOINT", "FOUND"}
	rows := [][]any{
		{"ok", "plugin", "/usr/local/bin/kubectl-jit"},
		{"broken", "checkout", "get access to eks-pod-manager: it was checked in at 19:28 UTC; it rests until the next login"},
		{"-", "role", ""},
		{"warning", "STS", "arn:aws:sts::196226166352:assumed-role/EKS-Pod-Manager/alice@example.com says ü and \x1b[2J"},
	}
	want := `STATE     JOINT      FOUND
ok        plugin     /usr/local/bin/kubectl-jit
broken    checkout   get access to eks-pod-manager: it was
                     checked in at 19:28 UTC; it rests
                     until the next login
-         role
warning   STS        arn:aws:sts::196226166352:assumed-role/EKS-Pod-Manager/alice@example.com
                     says ü and \x1b[2J
`
	got, ok := cli.Folded(58, head, rows)
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Errorf("-want +got\n%s", diff)
	}
	for _, columns := range []int{200, 40} {
		if got, ok := cli.Folded(columns, head, rows); ok {
			t.Errorf("at %d columns it is folded:\n%s", columns, got)
		}
	}
}
