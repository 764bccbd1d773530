//go:build unix

package pybritive

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// dontWait opens a pipe without a writer, which then is no file.
const dontWait = syscall.O_NONBLOCK

// planted says how somebody else could have put there what stands in a file; empty
// where nobody could. The administrator may own it where roots is true.
func planted(info fs.FileInfo, roots bool) (why string) {
	stat, known := info.Sys().(*syscall.Stat_t)
	if known && int(stat.Uid) != os.Geteuid() && !(roots && stat.Uid == 0) {
		return fmt.Sprintf("it belongs to user id %d, not to you", stat.Uid)
	}
	if info.Mode().Perm()&0o002 != 0 {
		return "every user of this machine can write it"
	}
	return ""
}

// isExposed reports whether others may read a file.
func isExposed(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }
