package caller

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/term"
)

// interrupted is the exit status after Ctrl-C, as shells have it. Other signals have
// their own.
const interrupted = 130

// statusOf is the table from the code of a failure to the exit status.
func statusOf(code jit.Code) int {
	switch code {
	case "":
		return 0
	case jit.Invalid:
		return 2
	case jit.NotFound:
		return 3
	case jit.Denied:
		return 4
	case jit.SignIn:
		return 5
	case jit.Approval, jit.Justification, jit.Ticket, jit.StepUp:
		return 6
	case jit.Waiting:
		return 7
	case jit.Unavailable:
		return 8
	}
	return 1
}

// ErrAnsweredNo ends a command whose answer, already printed, is "no": exit status
// 1 and not a word more, as "kubectl auth can-i" does.
var ErrAnsweredNo error = Ended(1)

// Ended ends a command with this exit status and without a word: all is said.
type Ended int

// Error names the status.
func (e Ended) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// Report writes a failure for the person and returns the exit status. Every
// error of every command passes here, and here only.
func (p Program) Report(ctx context.Context, w io.Writer, err error) int {
	if err == nil {
		return 0
	}
	if status, ok := errors.AsType[Ended](err); ok {
		return int(status)
	}
	for line := range strings.Lines(errorText(ctx, err)) {
		fmt.Fprintf(w, "%s: error: %s\n", p, term.Safe(strings.TrimSuffix(line, "\n")))
	}
	if next := jit.NextOf(err); next != "" {
		fmt.Fprintf(w, "%s: next: %s\n", p, term.Safe(p.Say(next)))
	}
	if ended(ctx, err) {
		return endedBy(ctx)
	}
	return statusOf(codeOf(err))
}

// codeOf is the code of an error, where a time limit of ours that ran out is a
// failure to reach somebody.
func codeOf(err error) jit.Code {
	if code := jit.CodeOf(err); code != jit.Internal || !errors.Is(err, context.DeadlineExceeded) {
		return code
	}
	return jit.Unavailable
}

// ended reports whether a signal ended the command. A prompt hears of Ctrl-C
// itself.
func ended(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, context.Canceled)
}

// endedBy is the exit status of a command that a signal ended.
func endedBy(ctx context.Context) int {
	if signal, ok := errors.AsType[Signal](context.Cause(ctx)); ok {
		return signal.status()
	}
	return interrupted
}

// errorText is the error's text. Where a signal ended the command it says so in
// a person's words.
func errorText(ctx context.Context, err error) string {
	if !ended(ctx, err) {
		return err.Error()
	}
	return strings.ReplaceAll(err.Error(), context.Canceled.Error(), "interrupted")
}
