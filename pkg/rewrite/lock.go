package rewrite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const (
	// suffix makes the name of the lock, as in client-go.
	suffix = ".lock"

	// patience is how long a lock is waited for while one and the same holds it:
	// kubectl holds it for milliseconds, and one that it left behind for ever.
	patience = 3 * time.Second

	// longest is how long a lock is waited for that goes from hand to hand.
	longest = 30 * time.Second

	// half is how long a reader waits for a writer to end.
	half = 500 * time.Millisecond

	pause = 5 * time.Millisecond

	// ours begins the text of a lock that we made.
	ours = "kubectl-jit "
)

// errHeld says that somebody holds the lock.
var errHeld = errors.New("held")

// lock takes FILE.lock under the name by which others know the file and under
// its real name, always in the same order.
func lock(ctx context.Context, path, real string) (free func(), err error) {
	names := []string{path + suffix, real + suffix}
	slices.Sort(names)
	names = slices.Compact(names)
	var taken []func()
	free = func() {
		for _, one := range slices.Backward(taken) {
			one()
		}
	}
	for _, name := range names {
		one, err := wait(ctx, name)
		if err != nil && name != real+suffix && errors.Is(err, fs.ErrPermission) {
			continue // in a folder where kubectl could not make it either
		}
		if err != nil {
			free()
			return nil, err
		}
		taken = append(taken, one)
	}
	return free, nil
}

// wait takes one lock, or says who holds it.
func wait(ctx context.Context, name string) (free func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	var holding fs.FileInfo
	var since time.Time
	for {
		free, err := take(name)
		if err == nil {
			return free, nil
		}
		if !errors.Is(err, errHeld) {
			return nil, failed(name, err)
		}
		if now, _ := os.Lstat(name); !sameLock(holding, now) {
			holding, since = now, time.Now()
		}
		if time.Since(since) > patience {
			return nil, held(name)
		}
		select {
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.Canceled) {
				return nil, fmt.Errorf("wait for %s: %w", name, ctx.Err())
			}
			return nil, held(name)
		case <-time.After(pause):
		}
	}
}

// sameLock reports whether a lock is still the one that was seen before. A new file
// may have the number of one that is gone, so its time is compared too.
func sameLock(a, b fs.FileInfo) bool {
	return a != nil && b != nil && os.SameFile(a, b) && a.ModTime().Equal(b.ModTime())
}

// await returns when none of the locks is there any more, or after a while.
func await(ctx context.Context, names ...string) {
	ctx, cancel := context.WithTimeout(ctx, half)
	defer cancel()
	for slices.ContainsFunc(names, exists) && ctx.Err() == nil {
		time.Sleep(pause)
	}
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// held tells a person who holds the lock, for how long, and what to do.
func held(name string) error {
	op, age := "change "+strings.TrimSuffix(name, suffix), ""
	if info, err := os.Lstat(name); err == nil {
		age = " for " + time.Since(info.ModTime()).Round(time.Second).String()
	}
	if pid, ok := holder(name); ok {
		return jit.Errorf(jit.Unavailable, op, "%s is held%s by kubectl-jit, process %d: wait for its end", name, age, pid)
	}
	err := jit.Errorf(jit.Unavailable, op,
		"%s is held%s by another program, or was left behind by one that was killed: if nothing is writing, remove it", name, age)
	return err.WithNext("rm %s", jit.Quote(name))
}

// holder reads the process out of a lock of ours.
func holder(name string) (pid int, ok bool) {
	text, err := os.ReadFile(name)
	if err != nil {
		return 0, false // kubectl makes its lock with mode 0
	}
	rest, ok := bytes.CutPrefix(text, []byte(ours))
	if !ok {
		return 0, false
	}
	word, _, _ := bytes.Cut(rest, []byte(" "))
	pid, err = strconv.Atoi(string(word))
	return pid, err == nil
}

// claim is the text of our lock: the process and since when it wants the lock.
func claim() string {
	return fmt.Sprintf("%s%d %s\n", ours, os.Getpid(), time.Now().UTC().Format(time.RFC3339))
}
