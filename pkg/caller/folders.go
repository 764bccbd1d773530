package caller

import (
	"errors"
	"path/filepath"

	"github.com/kubectl-jit/kubectl-jit/pkg/cache"
	"github.com/kubectl-jit/kubectl-jit/pkg/config"
	"github.com/kubectl-jit/kubectl-jit/pkg/held"
)

// Folders is where this program keeps things, and how.
type Folders struct {
	Cache     string      // what is held here costs time to lose, never access; empty holds nothing
	Originals string      // kubeconfig entries as they were before login
	SignIns   SignIns     // who is signed in
	Sessions  cache.Store // AWS sessions
	Marks     cache.Store // which access rests until the next login
	Known     cache.Store // what the broker said of itself, which changes seldom; no secret
	Locks     cache.Locks
}

// Folders are the places that the settings leave open. Without a home folder,
// or where nothing may be stored, memory takes their place.
func (c *Caller) Folders(settings *config.Config) Folders {
	cacheDir, stateDir := held.CacheDir(), held.StateDir()
	f := Folders{
		Originals: below(stateDir, "originals"),
		SignIns:   SignIns{cache.Memory()},
		Sessions:  cache.Memory(),
		Marks:     cache.Memory(),
		Known:     cache.Memory(),
		Locks:     cache.Locks{Dir: below(cacheDir, "locks"), Waiting: c.waiting},
	}
	if stateDir != "" {
		f.Marks = cache.File(below(stateDir, "marks"))
	}
	if cacheDir != "" {
		f.Known = cache.File(below(cacheDir, "known"))
	}
	if cacheDir == "" || stateDir == "" || settings.Storage == "none" {
		return f
	}
	keys := &cache.Keys{Dir: stateDir, Storage: settings.Storage, Note: c.Person.Note}
	f.Cache = cacheDir
	f.SignIns = SignIns{cache.Sealed(below(stateDir, "signins"), keys)}
	f.Sessions = cache.Sealed(below(cacheDir, "sessions"), keys)
	return f
}

// below is a folder in one of ours; empty where there is no home folder.
func below(dir, name string) string {
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, name)
}

// Forget removes every token and session that is held, and what the broker said
// to somebody else.
func (f Folders) Forget() error {
	return errors.Join(held.Clear(f.Cache), f.Sessions.Clear(), f.Known.Clear())
}
