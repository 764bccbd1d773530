package script_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// atOnce is how long a process may take to end, on a machine that has much to do.
// What it waits for, it would wait for much longer.
const atOnce = 3 * time.Second

// givesUp FILE COMMAND… is a caller that starts a command, gives up when there is
// something in the file, and tells with what exit status the command is gone, as a
// shell does. What the command says on stderr goes into the file "said".
func givesUp() {
	said, err := os.Create(filepath.Join(os.Getenv("WORK"), "said"))
	if err != nil {
		fail(err)
	}
	cmd := exec.Command(os.Args[2], os.Args[3:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, said
	if err := cmd.Start(); err != nil {
		fail(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	if !filled(os.Args[1], ended) {
		_ = cmd.Process.Kill()
		fail(fmt.Errorf("there is nothing in %s", os.Args[1]))
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		fail(err)
	}
	select {
	case <-ended:
	case <-time.After(atOnce):
		_ = cmd.Process.Kill()
		fail(fmt.Errorf("it is still there after %s", atOnce))
	}
	fmt.Println("gone with", statusOf(cmd.ProcessState))
}

// nobodyReads COMMAND… runs a command whose stdout is a pipe that nobody reads any
// more, and tells its exit status.
func nobodyReads() {
	reader, writer, err := os.Pipe()
	if err != nil {
		fail(err)
	}
	_ = reader.Close()
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stdout, cmd.Stderr = writer, os.Stderr
	if err := cmd.Start(); err != nil {
		fail(err)
	}
	_ = cmd.Wait()
	fmt.Println("gone with", statusOf(cmd.ProcessState))
}

// statusOf is the exit status of a process as a shell has it.
func statusOf(ended *os.ProcessState) int {
	if by, ok := ended.Sys().(interface{ Signal() syscall.Signal }); ok && ended.ExitCode() < 0 {
		return 128 + int(by.Signal())
	}
	return ended.ExitCode()
}

// await FILE waits until there is something in a file.
func await(ts *testscript.TestScript, _ bool, args []string) {
	if !filled(ts.MkAbs(args[0]), nil) {
		ts.Fatalf("there is nothing in %s", args[0])
	}
}

// filled waits until there is something in a file, and not longer than until ended.
func filled(file string, ended <-chan error) bool {
	for begin := time.Now(); time.Since(begin) < 20*time.Second; {
		if info, err := os.Stat(file); err == nil && info.Size() > 0 {
			return true
		}
		select {
		case <-ended:
			return false
		case <-time.After(5 * time.Millisecond):
		}
	}
	return false
}
