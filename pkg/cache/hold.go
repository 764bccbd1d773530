package cache

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/kubectl-jit/kubectl-jit/pkg/held"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Locks are locks of the operating system in the files of a folder (0700): any
// number of processes of one person, and goroutines within one, take turns. The
// kernel lets go of a lock when its holder dies, so that there is nothing to
// clean up; the files stay, and hold no data.
type Locks struct {
	Dir string

	// Waiting, where it is not nil, is told once by a caller that has waited for
	// two seconds: who holds the lock ("pid 123, kubectl-jit login") and for how
	// long already.
	Waiting func(holder string, since time.Duration)
}

const (
	firstPause = time.Millisecond
	lastPause  = 50 * time.Millisecond
	tellAfter  = 2 * time.Second
)

// Hold waits for the lock of this name and returns what lets go of it. It fails
// with ctx's error, or when no lock is to be had in the folder.
func (l Locks) Hold(ctx context.Context, name string) (release func(), err error) {
	return l.hold(ctx, name, func() bool { return false })
}

// hold is Hold, and returns nil without the lock once enough says so.
func (l Locks) hold(ctx context.Context, name string, enough func() bool) (release func(), err error) {
	if err := usable(l.Dir, held.Folder); err != nil {
		return nil, err
	}
	path := filepath.Join(l.Dir, fileName(name)+".lock")
	lock := flock.New(path, flock.SetPermissions(0o600))
	wait := waiting{tell: l.Waiting, path: path, began: time.Now()}
	for pause := firstPause; ctx.Err() == nil; pause = min(2*pause, lastPause) {
		locked, err := lock.TryLock()
		if err != nil {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		if locked {
			sign(path)
			return sync.OnceFunc(func() { unsign(path); _ = lock.Unlock() }), nil
		}
		if enough() {
			return nil, nil
		}
		wait.on()
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
	holder, _ := wait.holder()
	return nil, jit.Errorf(jit.Unavailable, "wait for "+holder, "%w", ctx.Err())
}

// Once gets what many callers want and one shall fetch: it looks, takes the lock,
// looks again, and fetches. The others see what was fetched as soon as it is
// there. It fails with fetch's error, and, before fetch was called, when ctx ends
// or no lock is to be had; a caller may then fetch without one.
func Once[T any](ctx context.Context, l Locks, name string, look func() (T, bool), fetch func(context.Context) (T, error)) (T, error) {
	found, ok := look()
	if ok {
		return found, nil
	}
	release, err := l.hold(ctx, name, func() bool {
		found, ok = look()
		return ok
	})
	if err != nil || ok {
		return found, err
	}
	defer release()
	if found, ok := look(); ok {
		return found, nil
	}
	return fetch(ctx)
}
