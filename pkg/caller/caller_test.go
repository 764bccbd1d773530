package caller_test

import (
	"bytes"
	"testing"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/config"
)

// TestNoteNames holds that what the pipeline tells a person calls the program as they
// called it.
func TestNoteNames(t *testing.T) {
	t.Setenv("BRITIVE_API_TOKEN", "t1")
	var said bytes.Buffer
	c := caller.New([]string{"/usr/bin/kubectl-jit_access"}, genericiooptions.IOStreams{ErrOut: &said}, "")
	conn, err := c.ConnectTo(t.Context(), &config.Config{Storage: "none", Pybritive: "ignore"}, "https://broker.example.com")
	if err != nil {
		t.Fatal(err)
	}
	conn.Mint.Person.Note("it ends; then: kubectl jit login a")
	if want := "it ends; then: kubectl jit-access login a\n"; said.String() != want {
		t.Errorf("said %q, want %q", said.String(), want)
	}
}
