package cli

import (
	"context"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

type version struct {
	*env
	output
}

func newVersion(e *env) *cobra.Command {
	v := version{env: e}
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version of this program",
		Long: `Print the version of this program, for a report or to compare two machines.
Nothing is asked of any server.`,
		Example: `  kubectl jit version
  kubectl jit version -o json`,
		Args: usage.Wants(),
		RunE: func(cmd *cobra.Command, _ []string) error { return v.run(cmd.Context()) },
	}
	v.output.flag(cmd, "json", "yaml")
	return cmd
}

func (v *version) run(context.Context) error {
	if v.format == "" {
		_, err := fmt.Fprintf(v.Streams.Out, "%s %s (%s, %s/%s)\n", v.Called, v.env.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return err
	}
	return v.print(v.Streams.Out, v.Streams.ErrOut, listing{object: map[string]string{
		"version": v.env.Version, "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH,
	}})
}
