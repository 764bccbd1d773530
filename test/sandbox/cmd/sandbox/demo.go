package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/kubectl-jit/kubectl-jit/test/sandbox"
)

// appears is how long a command that keeps running may take to get to where it
// waits.
const appears = 10 * time.Second

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
	ended  chan error
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
	for _, step := range story() {
		if err := p.play(ctx, step); err != nil {
			return err
		}
	}
	if len(p.wrong) > 0 {
		return fmt.Errorf("the story did not go as it must:\n  %s", strings.Join(p.wrong, "\n  "))
	}
	fmt.Println("\n# Every answer was as it must be.")
	return nil
}

func (p *player) play(ctx context.Context, s step) error {
	if s.say != "" {
		fmt.Printf("\n# %s\n", s.say)
		p.pause(1500 * time.Millisecond)
	}
	if s.wait != "" {
		return p.finish(ctx, p.running[s.wait])
	}
	if s.user == "" {
		s.user = "alice"
	} else {
		fmt.Printf("# (%s)\n", s.user)
	}
	fmt.Printf("$ %s\n", s.types)
	p.pause(700 * time.Millisecond)
	cmd := p.Command(ctx, p.Home(s.user), "sh", "-c", s.types)
	if s.behind != "" {
		return p.leave(ctx, s, cmd)
	}
	output, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return errors.Join(ctx.Err(), err)
	}
	os.Stdout.Write(output)
	p.judge(s, string(output), err)
	p.pause(1200 * time.Millisecond)
	return nil
}

// leave starts a command and goes on once its request is there.
func (p *player) leave(ctx context.Context, s step, cmd *exec.Cmd) error {
	r := &running{step: s, ended: make(chan error, 1)}
	cmd.Stdout, cmd.Stderr = &r.output, &r.output
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { r.ended <- cmd.Wait() }()
	p.running[s.behind] = r
	deadline := time.Now().Add(appears)
	for time.Now().Before(deadline) {
		names, err := p.Command(ctx, p.Home("bob"), "kubectl-jit", "requests", "-o", "name").Output()
		if err == nil && len(names) > 0 {
			fmt.Println("… (it waits)")
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-r.ended:
			r.ended <- err
			return nil // judged when it is waited for
		case <-time.After(50 * time.Millisecond):
		}
	}
	return fmt.Errorf("%s: no request appeared within %s", s.types, appears)
}

// finish waits for a command that was left running, and shows what it said.
func (p *player) finish(ctx context.Context, r *running) error {
	select {
	case err := <-r.ended:
		fmt.Printf("# And this is what her waiting command said:\n$ %s\n", r.types)
		fmt.Print(r.output.String())
		p.judge(r.step, r.output.String(), err)
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
	for _, want := range s.want {
		if !strings.Contains(output, want) {
			p.wrong = append(p.wrong, fmt.Sprintf("$ %s: does not say %q", s.types, want))
		}
	}
}

// pause gives a reader time. Where nobody reads along, there is none.
func (p *player) pause(d time.Duration) {
	if p.slow {
		time.Sleep(d)
	}
}
