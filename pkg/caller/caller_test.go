package caller_test

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"testing"
	"time"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/config"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/test/fake/pybritive"
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

// TestSignedIn holds how the pipeline hears that somebody else signed in, or nobody
// is any more.
func TestSignedIn(t *testing.T) {
	home := t.TempDir()
	for _, variable := range []string{"XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"} {
		t.Setenv(variable, home)
	}
	const tenant = "https://broker.example.com"
	c := caller.New(nil, genericiooptions.IOStreams{ErrOut: io.Discard}, "")
	settings := &config.Config{Storage: "file", Pybritive: "ignore"}
	signIn := func(person, token string) {
		t.Helper()
		if err := c.Folders(settings).SignIn(tenant, caller.SignIn{Person: jit.Person{ID: person}, Token: jit.NewSecret(token)}); err != nil {
			t.Fatal(err)
		}
	}
	signIn("alice", "t1")
	conn, err := c.ConnectTo(t.Context(), settings, tenant)
	if err != nil {
		t.Fatal(err)
	}
	if signIn("alice", "t2"); !conn.Mint.SignedIn() {
		t.Error("alice signed in again, and is not")
	}
	if signIn("bob", "t3"); conn.Mint.SignedIn() {
		t.Error("bob is signed in, and alice too")
	}
	signIn("alice", "t4")
	if _, err := conn.Folders.SignIns.Forget(tenant); err != nil || conn.Mint.SignedIn() {
		t.Errorf("signed out, and still signed in: %v", err)
	}

	t.Setenv("PYBRITIVE_HOME_DIR", home)
	theirs := filepath.Join(home, ".britive")
	config := pybritive.Config(theirs, "[global]\ncredential_backend=file\n[tenant-t]\nname="+tenant+"\n")
	session := pybritive.Plain(theirs, pybritive.Session{Section: "t", Token: "t5", Until: time.Now().Add(time.Hour)})
	if err := errors.Join(config, session); err != nil {
		t.Fatal(err)
	}
	settings.Pybritive = ""
	if conn, err = c.ConnectTo(t.Context(), settings, tenant); err != nil || !conn.Mint.SignedIn() {
		t.Fatalf("pybritive's session is none: %v", err)
	}
	if signIn("bob", "t6"); conn.Mint.SignedIn() {
		t.Error("bob is signed in, and by pybritive's session somebody too")
	}
	t.Setenv(caller.EnvToken, "t7")
	if conn, err = c.ConnectTo(t.Context(), settings, tenant); err != nil || conn.Mint.SignedIn != nil {
		t.Errorf("a token of the environment is looked for on disk: %v", err)
	}
}
