package cli_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-jit/kubectl-jit/pkg/cani"
	"github.com/kubectl-jit/kubectl-jit/pkg/cli"
)

// TestDifferenceRows holds that the names behind "some names" are shown, those
// that make the difference first, and that only equal answers share a row.
func TestDifferenceRows(t *testing.T) {
	some := func(verb string, here, there []string) cani.Difference {
		return cani.Difference{Resource: "secrets", Verb: verb, Here: cani.Names, There: cani.Names, HereNames: here, ThereNames: there}
	}
	got := cli.DifferenceRows(
		cani.Difference{Resource: "pods", Verb: "get", Here: cani.Yes, There: cani.No},
		cani.Difference{Resource: "pods", Verb: "list", Here: cani.Yes, There: cani.No},
		some("get", []string{"a", "b"}, []string{"a"}),
		some("list", []string{"a", "b"}, []string{"a"}),
		some("update", []string{"a", "b", "c", "d", "z"}, []string{"a", "b", "c", "d"}),
		cani.Difference{Resource: "secrets", Verb: "watch", Here: cani.No, There: cani.Names, ThereNames: []string{"a"}},
		cani.Difference{Resource: "secrets", Verb: "patch", Here: cani.Unknown, There: cani.Unknown, HereNames: []string{"a"}},
	)
	want := [][]any{
		{"pods", "get list", "yes", "no"},
		{"secrets", "get list", "only b, a", "only a"},
		{"secrets", "update", "only z, a, b and 2 more", "only a, b, c and 1 more"},
		{"secrets", "watch", "no", "only a"},
		{"secrets", "patch", "a; others not known", "not known"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
