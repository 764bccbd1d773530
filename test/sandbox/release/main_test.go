package release_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// workshop is what the tests here share: a context that a signal ends, the commit
// that was at hand when they began, and the newer release, which is built of it
// when the first test asks.
type workshop struct {
	ctx    context.Context
	commit string
	newer  func() (string, error)
}

// shared is set by TestMain.
var shared workshop

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	folder, err := os.MkdirTemp("", "kubectl-jit-release-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(folder)
	head, err := exec.CommandContext(ctx, "git", "-C", root, "rev-parse", "HEAD").Output()
	if err != nil {
		fmt.Fprintln(os.Stderr, "git rev-parse HEAD:", err)
		return 1
	}
	commit := strings.TrimSpace(string(head))
	shared = workshop{ctx, commit, sync.OnceValues(func() (string, error) { return clone(ctx, filepath.Join(folder, "clone"), commit) })}
	return m.Run()
}

// play runs commands one after the other.
func play(ctx context.Context, env []string, commands ...[]string) error {
	for _, command := range commands {
		cmd := exec.CommandContext(ctx, command[0], command[1:]...)
		cmd.Env = append(os.Environ(), env...)
		if output, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", strings.Join(command, " "), err, output)
		}
	}
	return nil
}
