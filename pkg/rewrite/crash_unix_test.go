//go:build !windows

package rewrite_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/rewrite"
)

const victim = "REWRITE_VICTIM"

// TestMain is the program that the crash test kills: it writes the file over and
// over.
func TestMain(m *testing.M) {
	if path := os.Getenv(victim); path != "" {
		for {
			for _, letter := range []string{"a", "b"} {
				if _, err := rewrite.File(context.Background(), path, fill(letter)); err != nil {
					os.Exit(1)
				}
			}
		}
	}
	os.Exit(m.Run())
}

// fill makes a file too large for one write.
func fill(letter string) rewrite.Edit {
	return func([]byte) ([]byte, error) { return bytes.Repeat([]byte(letter), 300_000), nil }
}

func TestKilled(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "config")
	change(t, path, fill("a"), true)
	for range 100 {
		kill(t, path)
		data, err := os.ReadFile(path)
		if err != nil || len(data) != 300_000 || bytes.Count(data, data[:1]) != len(data) {
			t.Fatalf("the file is a mix: %d bytes, %v", len(data), err)
		}
		change(t, path, add(""), false) // it has nothing to write, and frees the file all the same
		if _, err := os.Lstat(path + ".lock"); err == nil {
			t.Fatal("the lock of the killed run is still there")
		}
		start := time.Now()
		if wrote, err := rewrite.File(t.Context(), path, fill("c")); err != nil || !wrote {
			t.Fatalf("the next command: %v, %v", wrote, err)
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("the next command took %v", took)
		}
		alone(t, dir, "config")
		change(t, path, fill("a"), true)
	}
}

// kill starts a writer, lets it come to its work and kills it at a random moment.
func kill(t *testing.T, path string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), victim+"="+path)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		if now, err := os.Stat(path); err == nil && !os.SameFile(before, now) {
			break
		}
		time.Sleep(time.Millisecond)
	}
	time.Sleep(time.Duration(rand.IntN(8_000)) * time.Microsecond)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}
