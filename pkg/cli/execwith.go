package cli

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

// execWith runs one command with the AWS keys of a checkout.
type execWith struct{ awsKeys }

func newExecWith(e *env) *cobra.Command {
	x := execWith{awsKeys{env: e}}
	cmd := &cobra.Command{
		Use:                   "exec PROFILE [flags] -- COMMAND [ARGUMENT…]",
		DisableFlagsInUseLine: true,
		Short:                 "Run a command with AWS keys in its environment",
		Long: `Run a command with the AWS keys of a profile in its environment, and in no other
place: AWS_ACCESS_KEY_ID and its like are set as by "kubectl jit env", variables
that lead to other keys (AWS_PROFILE and such) are taken away.

The command takes the place of this program: signals reach it, and its exit
status is what is seen. The keys are not renewed while it runs.`,
		Example: `  kubectl jit exec eks-pod-manager -- aws sts get-caller-identity
  kubectl jit exec eks-pod-manager --region eu-central-1 -- terraform plan`,
		Args: commandAfterDash,
		RunE: func(cmd *cobra.Command, args []string) error { return x.run(cmd.Context(), args[0], args[1:]) },
	}
	x.awsKeys.flags(cmd)
	cmd.ValidArgsFunction = first(e.profiles)
	return cmd
}

// commandAfterDash wants a profile, two dashes and a command.
func commandAfterDash(cmd *cobra.Command, args []string) error {
	dash := cmd.ArgsLenAtDash()
	if dash < 0 && len(args) > 1 {
		return jit.Errorf(jit.Invalid, "", "-- is missing between the profile and the command").
			WithNext("%s %s -- %s", cmd.CommandPath(), jit.Quote(args[0]), jit.Quote(args[1]))
	}
	before := args
	if dash >= 0 {
		before = args[:dash]
	}
	if err := usage.Wants("PROFILE")(cmd, before); err != nil {
		return err
	}
	if len(args) < 2 {
		return jit.Errorf(jit.Invalid, "", "-- COMMAND is missing")
	}
	return nil
}

func (x *execWith) run(ctx context.Context, profile string, command []string) error {
	path, err := exec.LookPath(command[0]) // before a checkout is opened for nothing
	if err != nil {
		return notFound(profile, command[0], err)
	}
	all, err := x.variables(ctx, profile)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return become(path, command, with(os.Environ(), all))
}

// notFound says why a command cannot be run, without the sentence about it that the
// standard library has.
func notFound(profile, command string, err error) error {
	if looked, ok := errors.AsType[*exec.Error](err); ok {
		err = looked.Err
	}
	if errors.Is(err, exec.ErrNotFound) {
		err = errors.New("no folder of PATH has a program of this name")
	}
	return jit.Errorf(jit.NotFound, "run "+command, "%w", err).
		WithNext("kubectl jit exec %s -- /PATH/TO/%s", jit.Quote(profile), jit.Quote(filepath.Base(command)))
}

// with puts the keys into an environment, in place of all that could be taken for
// them.
func with(environ []string, keys []variable) []string {
	gone := rivals()
	for _, v := range keys {
		gone = append(gone, v.name)
	}
	environ = slices.DeleteFunc(environ, func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.ContainsFunc(gone, func(g string) bool { return strings.EqualFold(g, name) }) // as Windows compares them
	})
	for _, v := range keys {
		environ = append(environ, v.name+"="+v.value)
	}
	return environ
}
