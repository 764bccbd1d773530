package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/mint"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

type checkout struct {
	*env
	output
	reason   jit.Reason
	otp      oneTimeCode
	patience patience
	console  bool
	open     bool // the console, in the browser
}

func newCheckout(e *env) *cobra.Command {
	c := checkout{env: e}
	cmd := &cobra.Command{
		Use:   "checkout [PROFILE]",
		Short: "Check a profile out, and leave the kubeconfig alone",
		Long: `Check a profile out, and leave the kubeconfig alone.

"kubectl jit login" does this too. Use checkout where there is no kubeconfig to
change: for the AWS tools, or to renew what an entry of ours lives on. At a
terminal, without PROFILE, you pick one of yours.

With --console it is the web console of the profile that is checked out, where
the broker has one. Its address is printed: whoever opens it is you, so give it to
nobody. With --open the browser gets it, and it is shown nowhere.`,
		Example: `  kubectl jit checkout eks-pod-manager
  kubectl jit checkout eks-admin -j "INC-42: node pool is stuck" --wait 10m
  kubectl jit checkout eks-reader --ticket-type issue --ticket INC-42
  oathtool --totp "$SEED" | kubectl jit checkout eks-step-up --otp -
  kubectl jit checkout eks-pod-manager --console --open`,
		Args: usage.Wants("[PROFILE]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			profile, err := c.profileOr(cmd.Context(), args)
			if err != nil {
				return err
			}
			return c.run(cmd.Context(), profile)
		},
	}
	reasonFlags(cmd, &c.reason)
	c.otp.flag(cmd)
	c.patience.flags(cmd)
	c.output.flag(cmd, "json", "yaml", "name")
	cmd.Flags().BoolVar(&c.console, "console", false, "check out the web console, and print its address")
	cmd.Flags().BoolVar(&c.open, "open", false, "with --console: open it in the browser, in place of printing its address")
	cmd.ValidArgsFunction = first(e.profiles)
	return cmd
}

func (c *checkout) run(ctx context.Context, profile string) error {
	switch {
	case c.open && !c.console:
		return jit.Errorf(jit.Invalid, "", "--open goes with --console")
	case c.console && c.format != "":
		return jit.Errorf(jit.Invalid, "", "--console prints an address, and goes with no --output")
	}
	conn, target, err := c.target(ctx, profile)
	if err != nil {
		return err
	}
	ask := target.ask(conn, nil)
	ask.Reason, ask.Open, ask.Wait = c.reason, mint.Always, c.patience.duration()
	ask.Withdraw = c.patience.withdraw
	if ask.OTP, err = c.otp.read(ctx, c.env); err != nil {
		return err
	}
	if c.console {
		return c.enter(ctx, conn, ask)
	}
	grant, err := conn.Mint.Checkout(ctx, ask)
	if err != nil {
		return err
	}
	if c.format != "" {
		return c.print(c.Streams.Out, c.Streams.ErrOut, c.oneGrant(conn, grant))
	}
	c.say("%s is checked out until %s.", grant.Access.Profile, c.until(grant.NotAfter))
	return nil
}
