// Command jit-token answers a client's get-token when the front
// (cmd/kubectl-jit) holds no token that is good: it asks the broker, signs, and
// holds the token for the next call.
//
// It is a program of its own because every client pays at each start for what a
// program links, and cmd/jit-core links all that people's commands need. It has
// a name that kubectl does not list as a plugin of its own.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
)

// version is set by the build: -ldflags "-X main.version=…".
var version = "dev"

func main() { os.Exit(run()) }

func run() int {
	caller.NoDump()
	if front := os.Getenv("KUBECTL_JIT_FRONT"); front != "" && front != version {
		fmt.Fprintf(os.Stderr, "kubectl-jit: error: kubectl-jit is version %q and jit-token beside it %q\n", front, version)
		fmt.Fprintln(os.Stderr, "kubectl-jit: next: install all its programs again from one release")
		return 1
	}
	_ = os.Unsetenv("KUBECTL_JIT_FRONT") // it is for us, not for what we start
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	streams := genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr}
	return caller.Main(ctx, os.Args, streams, version)
}
