//go:build unix && !linux

package caller

import "golang.org/x/sys/unix"

// noDump keeps this process's memory, in which secrets are, out of core dumps. A
// program that takes this process's place inherits that, and may raise the limit again
// to the highest that was allowed before.
func noDump() {
	var cores unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_CORE, &cores) == nil {
		cores.Cur = 0
		_ = unix.Setrlimit(unix.RLIMIT_CORE, &cores)
	}
}
