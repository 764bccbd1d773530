package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/mint"
)

type checkout struct {
	*env
	output
	reason   jit.Reason
	patience patience
}

func newCheckout(e *env) *cobra.Command {
	c := checkout{env: e}
	cmd := &cobra.Command{
		Use:   "checkout PROFILE",
		Short: "Check a profile out, and leave the kubeconfig alone",
		Long: `Check a profile out, and leave the kubeconfig alone.

"kubectl jit login" does this too. Use checkout where there is no kubeconfig to
change: for the AWS tools, or to renew what an entry of ours lives on.`,
		Example: `  kubectl jit checkout eks-pod-manager
  kubectl jit checkout eks-admin -j "INC-42: node pool is stuck" --wait 10m`,
		Args: wants("PROFILE"),
		RunE: func(cmd *cobra.Command, args []string) error { return c.run(cmd.Context(), args[0]) },
	}
	reasonFlags(cmd, &c.reason)
	c.patience.flags(cmd)
	c.output.flag(cmd, "json", "yaml", "name")
	cmd.ValidArgsFunction = first(e.profiles)
	return cmd
}

func (c *checkout) run(ctx context.Context, profile string) error {
	s, target, err := c.target(ctx, profile)
	if err != nil {
		return err
	}
	grant, err := s.Mint.Checkout(ctx, mint.Ask{
		Tenant: s.Tenant.URL,
		Access: target.access,
		Name:   target.name,
		Reason: c.reason,
		Open:   mint.Always,
		Wait:   c.patience.duration(),
	})
	if err != nil {
		return err
	}
	if c.format != "" {
		return c.print(c.Streams.Out, c.Streams.ErrOut, c.oneGrant(s, grant))
	}
	c.say("%s is checked out until %s.", grant.Access.Profile, c.until(grant.NotAfter))
	return nil
}
