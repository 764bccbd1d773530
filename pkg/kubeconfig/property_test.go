package kubeconfig_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
)

// random writes a kubeconfig as some person or program might: every list in an
// order, indent and style of its own, with comments, blank lines and fields that
// nobody knows.
func random(r *rand.Rand) string {
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	noise := func() string {
		return pick("", "", "", "\n", "# a comment\n", "  # an indented one\n", "\n\n# two\n\n")
	}
	n := 1 + r.IntN(4)
	cluster := func(unit, i string) string {
		return pick("server: https://k"+i, "server: \"https://k"+i+"\" # x", "server: 'https://k"+i+"'\n"+unit+"proxy-url: http://p")
	}
	user := func(unit, i string) string {
		return pick("token: t"+i, "client-key-data: eA==\n"+unit+"client-certificate-data: |\n"+unit+"  eA==",
			"exec:\n"+unit+"  command: aws\n"+unit+"  apiVersion: client.authentication.k8s.io/v1\n"+unit+"  interactiveMode: Never\n"+unit+"  # why\n"+unit+"  args:\n"+unit+"  - 'a: b'\n"+unit+"  - \"\\u00fc\"",
			"username: u\n\n"+unit+"password: \"multi\n"+unit+"  line\"")
	}
	list := func(name, key string, body func(unit, i string) string) string {
		lead, unit := pick("", "", "  "), pick("  ", "  ", "    ")
		var b strings.Builder
		b.WriteString(name + ":" + pick("", " # list") + "\n" + noise())
		for i := range n {
			id := fmt.Sprint(i)
			inner := lead + "  " + unit
			named, bodied := "name: "+pick(key+id, `"`+key+id+`"`), key+":"+pick("", " # body")+"\n"+inner+strings.TrimRight(body(inner, id), " ")
			order := []string{named, bodied, "x-unknown: " + pick("1", "[a, b]", "{a: b}")}
			r.Shuffle(len(order), func(a, b int) { order[a], order[b] = order[b], order[a] })
			b.WriteString(lead + "- " + strings.Join(order, "\n"+noise()+lead+"  ") + "\n" + noise())
		}
		return b.String()
	}
	context := func(unit, i string) string {
		return "cluster: cluster" + i + "\n" + unit + "user: user" + pick(i, i, "0") + pick("", " # who") + pick("", "\n"+unit+"namespace: web")
	}
	parts := []string{
		list("clusters", "cluster", cluster), list("contexts", "context", context), list("users", "user", user),
		"kind: Config\napiVersion: v1\n", "preferences: {}\n", "current-context: context0\n" + noise(),
	}
	r.Shuffle(len(parts), func(a, b int) { parts[a], parts[b] = parts[b], parts[a] })
	text := pick("", "# head\n", "---\n", "\uFEFF") + strings.Join(parts, noise())
	if r.IntN(4) == 0 && !strings.HasSuffix(text, "  eA==\n") { // there a line break more would be one in the data
		text = strings.TrimSuffix(text, "\n")
	}
	if r.IntN(4) == 0 {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}

// TestRandom holds, for kubeconfigs of all sorts, that after Point kubectl's own
// reader finds everything as it was but the user of the one context; that no line
// was changed outside of it; and that Restore brings back every byte.
func TestRandom(t *testing.T) {
	for seed := range uint64(120) {
		text := random(rand.New(rand.NewPCG(seed, 0)))
		old, err := clientcmd.Load([]byte(text))
		if err != nil {
			t.Fatalf("seed %d: kubectl cannot read what the test made: %v\n%s", seed, err, text)
		}
		if !pointed(t, seed, text, old) {
			t.Logf("the file:\n%s", text)
			return
		}
	}
}

func pointed(t *testing.T, seed uint64, text string, old *api.Config) bool {
	dir := t.TempDir()
	path, originals := filepath.Join(dir, "config"), filepath.Join(dir, "originals")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	files, err := kubeconfig.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	entry, err := files.Entry("context0")
	if err != nil {
		t.Fatal(err)
	}
	change, err := files.Point(t.Context(), entry, call, originals)
	if err != nil {
		t.Errorf("seed %d: %v", seed, err)
		return false
	}
	got := content(t, path)
	now, err := clientcmd.Load([]byte(got))
	if err != nil {
		t.Errorf("seed %d: kubectl cannot read the result: %v\n%s", seed, err, got)
		return false
	}
	pointedUser := now.AuthInfos[change.User]
	if pointedUser == nil || pointedUser.Exec == nil || pointedUser.Token != "" || !cmp.Equal(pointedUser.Exec.Args, call.Args) {
		t.Errorf("seed %d: the user is %+v", seed, pointedUser)
	}
	delete(now.AuthInfos, change.User)
	now.Contexts["context0"].AuthInfo = entry.User
	if change.Beside == "" {
		delete(old.AuthInfos, change.User)
	}
	if diff := cmp.Diff(old, now); diff != "" {
		t.Errorf("seed %d: others changed: -was +is\n%s\nthe result:\n%s", seed, diff, got)
		return false
	}
	if _, err := files.Restore(t.Context(), path, change.User, originals); err != nil {
		if change.Beside != "" && jit.CodeOf(err) == jit.NotFound {
			return true // nothing was replaced
		}
		t.Errorf("seed %d: %v", seed, err)
		return false
	}
	if diff := cmp.Diff(text, content(t, path)); diff != "" {
		t.Errorf("seed %d: restored: -was +is\n%s", seed, diff)
		return false
	}
	return true
}
