package cache_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/cache"
)

func locks(t *testing.T) cache.Locks {
	t.Helper()
	return cache.Locks{Dir: filepath.Join(t.TempDir(), "locks")}
}

func hold(t *testing.T, l cache.Locks, name string) (release func()) {
	t.Helper()
	release, err := l.Hold(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return release
}

func TestHoldOneAtATime(t *testing.T) {
	l := locks(t)
	var all sync.WaitGroup
	var inside, runs atomic.Int32
	for range 20 {
		all.Go(func() {
			release, err := l.Hold(t.Context(), "name")
			if err != nil {
				t.Error(err)
				return
			}
			defer release()
			if n := inside.Add(1); n != 1 {
				t.Errorf("%d are inside", n)
			}
			runs.Add(1)
			inside.Add(-1)
		})
	}
	all.Wait()
	if n := runs.Load(); n != 20 {
		t.Errorf("%d of 20 got in", n)
	}
}

func TestHoldNamesApart(t *testing.T) {
	l := locks(t)
	defer hold(t, l, "a")()
	hold(t, l, "b")()
}

func TestReleaseTwice(t *testing.T) {
	l := locks(t)
	release := hold(t, l, "name")
	release()
	again := hold(t, l, "name")
	release() // lets go of nothing that another holds
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := l.Hold(ctx, "name"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the lock is free: %v", err)
	}
	again()
}

// TestWaitEndsWithContext holds that Ctrl-C and a deadline end a wait, and that
// the error names the holder.
func TestWaitEndsWithContext(t *testing.T) {
	l := locks(t)
	defer hold(t, l, "name")()
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	began := time.Now()
	_, err := l.Hold(ctx, "name")
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), fmt.Sprintf("pid %d, ", os.Getpid())) {
		t.Errorf("error %v", err)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("it took %v", took)
	}
}

// TestWaiterTellsOnce holds that a waiting caller says after two seconds, and
// once, who holds the lock and for how long.
func TestWaiterTellsOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "locks")
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var told []string
		l := cache.Locks{Dir: dir, Waiting: func(holder string, since time.Duration) {
			told = append(told, fmt.Sprintf("%s | %v | %v", holder, since.Round(time.Second), time.Since(began).Round(time.Second)))
		}}
		release := hold(t, l, "name")
		time.Sleep(time.Second)
		time.AfterFunc(5*time.Second, release)
		hold(t, l, "name")()
		want := fmt.Sprintf("pid %d, %s | 3s | 3s", os.Getpid(), filepath.Base(os.Args[0]))
		if len(told) != 1 || told[0] != want {
			t.Errorf("told %q, want %q", told, want)
		}
		if waited := time.Since(began).Round(time.Second); waited != 6*time.Second {
			t.Errorf("waited until %v", waited)
		}
	})
}

// TestUnsignedHolder holds that a lock file with anything in it can be waited
// for.
func TestUnsignedHolder(t *testing.T) {
	for _, text := range []string{"", "x", " x y z\n", " 12\n", " 12 99999999999999999999 x\n", strings.Repeat("x", 5000)} {
		l := locks(t)
		release := hold(t, l, "name")
		if err := os.WriteFile(only(t, l.Dir), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Millisecond)
		if _, err := l.Hold(ctx, "name"); !strings.Contains(fmt.Sprint(err), "wait for another process") {
			t.Errorf("%.20q: %v", text, err)
		}
		cancel()
		release()
	}
}

func TestOnce(t *testing.T) {
	l := locks(t)
	missing := func() (string, bool) { return "", false }
	fetch := func(context.Context) (string, error) { return "fetched", nil }
	t.Run("there", func(t *testing.T) {
		got, err := cache.Once(t.Context(), cache.Locks{Dir: "no lock"}, "name", func() (string, bool) { return "there", true }, fetch)
		if got != "there" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	})
	t.Run("missing", func(t *testing.T) {
		if got, err := cache.Once(t.Context(), l, "name", missing, fetch); got != "fetched" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	})
	t.Run("the lock is let go of after a failure", func(t *testing.T) {
		wrong := errors.New("wrong")
		_, err := cache.Once(t.Context(), l, "name", missing, func(context.Context) (string, error) { return "", wrong })
		if !errors.Is(err, wrong) {
			t.Errorf("error %v", err)
		}
		hold(t, l, "name")()
	})
	t.Run("no lock", func(t *testing.T) {
		called := false
		_, err := cache.Once(t.Context(), cache.Locks{}, "name", missing, func(context.Context) (string, error) { called = true; return "", nil })
		if err == nil || called {
			t.Errorf("error %v, fetched %v", err, called)
		}
	})
}

// TestOnceSeesWhileItWaits holds that a waiting caller takes what has come to be
// there without waiting for the lock.
func TestOnceSeesWhileItWaits(t *testing.T) {
	l := locks(t)
	defer hold(t, l, "name")()
	looks := 0
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	got, err := cache.Once(ctx, l, "name",
		func() (int, bool) { looks++; return looks, looks == 3 },
		func(context.Context) (int, error) { return 0, errors.New("fetched") })
	if got != 3 || err != nil {
		t.Errorf("got %d, %v", got, err)
	}
}
