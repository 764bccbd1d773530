// Command jit-core is the whole of kubectl-jit behind its front
// (cmd/kubectl-jit): whatever is not answered from a held token ends up here.
// It has a name that kubectl does not list as a plugin of its own.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/cli"
)

// version is set by the build: -ldflags "-X main.version=…".
var version = "dev"

func main() { os.Exit(run()) }

func run() int {
	caller.NoDump()
	if front := os.Getenv("KUBECTL_JIT_FRONT"); front != "" && front != version {
		fmt.Fprintf(os.Stderr, "kubectl-jit: error: kubectl-jit is version %q and jit-core beside it %q\n", front, version)
		fmt.Fprintln(os.Stderr, "kubectl-jit: next: install all its programs again from one release")
		return 1
	}
	_ = os.Unsetenv("KUBECTL_JIT_FRONT") // it is for us, not for what we start
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	streams := genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr}
	return cli.Main(ctx, os.Args, streams, version)
}
