//go:build unix

package held_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/held"
)

func TestModes(t *testing.T) {
	path := hold(t)
	for name, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700, filepath.Dir(filepath.Dir(path)): 0o700} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", name, info.Mode().Perm(), want)
		}
	}
}

// TestNotOurs holds that a file which somebody else could have put there, or can
// read, is a miss.
func TestNotOurs(t *testing.T) {
	t.Run("readable by others", func(t *testing.T) {
		path := hold(t)
		if err := os.Chmod(path, 0o640); err != nil {
			t.Fatal(err)
		}
		miss(t, path)
	})
	t.Run("a symlink", func(t *testing.T) {
		path := hold(t)
		link := path + "-link"
		if err := os.Symlink(path, link); err != nil {
			t.Fatal(err)
		}
		miss(t, link)
	})
	t.Run("a pipe nobody writes to", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "pipe")
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		miss(t, path)
	})
	t.Run("another owner", func(t *testing.T) {
		path := hold(t)
		giveAway(t, path)
		miss(t, path)
	})
}

func miss(t *testing.T, path string) {
	t.Helper()
	if _, ok := held.Read(path, now); ok {
		t.Errorf("%s is read", path)
	}
}

func giveAway(t *testing.T, path string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file away")
	}
	if err := os.Chown(path, 65534, 65534); err != nil {
		t.Fatal(err)
	}
}

// TestFolderNotUsed holds that nothing is written into a folder that is open to
// others, and that the error says what to type.
func TestFolderNotUsed(t *testing.T) {
	tests := map[string]struct {
		spoil func(t *testing.T, folder string)
		mend  string
	}{
		"open to others": {func(t *testing.T, folder string) { must(t, os.Chmod(folder, 0o755)) }, "chmod 700 '"},
		"another owner":  {giveAway, "sudo chown -R 0 '"},
		"a symlink": {func(t *testing.T, folder string) {
			must(t, os.Rename(folder, folder+"-real"))
			must(t, os.Symlink(folder+"-real", folder))
		}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "it's")
			must(t, os.Mkdir(folder, 0o700))
			tt.spoil(t, folder)
			err := held.Write(filepath.Join(folder, "name"), token, now.Add(time.Hour), now)
			unused, ok := errors.AsType[*held.FolderError](err)
			if !ok || !strings.Contains(err.Error(), folder) {
				t.Fatalf("error %v", err)
			}
			if !strings.HasPrefix(unused.Mend, tt.mend) || strings.Contains(unused.Mend, "it's") {
				t.Errorf("the mend is %q", unused.Mend)
			}
			if _, err := os.Stat(filepath.Join(folder, "name")); err == nil {
				t.Error("a file is written")
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
