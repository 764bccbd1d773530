package brokerd

import (
	"fmt"
	"io"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

func newVersion(stdout io.Writer, version string) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version of this program",
		Example: `  jit-broker version`,
		Args:    usage.Wants(),
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(stdout, "jit-broker %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
