package term

import (
	"context"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Ask asks on the terminal and returns the line that is typed. It fails with
// ctx's error when ctx ends, with context.Canceled at Ctrl-C, SIGTERM and SIGHUP,
// with io.EOF at Ctrl-D, and with code unavailable when nobody can be asked. The
// terminal is left as it was found, whatever happens.
func (p *Person) Ask(ctx context.Context, prompt string) (string, error) {
	return p.ask(ctx, nil, prompt, false)
}

// AskSecret is [Person.Ask] and does not show what is typed.
func (p *Person) AskSecret(ctx context.Context, prompt string) (jit.Secret, error) {
	line, err := p.ask(ctx, nil, prompt, true)
	if err != nil {
		return jit.Secret{}, err
	}
	return jit.NewSecret(line), nil
}

// ask shows the lines, then asks.
func (p *Person) ask(ctx context.Context, lines []string, prompt string, secret bool) (string, error) {
	tty, err := openTerminal()
	if err != nil {
		return "", jit.Errorf(jit.Unavailable, "ask at the terminal", "%w", err)
	}
	defer tty.close()
	if !tty.present() {
		return "", jit.Errorf(jit.Unavailable, "ask at the terminal", "another program has it")
	}
	defer p.pause()()
	// A signal must not end the process before the terminal is as it was.
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if secret {
		restore, err := tty.hide()
		if err != nil {
			return "", jit.Errorf(jit.Unavailable, "ask at the terminal", "hide what is typed: %w", err)
		}
		defer restore()
	}
	var shown strings.Builder
	for _, line := range lines {
		shown.WriteString(Safe(line) + "\n")
	}
	if err := tty.write(shown.String() + Safe(prompt)); err != nil {
		return "", jit.Errorf(jit.Unavailable, "ask at the terminal", "%w", err)
	}
	line, err := tty.readLine(ctx)
	if secret || err != nil {
		_ = tty.write("\n") // the person's own was not shown, or not typed
	}
	return strings.TrimRight(line, "\r\n"), err
}
