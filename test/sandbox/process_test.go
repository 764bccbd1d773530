package sandbox

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// says returns a question for process.wait: does the log hold the text?
func (p *process) says(text string) func(context.Context) error {
	return func(context.Context) error {
		log, err := os.ReadFile(p.log)
		if err == nil && !strings.Contains(string(log), text) {
			err = os.ErrNotExist
		}
		return err
	}
}

// gone fails the test where something of a process group still runs. What the
// kernel has been told to kill takes a moment to end; a killed process that nobody
// has waited for yet does not run.
func gone(t *testing.T, group int) {
	t.Helper()
	pgrep, err := exec.LookPath("pgrep")
	if err != nil {
		t.Fatalf("%v: install procps", err)
	}
	for range 100 {
		if exec.Command(pgrep, "--runstates", "R,S,D", "-g", itoa(group)).Run() != nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("something of its group still runs")
}

// TestProcessEnds holds that stop leaves nothing of a process's group, also where
// it ignores the signal.
func TestProcessEnds(t *testing.T) {
	p, err := start(t.TempDir(), "stubborn", "/bin/sh", []string{"PATH=" + os.Getenv("PATH")}, "-c", `trap "" TERM; echo ready; while :; do sleep 60; done`)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.wait(t.Context(), p.says("ready")); err != nil {
		t.Fatal(err)
	}
	p.stop()
	gone(t, p.cmd.Process.Pid)
}

// TestProcessThatFails holds that nobody waits for a process that is gone, and
// that its last words are in the error.
func TestProcessThatFails(t *testing.T) {
	p, err := start(t.TempDir(), "broken", "/bin/sh", nil, "-c", "echo the port is taken; exit 3")
	if err != nil {
		t.Fatal(err)
	}
	err = p.wait(t.Context(), p.says("never said"))
	if err == nil || !strings.Contains(err.Error(), "the port is taken") || !strings.Contains(err.Error(), "exit status 3") {
		t.Error(err)
	}
	p.stop()
}

// TestProcessInheritsNothing holds that a server finds no variable of the caller's
// shell, where etcd would take it for a setting.
func TestProcessInheritsNothing(t *testing.T) {
	t.Setenv("ETCD_NAME", "somebody else's")
	p, err := start(t.TempDir(), "env", "/bin/sh", nil, "-c", "echo ready; export")
	if err != nil {
		t.Fatal(err)
	}
	<-p.ended
	if log, err := os.ReadFile(p.log); err != nil || !strings.Contains(string(log), "ready") || strings.Contains(string(log), "ETCD_NAME") {
		t.Errorf("%v: %s", err, log)
	}
}

// TestBuildEnds holds that the end of a build ends what it had started.
func TestBuildEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", "sleep 60 & echo ready; wait")
	endGroup(cmd)
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(output, make([]byte, len("ready"))); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := cmd.Wait(); err == nil {
		t.Error("it ended well")
	}
	gone(t, cmd.Process.Pid)
}

// TestHold holds that one builds at a time, and that who waits can be ended.
func TestHold(t *testing.T) {
	path := t.TempDir() + "/lock"
	open := func() *os.File {
		t.Helper()
		file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { file.Close() })
		return file
	}
	first, second := open(), open()
	if err := hold(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := hold(ctx, second); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a second one got it: %v", err)
	}
	first.Close()
	if err := hold(t.Context(), second); err != nil {
		t.Error(err)
	}
}

func TestFreePorts(t *testing.T) {
	ports, err := freePorts(20)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{}
	for _, port := range ports {
		if seen[port] || port < lowestPort || port >= highestPort {
			t.Errorf("port %d of %v", port, ports)
		}
		seen[port] = true
	}
}
