package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// grace is how long a process may take to end by itself.
const grace = 1200 * time.Millisecond

// process is one running server. It dies with us: the kernel kills it when this
// process ends, however that happens.
type process struct {
	name  string
	cmd   *exec.Cmd
	log   string
	ended chan struct{}
	err   error
}

// start runs a program in the background, in a process group of its own, so that
// a Ctrl-C at the terminal reaches us and not it. It finds the given environment
// and nothing of ours. Its output goes to the end of a file.
func start(dir, name, path string, env []string, args ...string) (*process, error) {
	log, err := os.OpenFile(filepath.Join(dir, name+".log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	p := &process{name: name, cmd: exec.Command(path, args...), log: log.Name(), ended: make(chan struct{})}
	p.cmd.Env = append([]string{}, env...) // never nil, which would mean ours: etcd and others read variables of their own
	p.cmd.Dir = dir
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.SysProcAttr = ownGroup()
	started := make(chan error)
	go p.run(started)
	return p, <-started
}

// run stays on one thread from start to end: the kernel sends Pdeathsig when the
// thread that started the process ends.
func (p *process) run(started chan<- error) {
	runtime.LockOSThread() // never unlocked: the thread ends with this goroutine
	err := p.cmd.Start()
	started <- err
	if err == nil {
		p.err = p.cmd.Wait()
	}
	close(p.ended)
}

// stop asks the process to end and kills what is left of its group.
func (p *process) stop() {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(grace):
	}
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	<-p.ended
}

// wait asks again and again until ask succeeds, the process ends or ctx does.
func (p *process) wait(ctx context.Context, ask func(context.Context) error) error {
	ticker := time.NewTicker(25 * time.Millisecond)
	defer ticker.Stop()
	var last error
	for {
		if last = ask(ctx); last == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer: %w (its log: %s)", p.name, errors.Join(ctx.Err(), last), p.log)
		case <-p.ended:
			return fmt.Errorf("%s ended: %w\n%s", p.name, p.err, tail(p.log))
		case <-ticker.C:
		}
	}
}

// endGroup makes the end of a command's context end all that the command started.
func endGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = ownGroup()
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// run runs a program to its end and returns its output.
func run(ctx context.Context, env []string, stdin io.Reader, path string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env, cmd.Stdin = env, stdin
	output, err := cmd.Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return output, fmt.Errorf("%s %v: %w\n%s", filepath.Base(path), args, err, failed.Stderr)
	}
	return output, err
}

// tail is the end of a log, for an error.
func tail(path string) string {
	const most = 2000
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-most):])
}
