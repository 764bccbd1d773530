package cache_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/cache"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/test/conformance"
)

func TestFile(t *testing.T) {
	conformance.CacheStore(t, func(t *testing.T) cache.Store {
		return cache.File(filepath.Join(t.TempDir(), "held"))
	})
}

func TestMemory(t *testing.T) {
	conformance.CacheStore(t, func(*testing.T) cache.Store { return cache.Memory() })
}

func TestSealed(t *testing.T) {
	keys := map[string]func(dir string) *cache.Keys{
		"file":    func(dir string) *cache.Keys { return &cache.Keys{Dir: dir, Storage: "file"} },
		"keyring": func(dir string) *cache.Keys { return &cache.Keys{Dir: dir, Storage: "keyring", Ring: &ring{}} },
		"either":  func(dir string) *cache.Keys { return &cache.Keys{Dir: dir, Ring: &ring{broken: errLocked}} },
	}
	for name, keys := range keys {
		t.Run(name, func(t *testing.T) {
			conformance.CacheStore(t, func(t *testing.T) cache.Store {
				dir := t.TempDir()
				return cache.Sealed(filepath.Join(dir, "held"), keys(filepath.Join(dir, "state")))
			})
		})
	}
}

// TestSealedHidesWhatItHolds looks for the secret in every file.
func TestSealedHidesWhatItHolds(t *testing.T) {
	dir := t.TempDir()
	store := cache.Sealed(filepath.Join(dir, "held"), &cache.Keys{Dir: filepath.Join(dir, "state"), Storage: "file"})
	const secret = "wJalrXUtnFEMI"
	if err := store.Put("name", []byte(secret)); err != nil {
		t.Fatal(err)
	}
	for path, data := range files(t, dir) {
		if bytes.Contains(data, []byte(secret)) {
			t.Errorf("%s shows the secret", path)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v", path, info.Mode(), err)
		}
	}
}

// files reads every file below a folder.
func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		all[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// only is the path of the one file in a folder.
func only(t *testing.T, dir string) string {
	t.Helper()
	all := files(t, dir)
	if len(all) != 1 {
		t.Fatalf("%d files in %s", len(all), dir)
	}
	for path := range all {
		return path
	}
	return ""
}

// TestBadFileIsMiss spoils each byte of a file in turn, and cuts it short.
func TestBadFileIsMiss(t *testing.T) {
	dir := t.TempDir()
	store := cache.Sealed(filepath.Join(dir, "held"), &cache.Keys{Dir: filepath.Join(dir, "state"), Storage: "file"})
	if err := store.Put("name", []byte("data")); err != nil {
		t.Fatal(err)
	}
	path := only(t, filepath.Join(dir, "held"))
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	missing := func(what string, data []byte) {
		t.Helper()
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := store.Get("name"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: got %q, %v", what, got, err)
		}
	}
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		missing("a changed byte", bad)
		missing("cut short", good[:i])
	}
	missing("garbage", []byte("garbage\n"))
	if err := store.Put("name", []byte("again")); err != nil {
		t.Fatal(err)
	}
	if got, err := store.Get("name"); string(got) != "again" {
		t.Errorf("after writing anew: %q, %v", got, err)
	}
}

// TestSealedInAnothersPlace holds that a file does not answer for another name.
func TestSealedInAnothersPlace(t *testing.T) {
	dir := t.TempDir()
	store := cache.Sealed(filepath.Join(dir, "held"), &cache.Keys{Dir: filepath.Join(dir, "state"), Storage: "file"})
	if err := store.Put("alice", []byte("alice's")); err != nil {
		t.Fatal(err)
	}
	path := only(t, filepath.Join(dir, "held"))
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Put("bob", []byte("bob's")); err != nil {
		t.Fatal(err)
	}
	for other := range files(t, filepath.Join(dir, "held")) {
		if err := os.WriteFile(other, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := store.Get("bob"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("bob gets %q, %v", got, err)
	}
	if got, err := store.Get("alice"); string(got) != "alice's" {
		t.Errorf("alice gets %q, %v", got, err)
	}
}

// TestUnusableFolder holds that every call says what mends a folder, and writes
// nothing into it.
func TestUnusableFolder(t *testing.T) {
	open := t.TempDir()
	if err := os.Chmod(open, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ dir, next string }{
		"open to others": {open, "chmod 700 '" + open + "'"},
		"no home":        {"", "export HOME"},
	} {
		store := cache.File(tt.dir)
		_, err := store.Get("name")
		for call, err := range map[string]error{"get": err, "put": store.Put("name", nil), "delete": store.Delete("name"), "clear": store.Clear()} {
			if jit.CodeOf(err) != jit.Unavailable || errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(jit.NextOf(err), tt.next) {
				t.Errorf("%s, %s: %v, next %q", name, call, err, jit.NextOf(err))
			}
		}
		if _, err := (cache.Locks{Dir: tt.dir}).Hold(t.Context(), "name"); !strings.HasPrefix(jit.NextOf(err), tt.next) {
			t.Errorf("%s, lock: %v", name, err)
		}
	}
	if left := files(t, open); len(left) != 0 {
		t.Errorf("files in the folder: %v", left)
	}
}

// TestClearTakesLeftovers holds that the temporary file of a killed Put goes, and
// that what is not ours stays.
func TestClearTakesLeftovers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "held")
	store := cache.File(dir)
	if err := store.Put("name", nil); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".new-123", "README"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Clear(); err != nil {
		t.Fatal(err)
	}
	if path := only(t, dir); filepath.Base(path) != "README" {
		t.Errorf("%s is left", path)
	}
}
