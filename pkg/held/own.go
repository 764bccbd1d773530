package held

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// FolderError says why a folder is not used to hold secrets, and what mends it.
type FolderError struct {
	Path string
	Why  string
	Mend string // a command to type, or empty
}

// Error says what is wrong.
func (e *FolderError) Error() string { return e.Path + " is not used: " + e.Why }

// Folder makes a folder for secrets where it is missing, with those above it
// (0700), and holds it to what [CheckFolder] asks.
func Folder(path string) error {
	err := CheckFolder(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	return CheckFolder(path)
}

// CheckFolder holds a folder for secrets to be a folder and no symlink, ours, and
// closed to others. It fails with a [*FolderError], or with the system's error
// when the folder is missing ([fs.ErrNotExist]) or cannot be looked at.
func CheckFolder(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return &FolderError{Path: path, Why: "it is no folder"}
	}
	if why, mend := unsafe(info, path); why != "" {
		return &FolderError{Path: path, Why: why, Mend: mend}
	}
	return nil
}

// WriteOwn puts data into a file that is ours alone (0600), in a folder that
// [Folder] makes and checks. A reader sees the old file or the new one: it is
// replaced by a rename. It is not synced: what a power cut takes is a miss.
func WriteOwn(path string, data []byte) error {
	folder := filepath.Dir(path)
	if err := Folder(folder); err != nil {
		return err
	}
	temp, err := os.CreateTemp(folder, ".new-*") // 0600
	if err != nil {
		return err
	}
	_, err = temp.Write(data)
	if closed := temp.Close(); err == nil {
		err = closed
	}
	// The file's time becomes that of our clock, which Read compares it with. A
	// file server's may be another.
	written := time.Now()
	if err == nil {
		err = os.Chtimes(temp.Name(), written, written)
	}
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(temp.Name())
	}
	return err
}
