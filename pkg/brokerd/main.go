package brokerd

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/term"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

// Main runs one command of jit-broker and returns its exit status: 0, 2 for what
// the caller got wrong, 130 after a signal, 1 for the rest. A signal ends ctx.
func Main(ctx context.Context, args []string, stdout, stderr io.Writer, version string) int {
	root := newRoot(stdout, stderr, version)
	root.SetArgs(args[min(1, len(args)):])
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	err = usage.Lead(cmd, err)
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintf(stderr, "jit-broker: error: %s\n", term.Safe(strings.TrimSuffix(line, "\n")))
	}
	if next := jit.NextOf(err); next != "" {
		fmt.Fprintf(stderr, "jit-broker: next: %s\n", term.Safe(next))
	}
	switch jit.CodeOf(err) {
	case jit.Invalid, jit.NotFound:
		return 2
	}
	if ctx.Err() != nil {
		return 130
	}
	return 1
}

func newRoot(stdout, stderr io.Writer, version string) *cobra.Command {
	root := &cobra.Command{
		Use:   "jit-broker",
		Short: "Just-in-time access to AWS roles: profiles, approvals, SAML federation",
		Long: `jit-broker gives access to AWS roles for as long as it is needed. Its REST API is
Britive's, so that kubectl-jit and pybritive drive it.`,
		Example: `  jit-broker init --dir broker
  jit-broker token create --user alice@example.com --expires 720h --config broker/broker.yaml
  jit-broker serve --config broker/broker.yaml`,
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          usage.Group,
	}
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(newInit(stdout), newServe(stderr, version), newToken(stdout), newSAML(stdout), newVersion(stdout, version))
	usage.Prepare(root, func(text string) string { return text })
	return root
}

// configFlag adds the flag that every command but init and version has.
func configFlag(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVar(path, "config", "broker.yaml", "the broker's configuration file")
}
