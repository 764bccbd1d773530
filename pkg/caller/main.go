package caller

import (
	"bytes"
	"context"
	"io"
	"os"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-jit/kubectl-jit/pkg/execcred"
	"github.com/kubectl-jit/kubectl-jit/pkg/held"
)

// Main answers one call of get-token and returns its exit status: 0, or what the
// table in report.go says. The first of args is the name the program was called
// by, the second the verb. A signal ends ctx.
func Main(ctx context.Context, args []string, streams genericiooptions.IOStreams, version string) int {
	keepFromChildren()
	c := New(args, streams, version)
	words := args[min(2, len(args)):]
	err := c.answer(ctx, words)
	var said bytes.Buffer
	status := c.Called.Report(ctx, io.MultiWriter(streams.ErrOut, &said), err)
	if err != nil && !ended(ctx, err) {
		c.remember(words, status, said.Bytes())
	}
	return status
}

func (c *Caller) answer(ctx context.Context, words []string) error {
	args, err := ParseTokenArgs(words)
	if err != nil {
		return err
	}
	c.Verbosity = args.Verbosity
	return c.GetToken(ctx, args)
}

// remember notes a failure for the front: client-go calls again at once, several
// times, and shows each time what is said on stderr. Where it cannot be noted,
// nothing is lost but time.
func (c *Caller) remember(words []string, status int, said []byte) {
	name := held.Name(words, held.ConfigDir(), c.Getenv(EnvToken))
	call := held.Call{CacheDir: held.CacheDir(), Name: name, Info: c.Getenv(execcred.Variable), Parent: os.Getppid()}
	_ = call.Fail(status, said)
}
