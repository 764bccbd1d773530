package pybritive

import (
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// maxFile bounds every file that is read, in bytes.
const maxFile = 1 << 20

// readConfig reads a file that says where tenants are: it may be a symlink, but not
// one that any user of the machine can write.
func readConfig(path string) (string, error) {
	text, info, err := read(path)
	if err != nil {
		return "", err
	}
	if why := planted(info, true); why != "" {
		return "", jit.Errorf(jit.Unavailable, "read "+path, "it is not used: %s", why)
	}
	return text, nil
}

// readSecret reads a file with tokens, and says whether others may read it. It must
// be the person's own, and lie there itself.
func readSecret(path string) (text string, exposed bool, err error) {
	if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return "", false, jit.Errorf(jit.Denied, "read "+path, "it is not used: it is a symlink")
	}
	text, info, err := read(path)
	if err != nil {
		return "", false, err
	}
	if why := planted(info, false); why != "" {
		return "", false, jit.Errorf(jit.Denied, "read "+path, "it is not used: %s", why)
	}
	return text, isExposed(info), nil
}

// read reads a regular file of bounded size.
func read(path string) (string, fs.FileInfo, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|dontWait, 0)
	if err != nil {
		return "", nil, failed(path, err)
	}
	defer file.Close()
	info, err := file.Stat()
	switch {
	case err != nil:
		return "", nil, failed(path, err)
	case !info.Mode().IsRegular():
		return "", nil, jit.Errorf(jit.Unavailable, "read "+path, "it is no file")
	case info.Size() > maxFile:
		return "", nil, jit.Errorf(jit.Invalid, "read "+path, "it is larger than 1 MiB")
	}
	data, err := io.ReadAll(io.LimitReader(file, maxFile))
	if err != nil {
		return "", nil, failed(path, err)
	}
	return string(data), info, nil
}

func failed(path string, err error) error {
	return jit.Errorf(jit.Unavailable, "read "+path, "%w", cause(err))
}

// cause is a system's error without the path, which the message names already.
func cause(err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Err
	}
	return err
}
