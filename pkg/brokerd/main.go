package brokerd

import (
	"context"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Main runs one command of jit-broker and returns its exit status: 0, 2 for what
// the caller got wrong, 130 after a signal, 1 for the rest. A signal ends ctx.
func Main(ctx context.Context, args []string, stdout, stderr io.Writer, version string) int {
	root := newRoot(stdout, stderr, version)
	root.SetArgs(args[min(1, len(args)):])
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintf(stderr, "jit-broker: error: %s\n", safe(strings.TrimSuffix(line, "\n")))
	}
	if next := jit.NextOf(err); next != "" {
		fmt.Fprintf(stderr, "jit-broker: next: %s\n", safe(next))
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
		Args:          noCommand,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return jit.Errorf(jit.Invalid, "", "%w", err).WithNext("%s --help", cmd.CommandPath())
	})
	root.AddCommand(newInit(stdout), newServe(stderr, version), newToken(stdout), newSAML(stdout), newVersion(stdout, version))
	return root
}

// noCommand refuses a word that is no command.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return jit.Errorf(jit.Invalid, "", "%q is no command of %s", args[0], cmd.CommandPath()).WithNext("%s --help", cmd.CommandPath())
}

// configFlag adds the flag that every command but init and version has.
func configFlag(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVar(path, "config", "broker.yaml", "the broker's configuration file")
}

// safe makes control characters of a name or message visible, so that nothing
// from a file can drive the terminal.
func safe(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return '\uFFFD'
		}
		return r
	}, text)
}
