//go:build unix

package script_test

import (
	"fmt"
	"os"
	"strconv"
	"syscall"
)

// uid NUMBER COMMAND… runs a command, given by its path, as a user whom nobody
// knows, in no group.
func uid() {
	number, err := strconv.Atoi(os.Args[1])
	if err != nil {
		fail(err)
	}
	if os.Geteuid() != 0 {
		fail(fmt.Errorf("only root becomes user %d: run the test as root", number))
	}
	for _, become := range []error{syscall.Setgroups(nil), syscall.Setgid(number), syscall.Setuid(number)} {
		if become != nil {
			fail(become)
		}
	}
	fail(syscall.Exec(os.Args[2], os.Args[2:], os.Environ()))
}
