package cache_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/cache"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

var errLocked = errors.New("the collection is locked")

// ring is a keyring in memory that counts its calls.
type ring struct {
	mu         sync.Mutex
	secret     string
	gets, sets int
	broken     error
	hangs      bool
}

func (r *ring) Get(service, user string) (string, error) {
	if r.hangs {
		select {} // a dialog that nobody sees
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.gets++
	switch {
	case r.broken != nil:
		return "", r.broken
	case r.secret == "":
		return "", cache.ErrNoKey
	}
	return r.secret, nil
}

func (r *ring) Set(service, user, secret string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sets++
	if r.broken == nil {
		r.secret = secret
	}
	return r.broken
}

func (r *ring) Delete(service, user string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secret = ""
	return r.broken
}

// machine is a home folder with its keyring. Each process sees it anew.
type machine struct {
	dir, storage string
	ring         *ring
	notes        []string
}

func (m *machine) process() cache.Store {
	return cache.Sealed(filepath.Join(m.dir, "held"), &cache.Keys{
		Dir: filepath.Join(m.dir, "state"), Storage: m.storage, Ring: m.ring,
		Note: func(text string) { m.notes = append(m.notes, text) },
	})
}

func (m *machine) hasKeyFile() bool {
	_, err := os.Stat(filepath.Join(m.dir, "state", "key"))
	return err == nil
}

func put(t *testing.T, store cache.Store) {
	t.Helper()
	if err := store.Put("name", []byte("data")); err != nil {
		t.Fatal(err)
	}
}

func has(t *testing.T, store cache.Store) {
	t.Helper()
	if got, err := store.Get("name"); err != nil || string(got) != "data" {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestKeyringAskedOnce holds that a process calls the keyring once, whatever it
// reads and writes, and in how many stores.
func TestKeyringAskedOnce(t *testing.T) {
	m := machine{dir: t.TempDir(), ring: &ring{}}
	put(t, m.process())
	m.ring.gets, m.ring.sets = 0, 0
	keys := &cache.Keys{Dir: filepath.Join(m.dir, "state"), Ring: m.ring}
	for _, folder := range []string{"held", "other"} {
		store := cache.Sealed(filepath.Join(m.dir, folder), keys)
		put(t, store)
		has(t, store)
	}
	if m.ring.gets != 1 || m.ring.sets != 0 {
		t.Errorf("%d gets, %d sets", m.ring.gets, m.ring.sets)
	}
	if m.hasKeyFile() || len(m.notes) != 0 {
		t.Errorf("with a keyring there is a key file (%v) or a note %q", m.hasKeyFile(), m.notes)
	}
}

// TestForgetKey holds that a key which is gone from the keyring opens nothing, and
// that there is nothing to do where no keyring answers.
func TestForgetKey(t *testing.T) {
	m := machine{dir: t.TempDir(), ring: &ring{}}
	put(t, m.process())
	keys := &cache.Keys{Dir: filepath.Join(m.dir, "state"), Ring: m.ring}
	if err := keys.Forget(); err != nil || m.ring.secret != "" {
		t.Errorf("%v, the keyring holds %d letters", err, len(m.ring.secret))
	}
	if _, err := m.process().Get("name"); err == nil {
		t.Error("what was sealed is still read")
	}
	broken := &cache.Keys{Dir: filepath.Join(m.dir, "state"), Ring: &ring{broken: errLocked}}
	if err := broken.Forget(); err != nil {
		t.Error(err)
	}
}

// TestNoKeyring holds that a key file is made where no keyring answers, that this
// is said once, and that the next process asks no keyring at all.
func TestNoKeyring(t *testing.T) {
	m := machine{dir: t.TempDir(), ring: &ring{broken: errLocked}}
	store := m.process()
	put(t, store)
	put(t, store)
	has(t, store)
	if !m.hasKeyFile() || len(m.notes) != 1 || !strings.Contains(m.notes[0], errLocked.Error()) {
		t.Errorf("key file %v, notes %q", m.hasKeyFile(), m.notes)
	}
	asked := m.ring.gets
	next := m.process()
	has(t, next)
	put(t, next)
	if asked != 1 || m.ring.gets != 1 || len(m.notes) != 1 {
		t.Errorf("asked %d times, then %d, notes %q", asked, m.ring.gets, m.notes)
	}
}

func TestKeyringHangs(t *testing.T) {
	// The hanging call never ends, which a bubble does not allow: real time.
	m := machine{dir: t.TempDir(), ring: &ring{hangs: true}}
	began := time.Now()
	store := m.process()
	put(t, store)
	put(t, store)
	has(t, store)
	if took := time.Since(began); took < time.Second || took > 5*time.Second {
		t.Errorf("a hanging keyring took %v", took)
	}
	if !m.hasKeyFile() {
		t.Error("there is no key file")
	}
}

// TestKeyringTold holds that "keyring" means it: no key file is made or used.
func TestKeyringTold(t *testing.T) {
	m := machine{dir: t.TempDir(), ring: &ring{}, storage: "keyring"}
	put(t, m.process())
	has(t, m.process())
	m.ring.broken = errLocked
	store := m.process()
	_, err := store.Get("name")
	for call, err := range map[string]error{"get": err, "put": store.Put("name", nil)} {
		if !errors.Is(err, errLocked) || jit.NextOf(err) == "" || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", call, err)
		}
	}
	if m.hasKeyFile() {
		t.Error("there is a key file")
	}
}

// TestFileTold holds that "file" never calls the keyring.
func TestFileTold(t *testing.T) {
	m := machine{dir: t.TempDir(), ring: &ring{}}
	put(t, m.process())
	m.storage, m.ring.gets = "file", 0
	store := m.process()
	if _, err := store.Get("name"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what the keyring's key sealed: %v", err)
	}
	put(t, store)
	has(t, m.process())
	if m.ring.gets != 0 {
		t.Errorf("the keyring is asked %d times", m.ring.gets)
	}
}

// TestLostKey holds that a key that is gone costs what it sealed, and no more.
func TestLostKey(t *testing.T) {
	lose := map[string]func(t *testing.T, m *machine){
		"key file deleted": func(t *testing.T, m *machine) {
			if err := os.Remove(filepath.Join(m.dir, "state", "key")); err != nil {
				t.Fatal(err)
			}
		},
		"key file readable by others": func(t *testing.T, m *machine) {
			if err := os.Chmod(filepath.Join(m.dir, "state", "key"), 0o644); err != nil {
				t.Fatal(err)
			}
		},
		"key file spoiled": func(t *testing.T, m *machine) {
			if err := os.WriteFile(filepath.Join(m.dir, "state", "key"), []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"keyring emptied": func(t *testing.T, m *machine) { m.ring.secret = "" },
		"keyring spoiled": func(t *testing.T, m *machine) { m.ring.secret = "x" },
		"keyring locked":  func(t *testing.T, m *machine) { m.ring.broken = errLocked },
	}
	for name, lose := range lose {
		t.Run(name, func(t *testing.T) {
			m := machine{dir: t.TempDir(), ring: &ring{}}
			if strings.HasPrefix(name, "key file") {
				m.storage = "file"
			}
			put(t, m.process())
			lose(t, &m)
			store := m.process()
			if got, err := store.Get("name"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("got %q, %v", got, err)
			}
			put(t, store)
			has(t, m.process())
		})
	}
}

// TestOneKey starts many processes at once on a new machine.
func TestOneKey(t *testing.T) {
	for _, storage := range []string{"file", "keyring"} {
		m := machine{dir: t.TempDir(), ring: &ring{}, storage: storage}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() { put(t, m.process()) })
		}
		all.Wait()
		has(t, m.process())
		if m.ring.sets > 1 {
			t.Errorf("%s: %d keys were made", storage, m.ring.sets)
		}
	}
}
