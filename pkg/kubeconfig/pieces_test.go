package kubeconfig_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
)

// pad makes a file large enough to be parsed in pieces.
const pad = 300 << 10

// same compares two trees with all that we use of them, lines included.
func same(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || a.ShortTag() != b.ShortTag() || a.Value != b.Value || a.Anchor != b.Anchor ||
		a.Style != b.Style || a.Line != b.Line || a.Column != b.Column || len(a.Content) != len(b.Content) {
		return false
	}
	for i := range a.Content {
		if !same(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}

// TestPieces holds that a file means the same whichever way it is parsed, or
// cannot be cut.
func TestPieces(t *testing.T) {
	filler := "x-filler: " + strings.Repeat("x", pad) + "\n"
	word := strings.Repeat("A", 300)
	texts := map[string]string{
		"many":                        many(300),
		"a quoted text over lines":    filler + "users:\n- name: \"a\n- name: b\"\n",
		"a flow list over lines":      filler + "users: [\nusers, contexts\n]\n",
		"a text that looks like keys": filler + "a: |\n  users:\n  - b\nc: 1\n",
		"an anchor in another piece":  filler + "a: &x 1\nb: *x\n",
		"a list under a value":        filler + "a: 1\n- b\n",
		"a list without a key":        "- a\n" + filler,
		"a null with a list":          filler + "a: null\n- b\n",
		"a tagged list":               filler + "a: !!seq\n- b\n",
		"two documents":               filler + "---\na: 1\n",
		"CRLF":                        strings.ReplaceAll(many(200), "\n", "\r\n"),
		"broken":                      filler + "a: [\n",
		"comments before":             "# a\n\n# b\n" + filler + "users:\n# c\n- name: a\n# d\n- name: b\n",
		"an empty key":                filler + "users:\ncontexts:\n",
		"long words":                  filler + "users:\n- name: " + word + "\n  a: " + word + "=\n  b: \"" + word + "\"\n  c: 1" + word + "\n",
		"a long word in a block":      filler + "a: |\n  b: " + word + "\n",
		"a long word in quotes":       filler + "a: \"x\n  b: " + word + "\n  y\"\n",
		"a long word that goes on":    filler + "a:\n  b: " + word + "\n    c\n",
		"a long word's stand-in":      filler + "a:\n  c: kubectl-jit-long-word-0\n  b: " + word + "\n",
	}
	for seed := range uint64(80) {
		texts[string(rune('A'+seed))] = random(rand.New(rand.NewPCG(seed, 1))) + "\n" + filler
	}
	cut := 0
	for name, text := range texts {
		whole, inPieces := kubeconfig.ParseBoth([]byte(text))
		if inPieces == nil {
			continue
		}
		if cut++; whole == nil || !same(whole, inPieces) {
			t.Errorf("%s: the pieces differ from the whole", name)
		}
	}
	if cut < 30 {
		t.Errorf("only %d files were cut: the test tests nothing", cut)
	}
}

// TestManyContexts changes a file that is parsed in pieces, and is refused where
// the change would touch more than it should.
func TestManyContexts(t *testing.T) {
	text := many(400)
	path, files := file(t, text)
	got, change := point(t, path, files)
	if !change.Wrote || strings.Count(got, "command: kubectl-jit") != 1 || strings.Count(got, "command: aws") != 399 {
		t.Errorf("%+v", change)
	}
	if _, change := point(t, path, files); change.Wrote {
		t.Error("the second time it wrote again")
	}
	if _, err := files.Restore(t.Context(), path, change.User, strings.TrimSuffix(path, "config")+"originals"); err != nil {
		t.Error(err)
	}
	if content(t, path) != text {
		t.Error("restored, it is another file")
	}
	_, files = file(t, text+"- name: arn:aws:eks:eu-central-1:196226166352:cluster/c3\n  user: {}\n")
	entry, err := files.Entry("")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := files.Point(t.Context(), entry, call, ""); jit.CodeOf(err) != jit.Invalid {
		t.Errorf("a name twice: %v", err)
	}
}
