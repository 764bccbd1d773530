//go:build unix

package script_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// within TIME MIB COMMAND… runs a command and fails where it takes more of a
// processor's time, or more memory at its peak.
func within() {
	most, err := time.ParseDuration(os.Args[1])
	mib, memErr := strconv.Atoi(os.Args[2])
	if err := errors.Join(err, memErr); err != nil {
		fail(err)
	}
	cmd := exec.Command(os.Args[3], os.Args[4:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		fail(err)
	}
	took := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	peak := int(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) // in KiB, but
	if runtime.GOOS == "darwin" {
		peak /= 1024
	}
	fmt.Fprintf(os.Stderr, "%s of a processor, %d MiB at the peak\n", took.Round(time.Millisecond), peak/1024)
	if took > most || peak > mib*1024 {
		fail(fmt.Errorf("at most %s and %d MiB", most, mib))
	}
}
