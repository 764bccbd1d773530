//go:build unix

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/held"
)

// fetching is a jit-token that notes its process id in the file "calls", waits
// until the file "go" is there, and then does the rest.
const fetching = `#!/bin/sh
echo $$ >> "$HOME/calls"
while [ ! -e "$HOME/go" ]; do sleep 0.01; done
`

// started is a client's call that is under way.
type started struct {
	*exec.Cmd
	out, errs bytes.Buffer
}

func begin(t *testing.T, prefix, front string) *started {
	t.Helper()
	s := &started{Cmd: command(prefix, front, []string{asks("v1")}, append([]string{"get-token"}, entry...)...)}
	s.Stdout, s.Stderr = &s.out, &s.errs
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Process.Kill() })
	return s
}

// calls waits until jit-token was called n times and returns the process ids.
func calls(t *testing.T, prefix string, n int) []string {
	t.Helper()
	for range 1000 {
		text, _ := os.ReadFile(filepath.Join(prefix, "calls"))
		if ids := strings.Fields(string(text)); len(ids) >= n {
			return ids
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("jit-token was not called %d times", n)
	return nil
}

// call is the entry's call as the fronts make it, whose parent is this process.
func call(t *testing.T, prefix string) held.Call {
	t.Helper()
	t.Setenv("HOME", prefix)
	for _, variable := range []string{"XDG_CACHE_HOME", "XDG_CONFIG_HOME"} {
		t.Setenv(variable, "")
	}
	return held.Call{CacheDir: held.CacheDir(), Name: held.Name(entry, held.ConfigDir(), ""), Parent: os.Getpid()}
}

// TestOneFetches starts many calls with nothing held: one gets through, and the
// others answer with what it brought.
func TestOneFetches(t *testing.T) {
	prefix, front := install(t)
	write(t, filepath.Join(prefix, "bin", jitToken), fetching+"echo fetched\n")
	var all []*started
	for range 20 {
		all = append(all, begin(t, prefix, front))
	}
	calls(t, prefix, 1)
	hold(t, prefix)
	write(t, filepath.Join(prefix, "go"), "")
	fetched := 0
	for _, s := range all {
		if err := s.Wait(); err != nil || s.errs.Len() > 0 {
			t.Errorf("%v, stderr %q", err, s.errs.String())
		}
		if s.out.String() == "fetched\n" {
			fetched++
		} else if !strings.Contains(s.out.String(), heldText) {
			t.Errorf("answered %q", s.out.String())
		}
	}
	if ids := calls(t, prefix, 1); fetched != 1 || len(ids) != 1 {
		t.Errorf("%d fetched, jit-token was called %d times", fetched, len(ids))
	}
}

// TestHolderDies kills the call that all wait for: the next goes on at once.
func TestHolderDies(t *testing.T) {
	prefix, front := install(t)
	write(t, filepath.Join(prefix, "bin", jitToken), fetching)
	first := begin(t, prefix, front)
	calls(t, prefix, 1)
	second := begin(t, prefix, front)
	first.Process.Kill()
	first.Wait()
	calls(t, prefix, 2)
	write(t, filepath.Join(prefix, "go"), "")
	if err := second.Wait(); err != nil {
		t.Error(err)
	}
}

// TestWaiting holds what a call says that waits for long, and that it is told why
// the one it waited for failed, and does not ask again.
func TestWaiting(t *testing.T) {
	prefix, front := install(t)
	write(t, filepath.Join(prefix, "bin", jitToken), fetching+"exit 8\n")
	first := begin(t, prefix, front)
	id := calls(t, prefix, 1)[0]
	second := command(prefix, front, []string{asks("v1")}, append([]string{"get-token"}, entry...)...)
	reader, err := second.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Start(); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, 200)
	n, _ := reader.Read(said)
	if want := "waiting for pid " + id + ", which gets a token for the same cluster\n"; string(said[:n]) != want {
		t.Errorf("said %q, want %q", said[:n], want)
	}
	failed := call(t, prefix)
	failed.Parent = 1 // of the first
	if err := failed.Fail(8, []byte("not reached\n")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(prefix, "go"), "")
	first.Wait()
	if more, _ := io.ReadAll(reader); string(more) != "not reached\n" {
		t.Errorf("said %q", more)
	}
	second.Wait()
	if status := second.ProcessState.ExitCode(); status != 8 {
		t.Errorf("status %d", status)
	}
	if ids := calls(t, prefix, 1); len(ids) != 1 {
		t.Errorf("jit-token was called %d times", len(ids))
	}
}

// TestFailureOnce holds that a client which calls again at once gets the same
// exit status and nothing else, and that another client, a call by hand and a
// client after a sign-in ask anew.
func TestFailureOnce(t *testing.T) {
	prefix, front := install(t)
	for _, partner := range []string{jitCore, jitToken} {
		write(t, filepath.Join(prefix, "bin", partner), "#!/bin/sh\necho asked\n")
	}
	failed := call(t, prefix)
	if err := failed.Fail(5, []byte("nobody is signed in\n")); err != nil {
		t.Fatal(err)
	}
	get := append([]string{"get-token"}, entry...)
	client := []string{asks("v1")}
	for range 5 {
		if out, errs, status := run(prefix, front, client, get...); status != 5 || out+errs != "" {
			t.Errorf("a repeat: status %d, stdout %q, stderr %q", status, out, errs)
		}
	}
	if out, _, _ := run(prefix, front, nil, get...); out != "asked\n" {
		t.Errorf("by hand: %q", out)
	}
	other := failed
	other.Parent++
	held.ForgetFailures(failed.CacheDir)
	if err := other.Fail(5, nil); err != nil {
		t.Fatal(err)
	}
	if out, _, _ := run(prefix, front, client, get...); out != "asked\n" {
		t.Errorf("another client's failure: %q", out)
	}
	if err := failed.Fail(5, nil); err != nil {
		t.Fatal(err)
	}
	past := time.Now().Add(-6 * time.Second)
	for _, name := range []string{failed.Name, failed.Name + "-" + strconv.Itoa(failed.Parent)} {
		if err := os.Chtimes(filepath.Join(failed.CacheDir, "failures", name), past, past); err != nil {
			t.Fatal(err)
		}
	}
	if out, _, _ := run(prefix, front, client, get...); out != "asked\n" {
		t.Errorf("after a while: %q", out)
	}
}
