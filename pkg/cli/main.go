package cli

import (
	"context"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

// Main runs one command and returns its exit status: 0, or what the table in
// report.go says. The first of args is the name the program was called by. A
// signal ends ctx. The version is the program's own.
func Main(ctx context.Context, args []string, streams genericiooptions.IOStreams, version string) int {
	e := newEnv(args, streams, version)
	root := newRoot(e)
	root.SetArgs(args[min(1, len(args)):])
	cmd, err := root.ExecuteContextC(ctx)
	return e.Called.Report(ctx, streams.ErrOut, usage.Lead(cmd, err))
}
