package term_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/kubectl-jit/kubectl-jit/pkg/term"
)

// TestMain makes the test program act at a terminal when a test runs it so.
func TestMain(m *testing.M) {
	if act := os.Getenv("RUN_AS_PERSON"); act != "" {
		perform(act)
		return
	}
	os.Exit(m.Run())
}

// perform acts, and prints what came of it on stdout.
func perform(act string) {
	p := term.Open(os.Stderr)
	ctx := context.Background()
	switch act {
	case "present":
		fmt.Print(p.Present())
	case "present in the background":
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "RUN_AS_PERSON=present")
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		out, err := cmd.Output()
		fmt.Print(string(out), err)
	case "ask":
		line, err := p.Ask(ctx, "Why? \x1b[2J")
		rest, _ := io.ReadAll(os.Stdin)
		fmt.Printf("%q %v, stdin %q", line, err, rest)
	case "secret":
		secret, err := p.AskSecret(ctx, "Token: ")
		fmt.Printf("%q %v", secret.Reveal(), err)
	case "deadline":
		ctx, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		defer cancel()
		secret, err := p.AskSecret(ctx, "Token: ")
		fmt.Printf("%q %v", secret.Reveal(), err)
	case "countdown":
		done := p.Countdown("waiting for the browser", time.Now().Add(90*time.Second))
		time.Sleep(700 * time.Millisecond)
		done()
		fmt.Print("done")
	case "bell":
		p.Bell()
	case "choose":
		names := []string{"pods \x1b[2J", "nodes"}
		for i := range 30 {
			names = append(names, fmt.Sprintf("other %d of account 99", i))
		}
		index, err := p.Choose(ctx, "Which? ", names)
		fmt.Printf("%d %v", index, err)
	case "progress":
		done := p.Progress("waiting for bob" + strings.Repeat(".", 200))
		time.Sleep(600 * time.Millisecond)
		p.Note("a note")
		done()
		fmt.Print("done")
	}
}

func TestPresent(t *testing.T) {
	t.Run("at a terminal", func(t *testing.T) { openPTY(t).at("present").says(t, "true") })
	t.Run("in the background", func(t *testing.T) {
		openPTY(t).at("present in the background").says(t, "false<nil>")
	})
	t.Run("under a full-screen program", func(t *testing.T) {
		p := openPTY(t)
		p.raw(t)
		p.at("present").says(t, "false")
	})
	t.Run("without a terminal", func(t *testing.T) {
		prog := openPTY(t).at("present")
		prog.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		prog.says(t, "false")
	})
}

// TestAsk holds that the question and the answer pass by the terminal alone, and
// that stdin is left to whoever it is for.
func TestAsk(t *testing.T) {
	p := openPTY(t)
	prog := p.at("ask")
	prog.starts(t)
	p.screen.await(t, `Why? \x1b[2J`)
	p.types(t, "ticket 42\n")
	prog.ends(t, `"ticket 42" <nil>, stdin "a manifest\n"`)
	if prog.errs.Len() != 0 {
		t.Errorf("stderr %q", prog.errs.String())
	}
}

func TestAskSecret(t *testing.T) {
	p := openPTY(t)
	before := p.state(t)
	prog := p.at("secret")
	prog.starts(t)
	p.screen.await(t, "Token: ")
	p.types(t, "jit_secret\n")
	prog.ends(t, `"jit_secret" <nil>`)
	p.screen.await(t, "Token: \r\n")
	if strings.Contains(p.screen.text(), "jit_secret") {
		t.Errorf("the screen shows %q", p.screen.text())
	}
	if p.state(t) != before {
		t.Error("the terminal is not as it was")
	}
}

func TestNobodyToAsk(t *testing.T) {
	p := openPTY(t)
	p.raw(t)
	p.at("secret").says(t, `"" ask at the terminal: another program has it`)
	prog := p.at("secret")
	prog.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	prog.says(t, `"" ask at the terminal: open /dev/tty: no such device or address`)
}

// TestAskIsInterrupted holds that a wait ends at once with whatever ends it,
// and leaves the terminal as it was.
func TestAskIsInterrupted(t *testing.T) {
	tests := map[string]struct {
		interrupt func(t *testing.T, p *pty, prog *program)
		want      string
	}{
		"Ctrl-C":  {func(t *testing.T, p *pty, _ *program) { p.types(t, "half\x03") }, `"" context canceled`},
		"Ctrl-D":  {func(t *testing.T, p *pty, _ *program) { p.types(t, "\x04") }, `"" EOF`},
		"SIGTERM": {func(t *testing.T, _ *pty, prog *program) { prog.Process.Signal(unix.SIGTERM) }, `"" context canceled`},
		"SIGHUP":  {func(t *testing.T, _ *pty, prog *program) { prog.Process.Signal(unix.SIGHUP) }, `"" context canceled`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := openPTY(t)
			before := p.state(t)
			prog := p.at("secret")
			prog.starts(t)
			p.screen.await(t, "Token: ")
			began := time.Now()
			tt.interrupt(t, p, prog)
			prog.ends(t, tt.want)
			if took := time.Since(began); took > time.Second {
				t.Errorf("it took %v", took)
			}
			if p.state(t) != before {
				t.Error("the terminal is not as it was")
			}
		})
	}
	t.Run("a deadline", func(t *testing.T) {
		p := openPTY(t)
		before := p.state(t)
		p.at("deadline").says(t, `"" context deadline exceeded`)
		if p.state(t) != before {
			t.Error("the terminal is not as it was")
		}
	})
}

// TestLiveLine holds what Progress draws on a terminal: one row, which makes room
// for a note and goes in the end.
func TestLiveLine(t *testing.T) {
	p := openPTY(t)
	control(t, p.terminal, func(fd int) error {
		return unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 40})
	})
	prog := p.at("progress")
	prog.Stderr = p.terminal
	prog.says(t, "done")
	line := "waiting for bob" + strings.Repeat(".", 19) + " (1s)"
	blank := "\r" + strings.Repeat(" ", 39) + "\r"
	want := line + blank + "a note\r\n" + line + blank
	p.screen.await(t, want)
	if p.screen.text() != want {
		t.Errorf("the screen got %q, want %q", p.screen.text(), want)
	}
}

// TestCountdown holds that it counts down, and goes in the end; and that nothing is
// said where nobody watches it.
func TestCountdown(t *testing.T) {
	p := openPTY(t)
	prog := p.at("countdown")
	prog.Stderr = p.terminal
	prog.says(t, "done")
	const line = "waiting for the browser (1m29s left)"
	p.screen.await(t, line+"\r"+strings.Repeat(" ", len(line))+"\r")
	logged := openPTY(t).at("countdown")
	logged.says(t, "done")
	if logged.errs.Len() != 0 {
		t.Errorf("stderr %q", logged.errs.String())
	}
}

// TestLeavesFullScreenAlone holds that Progress draws nothing over k9s.
func TestLeavesFullScreenAlone(t *testing.T) {
	p := openPTY(t)
	p.raw(t)
	prog := p.at("progress")
	prog.Stderr = p.terminal
	prog.says(t, "done")
	p.screen.await(t, "a note")
	if strings.Contains(p.screen.text(), "bob") {
		t.Errorf("the screen got %q", p.screen.text())
	}
}
