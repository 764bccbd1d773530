package caller

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/kubectl-jit/kubectl-jit/pkg/cache"
	"github.com/kubectl-jit/kubectl-jit/pkg/config"
	"github.com/kubectl-jit/kubectl-jit/pkg/held"
)

// Folders is where this program keeps things, and how.
type Folders struct {
	Cache     string      // what is held here costs time to lose, never access; empty without a home folder
	Originals string      // kubeconfig entries as they were before login
	SignIns   SignIns     // who is signed in
	HeldKeys  cache.Store // the keys of AWS sessions, and the tokens that brokers give for a cluster
	Marks     cache.Store // which access rests until the next login
	Known     cache.Store // what the broker said of itself, which changes seldom; no secret
	Views     string      // what clusters said may be done; empty keeps nothing
	Listed    string      // what may be asked for, for completion; empty keeps nothing
	Locks     cache.Locks

	keys *cache.Keys // nil where nothing is sealed
}

// Folders are the places that the settings leave open. Without a home folder,
// or where nothing may be stored, memory takes their place.
func (c *Caller) Folders(settings *config.Config) Folders {
	cacheDir, stateDir := held.CacheDir(), held.StateDir()
	f := Folders{
		Cache:     cacheDir,
		Originals: below(stateDir, "originals"),
		SignIns:   SignIns{unkept(stateDir, "signins")},
		HeldKeys:  unkept(cacheDir, "sessions"),
		Marks:     cache.Memory(),
		Known:     cache.Memory(),
		Locks:     cache.Locks{Dir: below(cacheDir, "locks"), Waiting: c.waiting},
	}
	if stateDir != "" {
		f.Marks = cache.File(below(stateDir, "marks"))
	}
	if cacheDir != "" {
		f.Known = cache.File(below(cacheDir, "known"))
		f.Views = below(cacheDir, "views")
		f.Listed = below(cacheDir, "listed")
	}
	if cacheDir == "" || stateDir == "" || settings.Storage == "none" {
		return f
	}
	f.keys = &cache.Keys{Dir: stateDir, Storage: settings.Storage, Note: c.Person.Note}
	f.SignIns = SignIns{cache.Sealed(below(stateDir, "signins"), f.keys)}
	f.HeldKeys = cache.Sealed(below(cacheDir, "sessions"), f.keys)
	return f
}

// Keeps reports whether tokens, keys and sign-ins outlive the process.
func (f Folders) Keeps() bool { return f.keys != nil }

// unkeeping is a store in memory that also lets go of what lies on disk, from a time
// when something might be kept there.
type unkeeping struct {
	cache.Store
	disk cache.Store
}

func unkept(dir, name string) cache.Store {
	if dir == "" {
		return cache.Memory()
	}
	return unkeeping{cache.Memory(), cache.File(below(dir, name))}
}

func (u unkeeping) Delete(name string) error {
	return errors.Join(u.Store.Delete(name), u.disk.Delete(name))
}

func (u unkeeping) Clear() error { return errors.Join(u.Store.Clear(), u.disk.Clear()) }

// below is a folder in one of ours; empty where there is no home folder.
func below(dir, name string) string {
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, name)
}

// SignIn keeps who is signed in at a tenant, but for a workload, which is signed in
// anew each time. What is held was issued to whoever was signed in before: it goes,
// unless that was the same person, and goes once more behind that, since a call of
// theirs may be under way ([mint.Mint.SignedIn]).
func (f Folders) SignIn(tenantURL string, who SignIn) error {
	before, known := f.SignIns.Get(tenantURL)
	if known && before.Person.ID == who.Person.ID {
		return f.keep(tenantURL, who)
	}
	if err := f.Forget(); err != nil {
		return fmt.Errorf("remove what is held for somebody else: %w", err)
	}
	if err := f.keep(tenantURL, who); err != nil {
		return err
	}
	return f.Forget()
}

func (f Folders) keep(tenantURL string, who SignIn) error {
	if who.By == ByFederation {
		_, err := f.SignIns.Forget(tenantURL)
		return err
	}
	return f.SignIns.Put(tenantURL, who)
}

// Forget removes every token and AWS session that is held, and what the broker and
// clusters said to somebody else.
func (f Folders) Forget() error {
	failed := []error{held.Clear(f.Cache), f.HeldKeys.Clear(), f.Known.Clear()}
	for _, dir := range []string{f.Views, f.Listed} {
		if dir != "" {
			failed = append(failed, os.RemoveAll(dir))
		}
	}
	return errors.Join(failed...)
}

// Remove removes all that this program keeps on the machine, configuration and
// sign-ins included, and its key in the keyring. With originals the kubeconfig
// entries as they were before login stay.
func (f Folders) Remove(originals bool) error {
	var failed []error
	if f.keys != nil {
		failed = append(failed, f.keys.Forget())
	}
	but := ""
	if originals {
		but = f.Originals
	}
	for _, dir := range []string{held.CacheDir(), held.ConfigDir(), held.StateDir()} {
		if dir != "" {
			failed = append(failed, removeBut(dir, but))
		}
	}
	return errors.Join(failed...)
}

// removeBut removes what lies at a path, but not one folder somewhere below it.
func removeBut(path, but string) error {
	if path == but {
		return nil
	}
	if inside, err := filepath.Rel(path, but); err != nil || !filepath.IsLocal(inside) {
		return os.RemoveAll(path)
	}
	entries, err := os.ReadDir(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	failed := []error{err}
	for _, entry := range entries {
		failed = append(failed, removeBut(filepath.Join(path, entry.Name()), but))
	}
	return errors.Join(failed...)
}
