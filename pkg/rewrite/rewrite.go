// Package rewrite changes a file that other programs write too, so that a crash
// leaves the old bytes or the new ones, and nobody's change is lost:
//
//	read ──▶ edit ──▶ stage (a synced temporary file in the same folder)
//	  ▲                 │
//	  │ changed     FILE.lock ──▶ read again ──▶ as before: rename, sync, unlock
//	  └───────────────────────────────┘
//
// FILE.lock is the lock that kubectl takes (client-go, tools/clientcmd). It is
// made in one step with our process in its text, and is locked by the kernel as
// well, so that the next run can tell and remove the one that a killed run left
// behind. What a killed run staged is removed in the same way.
//
// A hard link to the file is cut by the rename; a symbolic link is followed.
package rewrite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// mark stands in the name of everything that is made beside the file.
const mark = ".kubectl-jit-"

const (
	// optimism is how often a change is tried with the lock held for check and
	// rename only. A file that others write all the time may change under it every
	// time; so after that the lock is held over the edit as well.
	optimism = 3

	// rounds is how often it is tried at all.
	rounds = 30
)

// Edit makes the new content out of the old one, which is empty where there is
// no file yet. It is called again when the file changed in the meantime.
type Edit func(old []byte) ([]byte, error)

// File changes the file at path and reports whether it had to. The mode of an
// existing file stays; a new one gets 0600, and its folder 0700. Errors of edit
// are returned as they are, once it is certain that they do not come from a file
// that somebody was just writing. Codes of its own: unavailable (locked by
// another program, not readable, not writable).
func File(ctx context.Context, path string, edit Edit) (wrote bool, err error) {
	for n := range rounds {
		c := change{path: path, edit: edit, locked: n >= optimism}
		if again, err := c.round(ctx); !again {
			return c.wrote, err
		}
	}
	return false, failed(path, errors.New("another program changes it all the time, and takes no lock"))
}

// change is one round of File.
type change struct {
	path, real string
	edit       Edit
	locked     bool // FILE.lock is held over all of it
	wrote      bool
}

// round tries once. It reports again where the file changed meanwhile.
func (c *change) round(ctx context.Context) (again bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, fmt.Errorf("change %s: %w", c.path, err)
	}
	if c.real, err = resolve(c.path); err != nil {
		return false, failed(c.path, err)
	}
	if c.locked {
		free, err := lock(ctx, c.path, c.real)
		if err != nil {
			return false, err
		}
		defer free()
	}
	old, err := read(c.real)
	if err != nil {
		return false, failed(c.path, err)
	}
	data, err := c.edit(old)
	if err != nil {
		return !c.locked && !settled(ctx, c.path, c.real, old), err
	}
	if bytes.Equal(old, data) {
		if !c.locked {
			unlock(c.path, c.real)
		}
		return false, nil
	}
	return c.swap(ctx, old, data)
}

// Unlock removes the FILE.lock that a killed run of ours left beside the file, so
// that kubectl can write it again. Every command that reads the file calls it.
func Unlock(path string) {
	if real, err := resolve(path); err == nil {
		unlock(path, real)
	}
}

func unlock(path, real string) {
	for _, name := range []string{path + suffix, real + suffix} {
		if exists(name) {
			bury(name)
		}
	}
}

// Settle waits a moment for a program that is writing the file just now, which
// FILE.lock tells. What was read before it may be half a file.
func Settle(ctx context.Context, path string) {
	if real, err := resolve(path); err == nil {
		await(ctx, path+suffix, real+suffix)
	}
}

// Write puts data into a file of our own: 0600, by rename of a synced temporary
// file. It takes no lock.
func Write(path string, data []byte) error {
	temp, err := stage(path, data)
	if err == nil {
		err = temp.become(path)
	}
	if err != nil {
		return failed(path, err)
	}
	return nil
}

// swap puts data in the place of old.
func (c *change) swap(ctx context.Context, old, data []byte) (again bool, err error) {
	temp, err := stage(c.real, data)
	if err != nil {
		return false, failed(c.path, err)
	}
	defer temp.discard()
	if !c.locked {
		free, err := lock(ctx, c.path, c.real)
		if err != nil {
			return false, err
		}
		defer free()
	}
	same, err := Holds(c.real, old)
	if err != nil {
		return false, failed(c.path, err)
	}
	if !same {
		return true, nil
	}
	sweep(c.real)
	err = temp.become(c.real)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil // swept by another run before it was locked
	}
	if err != nil {
		return false, failed(c.path, err)
	}
	c.wrote = true
	return false, nil
}

// settled reports whether old is what the file really holds: some programs
// truncate a file before they write it, and what an edit says of the half of it
// is worth nothing. While they write, they hold FILE.lock.
func settled(ctx context.Context, path, real string, old []byte) bool {
	await(ctx, path+suffix, real+suffix)
	same, err := Holds(real, old)
	return err != nil || same
}

// Holds reports whether the file holds this and nothing else, without reading all
// of it into memory: the kubeconfigs of some hold megabytes. A file that is not
// there holds nothing.
func Holds(path string, data []byte) (bool, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return len(data) == 0, nil
	}
	if err != nil {
		return false, err
	}
	defer file.Close()
	part := make([]byte, 64<<10)
	for {
		n, err := file.Read(part)
		if !bytes.HasPrefix(data, part[:n]) {
			return false, nil
		}
		data = data[n:]
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return len(data) == 0, err
		}
	}
}

// sweep removes what killed runs staged beside the file.
func sweep(real string) {
	entries, err := os.ReadDir(filepath.Dir(real))
	if err != nil {
		return // it is only tidying
	}
	prefix := "." + filepath.Base(real) + mark
	for _, entry := range entries {
		if name := filepath.Join(filepath.Dir(real), entry.Name()); strings.HasPrefix(entry.Name(), prefix) && abandoned(name) {
			_ = os.Remove(name)
		}
	}
}

// resolve follows symbolic links, also to a file that is not there yet.
func resolve(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	real, err := filepath.EvalSymlinks(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return real, err
	}
	if target, err := os.Readlink(path); err == nil {
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		return resolve(target)
	}
	return path, nil
}

func read(real string) ([]byte, error) {
	info, err := os.Stat(real)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, errors.New("it is a folder, not a file")
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	return os.ReadFile(real)
}

func failed(path string, err error) error {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok && pathError.Path == path {
		err = pathError.Err
	}
	return jit.Errorf(jit.Unavailable, "change "+path, "%w", err)
}
