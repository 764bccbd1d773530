// Command jit-broker is the self-hosted broker: profiles that map to IAM roles,
// policies, approvals, SAML federation to AWS, an audit trail.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/kubectl-jit/kubectl-jit/pkg/brokerd"
)

// version is set by the build: -ldflags "-X main.version=…".
var version = "dev"

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return brokerd.Main(ctx, os.Args, os.Stdout, os.Stderr, version)
}
