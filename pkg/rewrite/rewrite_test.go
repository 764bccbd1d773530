package rewrite_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/rewrite"
)

func with(text string) rewrite.Edit {
	return func([]byte) ([]byte, error) { return []byte(text), nil }
}

func add(text string) rewrite.Edit {
	return func(old []byte) ([]byte, error) { return append(bytes.Clone(old), text...), nil }
}

func put(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func holds(t *testing.T, path, want string, mode os.FileMode) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s holds %q, want %q", path, got, want)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
		t.Errorf("%s has mode %v (%v), want %v", path, info.Mode(), err, mode)
	}
}

// alone checks that nothing was left beside the files named.
func alone(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, entry := range entries {
		got = append(got, entry.Name())
	}
	if strings.Join(got, " ") != strings.Join(names, " ") {
		t.Errorf("%s holds %q, want %q", dir, got, names)
	}
}

func change(t *testing.T, path string, edit rewrite.Edit, want bool) {
	t.Helper()
	wrote, err := rewrite.File(t.Context(), path, edit)
	if err != nil || wrote != want {
		t.Errorf("File(%s) = %v, %v, want %v", path, wrote, err, want)
	}
}

func TestFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "sub", "config")
	change(t, path, with(""), false) // nothing to write makes no file
	change(t, path, with("one"), true)
	holds(t, path, "one", 0o600)
	change(t, path, with("one"), false)
	put(t, path, "one", 0o640)
	change(t, path, add(" two"), true)
	holds(t, path, "one two", 0o640)
	alone(t, filepath.Dir(path), "config")
}

func TestSymlinks(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "real"), 0o700); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "real", "config"), "one", 0o600)
	for link, target := range map[string]string{"a": "real/config", "b": "a", "new": "real/new"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Skip("no symbolic links here:", err)
		}
	}
	change(t, filepath.Join(dir, "b"), with("two"), true)
	holds(t, filepath.Join(dir, "real", "config"), "two", 0o600)
	change(t, filepath.Join(dir, "new"), with("new"), true)
	holds(t, filepath.Join(dir, "real", "new"), "new", 0o600)
	alone(t, dir, "a", "b", "new", "real")
	for _, link := range []string{"a", "b", "new"} {
		if _, err := os.Readlink(filepath.Join(dir, link)); err != nil {
			t.Errorf("the link is gone: %v", err)
		}
	}
}

func TestRefused(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "readonly"), "one", 0o400)
	put(t, filepath.Join(dir, "plain"), "one", 0o600)
	tests := []struct{ name, path, says string }{
		{"a folder", dir, "folder"},
		{"below a file", filepath.Join(dir, "plain", "config"), "not a directory"},
		{"read-only", filepath.Join(dir, "readonly"), "read-only"},
	}
	for _, tt := range tests {
		wrote, err := rewrite.File(t.Context(), tt.path, with("two"))
		if wrote || jit.CodeOf(err) != jit.Unavailable || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, %v", tt.name, wrote, err)
		}
	}
	alone(t, dir, "plain", "readonly")
}

func TestEditError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	put(t, path, "one", 0o600)
	want := errors.New("no")
	_, err := rewrite.File(t.Context(), path, func([]byte) ([]byte, error) { return nil, want })
	if !errors.Is(err, want) {
		t.Errorf("got %v", err)
	}
	holds(t, path, "one", 0o600)
}

// TestHalfWritten reads what a program that truncates before it writes has left
// for a moment: the edit fails on it, and is done again when the lock is gone.
func TestHalfWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "config")
		put(t, path, "", 0o600)
		put(t, path+".lock", "", 0o600)
		go func() {
			time.Sleep(100 * time.Millisecond)
			put(t, path, "whole", 0o600)
			_ = os.Remove(path + ".lock")
		}()
		change(t, path, func(old []byte) ([]byte, error) {
			if len(old) == 0 {
				return nil, errors.New("empty")
			}
			return append(bytes.Clone(old), " and ours"...), nil
		}, true)
		holds(t, path, "whole and ours", 0o600)
	})
}

// TestChangedMeanwhile changes the file between reading and writing.
func TestChangedMeanwhile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	put(t, path, "a", 0o600)
	calls := 0
	change(t, path, func(old []byte) ([]byte, error) {
		if calls++; calls == 1 {
			put(t, path, "b", 0o600)
		}
		return append(bytes.Clone(old), "c"...), nil
	}, true)
	holds(t, path, "bc", 0o600)
}

// TestNoStarvation changes the file on every read: after some rounds the lock is
// held over the edit, so that who respects it lets the change through.
func TestNoStarvation(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	put(t, path, "a", 0o600)
	others := 0
	change(t, path, func(old []byte) ([]byte, error) {
		if _, err := os.Lstat(path + ".lock"); err != nil {
			others++
			put(t, path, strings.Repeat("b", others), 0o600)
		}
		return append(bytes.Clone(old), "c"...), nil
	}, true)
	if others == 0 {
		t.Error("the lock was held from the first round on")
	}
	holds(t, path, strings.Repeat("b", others)+"c", 0o600)
}

// TestNoLock gives up on a program that goes on writing and takes no lock.
func TestNoLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	put(t, path, "a", 0o600)
	text := ""
	_, err := rewrite.File(t.Context(), path, func(old []byte) ([]byte, error) {
		text += "b"
		put(t, path, text, 0o600)
		return []byte("ours"), nil
	})
	if jit.CodeOf(err) != jit.Unavailable {
		t.Errorf("got %v", err)
	}
	holds(t, path, text, 0o600)
}

func TestParallel(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "config"), filepath.Join(dir, "link")
	put(t, path, "", 0o600)
	if err := os.Symlink("config", link); err != nil {
		link = path
	}
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() { change(t, []string{path, link}[i%2], add("x"), true) })
	}
	all.Wait()
	holds(t, path, strings.Repeat("x", 20), 0o600)
	alone(t, dir, "config", "link")
}

func TestForeignLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "config")
		put(t, path, "one", 0o600)
		put(t, path+".lock", "", 0)
		hours := time.Now().Add(-3 * time.Hour)
		if err := os.Chtimes(path+".lock", hours, hours); err != nil {
			t.Fatal(err)
		}
		_, err := rewrite.File(t.Context(), path, with("two"))
		if jit.CodeOf(err) != jit.Unavailable || !strings.Contains(err.Error(), "3h0m") || !strings.Contains(err.Error(), path+".lock") {
			t.Errorf("got %v", err)
		}
		if next := jit.NextOf(err); !strings.Contains(next, path+".lock") {
			t.Errorf("next: %q", next)
		}
		holds(t, path, "one", 0o600)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := rewrite.File(ctx, path, with("two")); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		_ = os.Chmod(path+".lock", 0o600)
		holds(t, path+".lock", "", 0o600)
	})
}

func TestWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "original")
	for _, text := range []string{"one", "two"} {
		if err := rewrite.Write(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		holds(t, path, text, 0o600)
	}
	alone(t, filepath.Dir(path), "original")
}

// TestLockOfMany waits longer for a lock that goes from hand to hand than for one
// that somebody keeps.
func TestLockOfMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "config")
		put(t, path, "one", 0o600)
		put(t, path+".lock", "", 0o600)
		go func() {
			for i := range 8 {
				time.Sleep(time.Second)
				put(t, path+".next", "", 0o600)
				times := time.Now().Add(time.Duration(i) * time.Second)
				_ = os.Chtimes(path+".next", times, times)
				_ = os.Rename(path+".next", path+".lock")
			}
			_ = os.Remove(path + ".lock")
		}()
		change(t, path, add(" and two"), true)
		holds(t, path, "one and two", 0o600)
	})
}
