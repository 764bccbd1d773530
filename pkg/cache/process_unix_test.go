//go:build unix

package cache_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/cache"
)

// TestMain makes the test program a caller of its own when a test runs it so.
func TestMain(m *testing.M) {
	if dir := os.Getenv("RUN_AS_CALLER"); dir != "" {
		if err := caller(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// caller waits for its start, gets what everybody wants, and prints it.
func caller(dir string) error {
	fmt.Println("ready")
	io.Copy(io.Discard, os.Stdin) // until the test lets go
	store := cache.File(filepath.Join(dir, "held"))
	got, err := cache.Once(context.Background(), cache.Locks{Dir: filepath.Join(dir, "locks")}, "name",
		func() (string, bool) {
			data, err := store.Get("name")
			return string(data), err == nil
		},
		func(context.Context) (string, error) {
			if os.Getenv("HANG") != "" {
				fmt.Println("inside")
				select {}
			}
			mark := fmt.Sprintf("fetched by %d", os.Getpid())
			if err := os.WriteFile(filepath.Join(dir, "fetches", fmt.Sprint(os.Getpid())), nil, 0o600); err != nil {
				return "", err
			}
			time.Sleep(20 * time.Millisecond) // a broker takes its time
			return mark, store.Put("name", []byte(mark))
		})
	if err == nil {
		fmt.Println(got)
	}
	return err
}

// process is a caller that runs.
type process struct {
	*exec.Cmd
	start io.Closer
	lines chan string // what it prints
}

func (p process) next(t *testing.T) string {
	t.Helper()
	select {
	case line := <-p.lines:
		return line
	case <-time.After(20 * time.Second):
		t.Fatal("a caller says nothing")
		return ""
	}
}

func begin(t *testing.T, dir string, env ...string) process {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), append(env, "RUN_AS_CALLER="+dir, "GORACE=atexit_sleep_ms=0")...)
	cmd.Stderr = os.Stderr
	start, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	p := process{cmd, start, make(chan string, 8)}
	go func() {
		for scanner := bufio.NewScanner(stdout); scanner.Scan(); {
			p.lines <- scanner.Text()
		}
	}()
	if line := p.next(t); line != "ready" {
		t.Fatalf("a caller says %q", line)
	}
	return p
}

func fetches(t *testing.T, dir string) int {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, "fetches"))
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// TestManyProcesses starts 50 callers at once: one fetches, and all get what it
// fetched.
func TestManyProcesses(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "fetches"), 0o700); err != nil {
		t.Fatal(err)
	}
	callers := make([]process, 50)
	for i := range callers {
		callers[i] = begin(t, dir)
	}
	for _, c := range callers {
		c.start.Close()
	}
	answers := map[string]int{}
	for _, c := range callers {
		answers[c.next(t)]++
	}
	if len(answers) != 1 || fetches(t, dir) != 1 {
		t.Errorf("%d fetches, answers %v", fetches(t, dir), answers)
	}
}

// TestHolderKilled holds that after a kill -9 of the holder the next caller goes
// on within a second, and that no file has to be deleted for it.
func TestHolderKilled(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "fetches"), 0o700); err != nil {
		t.Fatal(err)
	}
	holder := begin(t, dir, "HANG=1")
	holder.start.Close()
	if line := holder.next(t); line != "inside" {
		t.Fatalf("the holder says %q", line)
	}
	next := begin(t, dir)
	next.start.Close()
	select {
	case line := <-next.lines:
		t.Fatalf("the next goes on while the lock is held: %q", line)
	case <-time.After(30 * time.Millisecond):
	}
	killed := time.Now()
	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if line := next.next(t); line != fmt.Sprintf("fetched by %d", next.Process.Pid) {
		t.Errorf("the next says %q", line)
	}
	if took := time.Since(killed); took > time.Second {
		t.Errorf("it went on after %v", took)
	}
}
