package kubeconfig_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// TestDryRunAll holds that several changes are foreseen as they would be made one
// after the other: a user whom contexts of two clusters share is needed by the
// second one alone when the first has got its own.
func TestDryRunAll(t *testing.T) {
	text := strings.Replace(before, "users:\n", "- name: d\n  context:\n    cluster: other\n    user: u\nusers:\n", 1) + "- name: u\n  user:\n    token: t\n" + after
	path, files := file(t, text)
	dry, foreseen := files.DryRun(), text
	for _, context := range []string{"c", "d"} {
		entry, err := files.Entry(context)
		if err != nil {
			t.Fatal(err)
		}
		change, err := dry.Point(t.Context(), entry, call, "")
		if err != nil || string(change.Old) != foreseen {
			t.Fatalf("context %s: %v\n%s", context, err, cmp.Diff(foreseen, string(change.Old)))
		}
		foreseen = string(change.New)
	}
	if content(t, path) != text {
		t.Fatal("the file was changed")
	}
	for _, context := range []string{"c", "d"} {
		entry, err := files.Entry(context)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := files.Point(t.Context(), entry, call, ""); err != nil {
			t.Fatal(err)
		}
	}
	if got := content(t, path); got != foreseen {
		t.Error(cmp.Diff(foreseen, got))
	}
}

// TestDryRun holds that nothing is written, neither there nor beside it, and that
// what would be refused is refused.
func TestDryRun(t *testing.T) {
	text := before + "- name: u\n  user:\n    token: t\n" + after
	path, files := file(t, text)
	if _, change := point(t, path, files.DryRun()); change.Wrote {
		t.Errorf("%+v", change)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(path), "originals")); err == nil || content(t, path) != text {
		t.Error("something was written")
	}
	if _, change := point(t, path, files); !change.Wrote {
		t.Error("after a dry run nothing is written")
	}
	_, files = file(t, before+"- {name: u, user: {token: t}}\n")
	entry, err := files.Entry("")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := files.DryRun().Point(t.Context(), entry, call, ""); jit.CodeOf(err) != jit.Invalid {
		t.Error(err)
	}
}
