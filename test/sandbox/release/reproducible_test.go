package release_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/test/sandbox"
)

// newer is a version above every snapshot's: a tag that only the clones have.
const newer = "99.0.0"

// clone builds one target of a commit as the release of a tag, in a folder of its
// own, as somebody does who wants to check a release. It returns the clone's dist.
func clone(ctx context.Context, folder, commit string, env ...string) (string, error) {
	built, err := sandbox.BuildClients(ctx, "..", os.Stderr, sandbox.Goreleaser)
	if err != nil {
		return "", err
	}
	return filepath.Join(folder, "dist"), play(ctx, env,
		[]string{"git", "clone", "--quiet", "--no-checkout", root, folder},
		[]string{"git", "-C", folder, "checkout", "--quiet", "--detach", commit},
		[]string{"git", "-C", folder, "-c", "tag.gpgSign=false", "tag", "v" + newer},
		[]string{"make", "-C", folder, "release-one", "TARGET=" + here(), "GORELEASER=" + built[sandbox.Goreleaser]},
	)
}

// TestReproducible builds the same commit twice, in two folders and with nothing
// shared but the modules, and wants the same bytes of everything that is
// published.
func TestReproducible(t *testing.T) {
	one, err := shared.newer()
	if err != nil {
		t.Fatal(err)
	}
	two, err := clone(t.Context(), filepath.Join(t.TempDir(), "a", "longer", "way"), shared.commit, "GOCACHE="+t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(one, "checksums.txt"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(two, "checksums.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(want), "\n"); n < 2 {
		t.Fatalf("only %d files were made", n)
	}
	if string(got) != string(want) {
		t.Errorf("two builds of one commit differ:\n%s\n%s", want, got)
	}
}
