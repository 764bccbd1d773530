package kubeconfig_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCommentsStay holds that a comment which somebody wrote into our call is there
// after the call is another: at its line where that is still there, else at the top.
func TestCommentsStay(t *testing.T) {
	path, files := file(t, before+"- name: u\n  user:\n    token: t\n"+after)
	text, _ := point(t, path, files)
	for old, new := range map[string]string{
		"  user:\n    exec:":                "  user: # pointed by Ann\n    # until May\n    exec:",
		"      command: kubectl-jit\n":      "      # ask Bob first\n      command: kubectl-jit # of krew\n",
		"      - sandbox\n":                 "      - sandbox # the old one\n",
		"      provideClusterInfo: false\n": "      provideClusterInfo: false\n      # the last word\n",
	} {
		if !strings.Contains(text, old) {
			t.Fatalf("%q is not there", old)
		}
		text = strings.Replace(text, old, new, 1)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	entry, err := files.Entry("")
	if err != nil {
		t.Fatal(err)
	}
	other := call
	other.Args = slices.Clone(call.Args)
	other.Args[6] = "another"
	if _, err := files.Point(t.Context(), entry, other, ""); err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(text, "      - sandbox # the old one\n", "      - another\n", 1)
	want = strings.Replace(want, "    # until May\n", "    # the old one\n    # until May\n", 1)
	if diff := cmp.Diff(want, content(t, path)); diff != "" {
		t.Errorf("-want +is\n%s", diff)
	}
}
