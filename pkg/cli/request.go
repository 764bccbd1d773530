package cli

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/mint"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

func newRequest(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "request",
		Short: "Ask for an approval, list and withdraw requests",
		Long: `Ask for an approval, list and withdraw requests.

"kubectl jit login" asks by itself and waits. Use this to ask ahead of time, or to
go on with something else meanwhile.`,
		Example: `  kubectl jit request create eks-admin -j "INC-42: node pool is stuck"
  kubectl jit request list
  kubectl jit request withdraw request/01J9`,
		Args: cobra.ArbitraryArgs,
		RunE: usage.Group,
	}
	cmd.AddCommand(newRequestCreate(e), newRequestList(e), newRequestWithdraw(e))
	return cmd
}

type requestCreate struct {
	*env
	output
	reason jit.Reason
}

func newRequestCreate(e *env) *cobra.Command {
	r := requestCreate{env: e}
	cmd := &cobra.Command{
		Use:   "create PROFILE",
		Short: "Ask the approvers of a profile, and do not wait",
		Long: `Ask the approvers of a profile, and do not wait. Once it is approved,
"kubectl jit login PROFILE" goes through.`,
		Example: `  kubectl jit request create eks-admin -j "INC-42: node pool is stuck"`,
		Args:    usage.Wants("PROFILE"),
		RunE:    func(cmd *cobra.Command, args []string) error { return r.run(cmd.Context(), args[0]) },
	}
	reasonFlags(cmd, &r.reason)
	r.output.flag(cmd, "json", "yaml", "name")
	cmd.ValidArgsFunction = first(e.profiles)
	return cmd
}

func (r *requestCreate) run(ctx context.Context, profile string) error {
	conn, target, err := r.target(ctx, profile)
	if err != nil {
		return err
	}
	request, err := conn.Mint.Request(ctx, mint.Ask{Tenant: conn.Tenant.URL, Access: target.access, Name: target.name, Reason: r.reason})
	if err != nil {
		return err
	}
	if r.format != "" {
		return r.print(r.Streams.Out, r.Streams.ErrOut, oneRequest(request))
	}
	r.say("%s made: %s awaits %s, until %s.", requestName(request), request.Access.Profile, approvers(request), r.until(request.Expires))
	return nil
}

type requestWithdraw struct {
	*env
	output
}

func newRequestWithdraw(e *env) *cobra.Command {
	r := requestWithdraw{env: e}
	cmd := &cobra.Command{
		Use:   "withdraw REQUEST...",
		Short: "Take back requests of your own",
		Long: `Take back requests of your own that nobody has decided yet. REQUEST is a name as
"kubectl jit requests" prints it.`,
		Example: `  kubectl jit request withdraw request/01J9`,
		Args:    usage.WantsSome("REQUEST"),
		RunE:    func(cmd *cobra.Command, args []string) error { return r.run(cmd.Context(), args) },
	}
	r.output.flag(cmd, "json", "yaml", "name")
	return cmd
}

func (r *requestWithdraw) run(ctx context.Context, names []string) error {
	conn, err := r.Connect(ctx)
	if err != nil {
		return err
	}
	withdrawn, err := r.each(names, "withdrawing ", func(id string) (jit.Request, error) { return conn.Broker.Withdraw(ctx, id) })
	if r.format != "" {
		return errors.Join(r.print(r.Streams.Out, r.Streams.ErrOut, requestsOf(withdrawn)), err)
	}
	for _, request := range withdrawn {
		r.say("%s withdrawn.", requestName(request))
	}
	return err
}

// requestName is how a request is printed, and typed.
func requestName(request jit.Request) string { return "request/" + request.ID }

// requestID takes a name as it is printed, or the id alone.
func requestID(name string) string { return strings.TrimPrefix(name, "request/") }

// approvers names who may decide a request.
func approvers(request jit.Request) string {
	if len(request.Approvers) == 0 {
		return "an approver"
	}
	return strings.Join(request.Approvers, ", ")
}
