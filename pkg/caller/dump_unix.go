//go:build unix && !linux

package caller

import "golang.org/x/sys/unix"

// noDump keeps this process's memory, in which secrets are, out of core dumps.
func noDump() { _ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) }
