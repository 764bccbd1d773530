package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/kubectl-jit/kubectl-jit/test/sandbox"
)

// appears is how long a command that keeps running may take to get to where it
// waits.
const appears = 10 * time.Second

// How long a reader gets.
const (
	perCharacter = 4 * time.Millisecond
	longestPause = time.Second
)

// player plays the story and remembers what was not as it must be.
type player struct {
	*sandbox.Sandbox
	slow    bool // somebody reads along
	running map[string]*running
	wrong   []string
}

// running is a command that was left running.
type running struct {
	step
	output strings.Builder
	ended  chan struct{}
	err    error
}

// demo plays the story on a sandbox of its own. Its error says which answers
// were wrong.
func demo(ctx context.Context, options sandbox.Options) error {
	fmt.Fprintln(os.Stderr, "starting etcd, kube-apiserver, aws-iam-authenticator and jit-broker …")
	s, err := sandbox.Start(ctx, options)
	if err != nil {
		return err
	}
	defer s.Stop()
	p := &player{Sandbox: s, slow: term.IsTerminal(int(os.Stdout.Fd())), running: map[string]*running{}}
	if err := p.playAll(ctx); err != nil {
		return err
	}
	if len(p.wrong) > 0 {
		return fmt.Errorf("the story did not go as it must:\n  %s", strings.Join(p.wrong, "\n  "))
	}
	fmt.Println("\n# Every answer was as it must be.")
	return nil
}

// playAll plays every step. However it ends, no command of it is left running.
func (p *player) playAll(ctx context.Context) error {
	ctx, end := context.WithCancel(ctx)
	defer func() {
		end()
		for _, r := range p.running {
			<-r.ended
		}
	}()
	for _, step := range story() {
		if err := p.play(ctx, step); err != nil {
			return err
		}
	}
	return nil
}

func (p *player) play(ctx context.Context, s step) error {
	if s.say != "" {
		p.show(fmt.Sprintf("\n# %s\n", s.say))
	}
	if s.wait != "" {
		return p.finish(ctx, p.running[s.wait])
	}
	if s.user == "" {
		s.user = "alice"
	} else {
		fmt.Printf("# (%s)\n", s.user)
	}
	p.show(fmt.Sprintf("$ %s\n", s.types))
	cmd := p.typed(ctx, s)
	if s.behind != "" {
		return p.leave(ctx, s, cmd)
	}
	output, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return errors.Join(ctx.Err(), err)
	}
	p.show(string(output))
	p.judge(s, string(output), err)
	return nil
}

// typed is what a shell makes of a step. It has no terminal, so that what it says
// is the same everywhere, and its end takes along all that it started.
func (p *player) typed(ctx context.Context, s step) *exec.Cmd {
	cmd := p.Command(ctx, p.Home(s.user), "sh", "-c", s.types)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return cmd
}

// leave starts a command and goes on once its request is there.
func (p *player) leave(ctx context.Context, s step, cmd *exec.Cmd) error {
	r := &running{step: s, ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = &r.output, &r.output
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { r.err = cmd.Wait(); close(r.ended) }()
	p.running[s.behind] = r
	deadline := time.Now().Add(appears)
	for time.Now().Before(deadline) {
		names, err := p.Command(ctx, p.Home("bob"), "kubectl-jit", "requests", "-o", "name").Output()
		if err == nil && len(names) > 0 {
			fmt.Println("# (it waits)")
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-r.ended:
			return nil // judged when it is waited for
		case <-time.After(50 * time.Millisecond):
		}
	}
	return fmt.Errorf("%s: no request appeared within %s", s.types, appears)
}

// finish waits for a command that was left running, and shows what it said.
func (p *player) finish(ctx context.Context, r *running) error {
	select {
	case <-r.ended:
		fmt.Printf("# And this is what her waiting command said:\n$ %s\n", r.types)
		p.show(r.output.String())
		p.judge(r.step, r.output.String(), r.err)
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(appears):
		return fmt.Errorf("%s: still waiting after the approval", r.types)
	}
}

func (p *player) judge(s step, output string, err error) {
	if (err != nil) != s.fails {
		p.wrong = append(p.wrong, fmt.Sprintf("$ %s: ended with %v", s.types, err))
	}
	if s.answer != "" && output != s.answer+"\n" {
		p.wrong = append(p.wrong, fmt.Sprintf("$ %s: says %q and not %q", s.types, output, s.answer))
	}
	for _, want := range s.want {
		if !strings.Contains(output, want) {
			p.wrong = append(p.wrong, fmt.Sprintf("$ %s: does not say %q", s.types, want))
		}
	}
}

// show prints a text and gives a reader time for it: enough to follow, and little
// enough that the whole story takes well under a minute. Where nobody reads along,
// there is no pause.
func (p *player) show(text string) {
	fmt.Print(text)
	if p.slow {
		time.Sleep(min(time.Duration(len(text))*perCharacter, longestPause))
	}
}
