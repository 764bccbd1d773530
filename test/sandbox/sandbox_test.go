package sandbox

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestClaim holds that only a folder of ours is wiped, and only one sandbox uses
// it.
func TestClaim(t *testing.T) {
	foreign := t.TempDir()
	precious := filepath.Join(foreign, "precious")
	if err := os.WriteFile(precious, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (&Sandbox{dir: foreign}).claim(); err == nil || !strings.Contains(err.Error(), "no sandbox of ours") {
		t.Errorf("a folder with files: %v", err)
	}
	if _, err := os.Stat(precious); err != nil {
		t.Error(err)
	}

	first := &Sandbox{dir: filepath.Join(t.TempDir(), "new")}
	if err := first.claim(); err != nil {
		t.Fatal(err)
	}
	if err := (&Sandbox{dir: first.dir}).claim(); err == nil || !strings.Contains(err.Error(), "running") {
		t.Errorf("a folder in use: %v", err)
	}
	left := filepath.Join(first.dir, "left")
	if err := os.WriteFile(left, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	first.Stop()
	again := &Sandbox{dir: first.dir}
	if err := again.claim(); err != nil {
		t.Fatal(err)
	}
	defer again.Stop()
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("what the last one left is still there: %v", err)
	}
}

func TestQuote(t *testing.T) {
	for _, text := range []string{"plain", "with blank", "it's", `$HOME "x" \`, "a\nb"} {
		output, err := exec.Command("sh", "-c", "printf %s "+quote(text)).Output()
		if err != nil || string(output) != text {
			t.Errorf("%q comes out of a shell as %q (%v)", text, output, err)
		}
	}
}

// TestKey holds that a program is built again when what it is made of changes,
// and only then.
func TestKey(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module x")
	write("go.sum", "")
	write("main.go", "package main")
	p := program{name: "x", module: ".", pkg: "."}
	key := func() string {
		t.Helper()
		k, err := p.key(root)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	first := key()
	write("README", "not a source")
	if key() != first {
		t.Error("a file that is not built changes the key")
	}
	for name, text := range map[string]string{"go.sum": "x", "main.go": "package main // x", "more.go": "package main"} {
		before := key()
		write(name, text)
		if key() == before {
			t.Errorf("%s changed and the key did not", name)
		}
	}
}

// TestProcessEnds holds that stop leaves nothing of a process's group, also where
// it ignores the signal.
func TestProcessEnds(t *testing.T) {
	dir := t.TempDir()
	p, err := start(dir, "stubborn", "/bin/sh", []string{"PATH=" + os.Getenv("PATH")}, "-c", `trap "" TERM; echo ready; while :; do sleep 1; done`)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.wait(t.Context(), func(context.Context) error {
		text, err := os.ReadFile(p.log)
		if err == nil && !strings.Contains(string(text), "ready") {
			err = os.ErrNotExist
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	p.stop()
	// A killed process that nobody has waited for yet does not run.
	if err := exec.Command("pgrep", "--runstates", "R,S,D", "-g", itoa(p.cmd.Process.Pid)).Run(); err == nil {
		t.Error("something of its group still runs")
	}
}
