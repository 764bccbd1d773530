package sandbox

import (
	"io"
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

// TestEnvFile holds that a shell that sources the file has every value as it is
// meant, whatever the folder is called, and forgets what would change an answer.
func TestEnvFile(t *testing.T) {
	account, err := newAccount(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer account.Close()
	s := &Sandbox{AWS: account, dir: `/it's a "$HOME"/dir`, bin: "/our bin"}
	home := s.Home("alice")
	file := filepath.Join(t.TempDir(), "env")
	if err := os.WriteFile(file, s.envFile(home), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c", `. "$0"; env -0`, file)
	cmd.Env = []string{"PATH=/usr/bin:/bin", "AWS_PROFILE=mine", "BRITIVE_API_TOKEN=mine", "no_proxy=*"}
	output, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, pair := range strings.Split(string(output), "\x00") {
		name, value, _ := strings.Cut(pair, "=")
		found[name] = value
	}
	want := s.Environment(home)
	want["PATH"] = s.Path() + ":/usr/bin:/bin"
	for name, value := range want {
		if found[name] != value {
			t.Errorf("%s is %q, want %q", name, found[name], value)
		}
	}
	for _, name := range cleared() {
		if value, ok := found[name]; ok {
			t.Errorf("%s is still %q", name, value)
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

// TestKeyOfPinned holds that a program which no source of ours makes is built
// again when its module's files change.
func TestKeyOfPinned(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := program{name: "x", module: ".", pkg: "example.com/x/cmd/x"}
	write("go.mod", "module pins\n\ntool example.com/x/cmd/x")
	write("go.sum", "")
	before, err := p.key(root)
	if err != nil {
		t.Fatal(err)
	}
	write("go.sum", "another version")
	if after, err := p.key(root); err != nil || after == before {
		t.Errorf("go.sum changed and the key did not (%v)", err)
	}
}

// TestUnknownClient holds that asking for what cannot be built fails at once.
func TestUnknownClient(t *testing.T) {
	if _, err := Build(t.Context(), ".", io.Discard, "helmet"); err == nil || !strings.Contains(err.Error(), "helmet") {
		t.Error(err)
	}
}
