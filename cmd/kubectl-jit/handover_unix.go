//go:build unix

package main

import "syscall"

const core = "jit-core"

// handOver puts jit-core in this process's place: same process id, terminal,
// signals and exit status. The name we were called by stays, for its messages.
func handOver(partners [2]string, args, env []string) {
	for _, partner := range partners {
		if err := syscall.Exec(partner, args, env); err != syscall.ENOENT && err != syscall.ENOTDIR {
			fail("run "+partner+": "+err.Error(), "")
		}
	}
	missing(partners)
}
