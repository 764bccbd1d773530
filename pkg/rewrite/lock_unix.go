//go:build !windows

package rewrite

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// take makes the lock. It comes into being with its text in it, by a hard link,
// and locked by the kernel: a lock of ours that the kernel has freed belongs to
// a process that died.
func take(name string) (free func(), err error) {
	if exists(name) && !bury(name) {
		return nil, errHeld
	}
	base := strings.TrimSuffix(filepath.Base(name), suffix)
	file, err := os.CreateTemp(filepath.Dir(name), "."+base+mark+"*")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	if _, err := file.WriteString(claim()); err != nil {
		_ = file.Close()
		return nil, err
	}
	_ = hold(file)
	err = os.Link(file.Name(), name)
	if err == nil {
		return freer(name, file), nil
	}
	_ = file.Close()
	switch {
	case errors.Is(err, fs.ErrExist), errors.Is(err, fs.ErrNotExist):
		return nil, errHeld // the second: swept before it was locked
	default:
		return takeWithoutLink(name)
	}
}

// takeWithoutLink is for file systems that have no hard links. A process killed
// between the two steps leaves a lock that says nothing.
func takeWithoutLink(name string) (free func(), err error) {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, errHeld
	}
	if err != nil {
		return nil, err
	}
	_ = hold(file)
	if _, err := file.WriteString(claim()); err != nil {
		freer(name, file)()
		return nil, err
	}
	return freer(name, file), nil
}

// freer returns what frees the lock: the name goes first, so that nobody takes the lock of
// a living process for that of a dead one.
func freer(name string, file *os.File) func() {
	return func() {
		_ = os.Remove(name)
		_ = file.Close()
	}
}

// bury removes the lock of ours whose process died, and reports whether the
// name is free now. Only who holds the kernel's lock on a file of ours removes
// it, and the name is compared with the file under that lock: two runs that
// do it at the same time cannot remove each other's new lock.
func bury(name string) bool {
	if _, ok := holder(name); !ok {
		return false
	}
	file, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	defer func() { _ = file.Close() }()
	if hold(file) != nil {
		return false
	}
	return !same(file, name) || os.Remove(name) == nil
}

func same(file *os.File, name string) bool {
	a, errA := file.Stat()
	b, errB := os.Lstat(name)
	return errA == nil && errB == nil && os.SameFile(a, b)
}

// hold locks an open file in the kernel, without waiting.
func hold(file *os.File) error {
	return unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
}

// abandoned reports whether no living process holds a staged file.
func abandoned(name string) bool {
	file, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }()
	return hold(file) == nil
}

// adopt gives the new file the owner and group of the old one: root changing a
// user's file must not take it away from them.
func adopt(file *os.File, old fs.FileInfo) error {
	was, ok := old.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if is, ok := info.Sys().(*syscall.Stat_t); ok && is.Uid == was.Uid && is.Gid == was.Gid {
		return nil
	}
	return file.Chown(int(was.Uid), int(was.Gid))
}

// syncFolder makes the rename last. Not every file system can; the rename stands
// all the same.
func syncFolder(dir string) {
	if folder, err := os.Open(dir); err == nil {
		_ = folder.Sync()
		_ = folder.Close()
	}
}
