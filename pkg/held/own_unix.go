//go:build unix

package held

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ReadOwn reads a regular file of at most limit bytes that is ours and nobody
// else's to read (0600), and says when it was written. A symlink is not followed.
// Everything else is not ok. It goes past the os package, which would offer the
// file to the poller first: four more system calls.
func ReadOwn(path string, limit int64) (data []byte, written time.Time, ok bool) {
	const flags = syscall.O_RDONLY | syscall.O_CLOEXEC | syscall.O_NOFOLLOW | syscall.O_NONBLOCK
	fd, err := retry(func() (int, error) { return syscall.Open(path, flags, 0) })
	if err != nil {
		return nil, time.Time{}, false
	}
	defer func() { _ = syscall.Close(fd) }()
	var stat syscall.Stat_t
	if syscall.Fstat(fd, &stat) != nil || stat.Size > limit || !ownFile(&stat) {
		return nil, time.Time{}, false
	}
	data = make([]byte, stat.Size)
	n, err := retry(func() (int, error) { return syscall.Read(fd, data) })
	return data, modified(&stat), err == nil && n == len(data)
}

func ownFile(stat *syscall.Stat_t) bool {
	return stat.Mode&syscall.S_IFMT == syscall.S_IFREG && stat.Mode&0o077 == 0 && int(stat.Uid) == os.Geteuid()
}

func retry(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if err != syscall.EINTR { //nolint:errorlint // a system call's own number, which nobody wraps
			return n, err
		}
	}
}

// unsafe says what is wrong with the folder and what mends it, or nothing.
func unsafe(info os.FileInfo, folder string) (why, mend string) {
	stat, known := info.Sys().(*syscall.Stat_t)
	if known && int(stat.Uid) != os.Geteuid() {
		return "it belongs to user id " + strconv.Itoa(int(stat.Uid)) + ", not to you", "sudo chown -R " + strconv.Itoa(os.Geteuid()) + " " + quote(folder)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "others may look into it", "chmod 700 " + quote(folder)
	}
	return "", ""
}

// quote makes one word of a path for a shell.
func quote(path string) string { return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'" }
