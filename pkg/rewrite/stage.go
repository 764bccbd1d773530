package rewrite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// staged is the new content, synced, in a temporary file beside the one it will
// replace. While it is open it is locked, so that nobody sweeps it away.
type staged struct{ file *os.File }

func stage(real string, data []byte) (staged, error) {
	dir := filepath.Dir(real)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return staged{}, err
	}
	file, err := os.CreateTemp(dir, "."+filepath.Base(real)+mark+"*")
	if err != nil {
		return staged{}, err
	}
	temp := staged{file}
	if err := temp.fill(real, data); err != nil {
		temp.discard()
		return staged{}, err
	}
	return temp, nil
}

func (s staged) fill(real string, data []byte) error {
	_ = hold(s.file) // a file system without locks only loses the sweeping
	if err := likeness(s.file, real); err != nil {
		return err
	}
	if _, err := s.file.Write(data); err != nil {
		return err
	}
	return s.file.Sync()
}

// likeness gives the new file owner, group and mode of the one it replaces.
func likeness(file *os.File, real string) error {
	info, err := os.Stat(real)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // os.CreateTemp makes it 0600
	}
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o222 == 0 {
		return errors.New("it is read-only")
	}
	if err := adopt(file, info); err != nil {
		return fmt.Errorf("it belongs to somebody else: %w", err)
	}
	return file.Chmod(info.Mode().Perm())
}

// become renames the file into place. It is closed before, since Windows renames
// no open file.
func (s staged) become(real string) error {
	if err := s.file.Close(); err != nil {
		return err
	}
	if err := os.Rename(s.file.Name(), real); err != nil {
		_ = os.Remove(s.file.Name())
		return err
	}
	syncFolder(filepath.Dir(real))
	return nil
}

func (s staged) discard() {
	_ = os.Remove(s.file.Name())
	_ = s.file.Close()
}
