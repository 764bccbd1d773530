package picture_test

import (
	"os"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/test/golden"
	"github.com/kubectl-jit/kubectl-jit/test/picture"
)

// TestPicture holds docs/demo.svg to docs/demo.txt.
func TestPicture(t *testing.T) {
	transcript, err := os.ReadFile("../../docs/demo.txt")
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := picture.Draw(string(transcript),
		"kubectl get nodes -o wide",
		"kubectl jit login eks-pod-manager",
		"kubectl get pods --all-namespaces",
		"kubectl jit can-i",
		"kubectl jit checkin eks-pod-manager",
	)
	if err != nil {
		t.Fatal(err)
	}
	golden.Page(t, "../../docs/demo.svg", drawn, "make picture")
}

func TestDraw(t *testing.T) {
	transcript := "# Once.\n$ a <b>\nE1124 20:48:09.552496   19272 memcache.go:381] noise\nerror: no & no\n\n$ c\n" + strings.Repeat("word ", 30) + "\n"
	drawn, err := picture.Draw(transcript, "c", "a <b>")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# Once.", "a &lt;b&gt;", `class="e">error: no &amp; no`, ">word word"} {
		if !strings.Contains(drawn, want) {
			t.Errorf("the picture lacks %q:\n%s", want, drawn)
		}
	}
	if strings.Contains(drawn, "noise") {
		t.Error("the picture shows a program's log")
	}
	if n := strings.Count(drawn, "<text "); n != 6 {
		t.Errorf("%d lines, want 6: a wrapped one is two:\n%s", n, drawn)
	}
	if _, err := picture.Draw(transcript, "d"); err == nil {
		t.Error("a command that is not there was drawn")
	}
}
