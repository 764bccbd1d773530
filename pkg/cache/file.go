package cache

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/held"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// File keeps plain files of mode 0600 in a folder of mode 0700, which the first
// Put makes. It follows no symlink and replaces files by a rename.
func File(dir string) Store { return file{dir: dir} }

type file struct{ dir string }

// ending closes a file: one that a power cut left empty or short is a miss.
var ending = []byte{'\n'}

func miss(name string) error { return fmt.Errorf("%q: %w", name, fs.ErrNotExist) }

func (f file) Get(name string) ([]byte, error) {
	if err := f.usable(held.CheckFolder); err != nil {
		return nil, err
	}
	data, _, ok := held.ReadOwn(f.path(name), maxData+1)
	data, whole := bytes.CutSuffix(data, ending)
	if !ok || !whole {
		return nil, miss(name)
	}
	return data, nil
}

func (f file) Put(name string, data []byte) error {
	if len(data) > maxData {
		return fmt.Errorf("%q: %d bytes are too many", name, len(data))
	}
	if err := f.usable(held.Folder); err != nil {
		return err
	}
	return held.WriteOwn(f.path(name), slices.Concat(data, ending))
}

func (f file) Delete(name string) error {
	err := f.usable(held.CheckFolder)
	if err == nil {
		err = os.Remove(f.path(name))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Clear removes the files of this store, and those that a Put which was killed
// left behind.
func (f file) Clear() error {
	err := f.usable(held.CheckFolder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return err
	}
	var failed []error
	for _, entry := range entries {
		if ours(entry.Name()) {
			if err := os.Remove(filepath.Join(f.dir, entry.Name())); !errors.Is(err, fs.ErrNotExist) {
				failed = append(failed, err)
			}
		}
	}
	return errors.Join(failed...)
}

const suffix = ".held"

func ours(name string) bool {
	return strings.HasSuffix(name, suffix) || strings.HasPrefix(name, ".new-")
}

func (f file) path(name string) string { return filepath.Join(f.dir, fileName(name)+suffix) }

// usable checks the folder, or makes it, and turns its error into one that names
// the mend.
func (f file) usable(check func(string) error) error { return usable(f.dir, check) }

func usable(dir string, check func(string) error) error {
	if !filepath.IsAbs(dir) {
		return jit.Errorf(jit.Unavailable, "hold secrets", "there is no home folder").
			WithNext("export HOME, or XDG_CACHE_HOME and XDG_STATE_HOME")
	}
	err := check(dir)
	if unused, ok := errors.AsType[*held.FolderError](err); ok {
		failure := jit.Errorf(jit.Unavailable, "hold secrets", "%w", err)
		failure.Next = unused.Mend
		return failure
	}
	return err
}

// fileName makes a file name of any text: what can be read of it, for the person
// who looks into the folder, and a digest, which tells names apart on every file
// system.
func fileName(name string) string {
	const readable = 40
	clean := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '.':
			return r
		}
		return '-'
	}, name)
	sum := sha256.Sum256([]byte(name))
	return strings.Trim(clean[:min(len(clean), readable)], ".-") + "-" + hex.EncodeToString(sum[:16])
}
