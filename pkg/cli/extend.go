package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

type extend struct {
	*env
	output
}

func newExtend(e *env) *cobra.Command {
	x := extend{env: e}
	cmd := &cobra.Command{
		Use:   "extend PROFILE",
		Short: "Move the end of a checkout",
		Long: `Move the end of a checkout, where its profile allows that.

Use it when the work takes longer than planned: kubectl goes on without a break.`,
		Example: `  kubectl jit extend eks-pod-manager`,
		Args:    usage.Wants("PROFILE"),
		RunE:    func(cmd *cobra.Command, args []string) error { return x.run(cmd.Context(), args[0]) },
	}
	x.output.flag(cmd, "json", "yaml", "name")
	cmd.ValidArgsFunction = first(e.profiles)
	return cmd
}

func (x *extend) run(ctx context.Context, profile string) error {
	conn, target, err := x.checkedOut(ctx, profile)
	if err != nil {
		return err
	}
	defer x.Person.Progress("extending " + target.name)()
	open, err := openGrant(ctx, conn, target)
	if err != nil {
		return err
	}
	grant, err := conn.Broker.Extend(ctx, open.ID)
	if err != nil {
		return err
	}
	if x.format != "" {
		return x.print(x.Streams.Out, x.Streams.ErrOut, x.oneGrant(conn, grant))
	}
	x.say("%s is checked out until %s.", grant.Access.Profile, x.until(grant.NotAfter))
	return nil
}

// openGrant is the open checkout of an access.
func openGrant(ctx context.Context, conn *caller.Connection, t target) (jit.Grant, error) {
	grant, stands, err := conn.Mint.Standing(ctx, t.access)
	if err != nil || stands {
		return grant, err
	}
	return jit.Grant{}, jit.Errorf(jit.NotFound, "", "%s is not checked out", t.access.Profile).WithNext("kubectl jit login %s", jit.Quote(t.name))
}
