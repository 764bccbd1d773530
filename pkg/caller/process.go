package caller

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"k8s.io/cli-runtime/pkg/genericiooptions"
)

// frontVariable is where the front says its version.
const frontVariable = "KUBECTL_JIT_FRONT"

// mainFunc is what a program does, such as [Main]: it runs one command of a process and returns its
// exit status. A signal ends ctx.
type mainFunc = func(ctx context.Context, args []string, streams genericiooptions.IOStreams, version string) int

// Run is the process of a partner of the front's: it refuses a front of another
// version, ends main's context at Ctrl-C and SIGTERM, and returns the exit status.
// Name is the partner's, version this program's own.
func Run(name, version string, main mainFunc) int {
	noDump()
	if front := os.Getenv(frontVariable); front != "" && front != version {
		fmt.Fprintf(os.Stderr, "kubectl-jit: error: kubectl-jit is version %q and %s beside it %q\n", front, name, version)
		fmt.Fprintln(os.Stderr, "kubectl-jit: next: install all its programs again from one release")
		return 1
	}
	_ = os.Unsetenv(frontVariable) // it is for us, not for what we start
	ctx, stop := untilSignal()
	defer stop()
	return main(ctx, os.Args, genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr}, version)
}

// Signal is the cause of a context that a signal ended.
type Signal struct{ os.Signal }

// Error names the signal.
func (s Signal) Error() string { return s.String() }

// status is the exit status of a process that the signal ended, as shells have it.
func (s Signal) status() int {
	if number, ok := s.Signal.(syscall.Signal); ok {
		return 128 + int(number)
	}
	return interrupted
}

// untilSignal is a context that the first Ctrl-C or SIGTERM ends, with a [Signal]
// as its cause. The second ends the process, whatever that is at.
func untilSignal() (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case got := <-signals:
			signal.Stop(signals)
			cancel(Signal{got})
		case <-ctx.Done():
		}
	}()
	return ctx, func() { signal.Stop(signals); cancel(nil) }
}
