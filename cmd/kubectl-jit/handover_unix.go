//go:build unix

package main

import (
	"os"
	"syscall"
)

const suffix = ""

// handOver puts a partner in this process's place: same process id, terminal,
// signals and exit status. The name we were called by stays, for its messages.
func handOver(name string) {
	partners, env := partners(name), environment()
	for _, partner := range partners {
		if err := syscall.Exec(partner, os.Args, env); err != syscall.ENOENT && err != syscall.ENOTDIR {
			fail("run "+partner+": "+err.Error(), "")
		}
	}
	missing(name, partners)
}
