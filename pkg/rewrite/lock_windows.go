package rewrite

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// take makes the lock as a file that the system deletes when its last handle is
// closed, also by the death of the process.
func take(name string) (free func(), err error) {
	path, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return nil, err
	}
	handle, err := windows.CreateFile(path, windows.GENERIC_WRITE|windows.DELETE,
		windows.FILE_SHARE_READ|windows.FILE_SHARE_DELETE, nil, windows.CREATE_NEW,
		windows.FILE_ATTRIBUTE_NORMAL|windows.FILE_FLAG_DELETE_ON_CLOSE, 0)
	switch {
	case errors.Is(err, windows.ERROR_FILE_EXISTS), errors.Is(err, windows.ERROR_SHARING_VIOLATION),
		errors.Is(err, windows.ERROR_DELETE_PENDING):
		return nil, errHeld
	case err != nil:
		return nil, &fs.PathError{Op: "lock", Path: name, Err: err}
	}
	file := os.NewFile(uintptr(handle), name)
	_, _ = file.WriteString(claim())
	return func() { _ = file.Close() }, nil
}

// bury has nothing to do: the lock dies with its process.
func bury(string) bool { return false }

// hold needs nothing here: an open file cannot be removed.
func hold(*os.File) error { return nil }

// abandoned leaves the answer to the removal, which an open file refuses.
func abandoned(string) bool { return true }

// adopt leaves owner and rights to the folder, from which files inherit them.
func adopt(*os.File, fs.FileInfo) error { return nil }

// syncFolder has nothing to do: the file system logs its renames.
func syncFolder(string) {}
