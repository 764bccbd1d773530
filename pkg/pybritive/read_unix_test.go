//go:build unix

package pybritive_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/pybritive"
	fake "github.com/kubectl-jit/kubectl-jit/test/fake/pybritive"
)

// TestPlanted holds that nothing is taken from a file that somebody else may have
// put there.
func TestPlanted(t *testing.T) {
	tests := []struct {
		name, file string
		spoil      func(path string) error
		says       string
	}{
		{"credentials for everybody to write", "pybritive.credentials", func(p string) error { return os.Chmod(p, 0o666) }, "every user of this machine can write it"},
		{"a configuration for everybody to write", "pybritive.config", func(p string) error { return os.Chmod(p, 0o666) }, "every user of this machine can write it"},
		{"credentials of somebody else", "pybritive.credentials", func(p string) error { return os.Chown(p, 12345, -1) }, "it belongs to user id 12345, not to you"},
		{"a configuration of somebody else", "pybritive.config", func(p string) error { return os.Chown(p, 12345, -1) }, "it belongs to user id 12345, not to you"},
		{"credentials behind a symlink", "pybritive.credentials", func(p string) error { return errors.Join(os.Rename(p, p+".away"), os.Symlink(p+".away", p)) }, "it is a symlink"},
		{"a pipe", "pybritive.credentials", func(p string) error { return errors.Join(os.Remove(p), syscall.Mkfifo(p, 0o600)) }, "it is no file"},
	}
	for _, tt := range tests {
		dir := folder(t, usual)
		if err := fake.Plain(dir, fake.Session{Section: "j", Token: token, Until: time.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, tt.file)
		if err := tt.spoil(path); err != nil {
			t.Fatalf("%s: %v (this test needs root)", tt.name, err)
		}
		c, err := pybritive.Read(dir)
		if err == nil {
			_, err = c.Sessions()
		}
		if code := jit.CodeOf(err); code != jit.Denied && code != jit.Unavailable || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.says)
		}
	}
}

// TestLinked holds that a configuration may be a symlink, as in a repository of dot
// files, and that a file of the person's alone is not called exposed.
func TestLinked(t *testing.T) {
	dir := folder(t, usual)
	path := filepath.Join(dir, "pybritive.config")
	if err := errors.Join(os.Rename(path, path+".away"), os.Symlink(path+".away", path)); err != nil {
		t.Fatal(err)
	}
	if err := fake.Plain(dir, fake.Session{Section: "j", Token: token, Until: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "pybritive.credentials"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, ok := sessionAt(t, dir, jitAt); !ok || s.Exposed {
		t.Errorf("got %+v, %v", s, ok)
	}
}
