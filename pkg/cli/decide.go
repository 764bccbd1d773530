package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// decide is approve and reject: one verb with two answers.
type decide struct {
	*env
	output
	decision jit.Decision
}

func newApprove(e *env) *cobra.Command {
	d := decide{env: e, decision: jit.Decision{Approve: true}}
	return d.command(&cobra.Command{
		Use:   "approve REQUEST",
		Short: "Approve a request",
		Long: `Approve a request. REQUEST is a name as "kubectl jit requests" prints it.

Whoever waits for it goes on within a second. Nobody approves their own request.
Nothing is asked here, so that a script can approve.`,
		Example: `  kubectl jit requests
  kubectl jit approve request/01J9 --comment "go ahead, I watch along"`,
	})
}

func newReject(e *env) *cobra.Command {
	d := decide{env: e}
	return d.command(&cobra.Command{
		Use:   "reject REQUEST",
		Short: "Reject a request",
		Long: `Reject a request. REQUEST is a name as "kubectl jit requests" prints it. The comment
is shown to whoever asked.`,
		Example: `  kubectl jit reject request/01J9 --comment "not before the release"`,
	})
}

func (d *decide) command(cmd *cobra.Command) *cobra.Command {
	cmd.Args = wants("REQUEST")
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return d.run(cmd.Context(), args[0]) }
	cmd.Flags().StringVar(&d.decision.Comment, "comment", "", "what to tell whoever asked")
	d.output.flag(cmd, "json", "yaml", "name")
	return cmd
}

func (d *decide) run(ctx context.Context, name string) error {
	s, err := d.Connect(ctx)
	if err != nil {
		return err
	}
	request, err := s.Broker.Decide(ctx, requestID(name), d.decision)
	if err != nil {
		return err
	}
	if d.format != "" {
		return d.print(d.Streams.Out, d.Streams.ErrOut, oneRequest(request))
	}
	switch request.State {
	case jit.RequestApproved:
		d.say("%s approved: %s may check out %s%s.", requestName(request), request.Requester, request.Access.Profile, d.validity(request))
	case jit.RequestPending:
		d.say("Your approval of %s is counted; it needs more.", requestName(request))
	default:
		d.say("%s %s.", requestName(request), request.State)
	}
	return nil
}

// validity says until when an approval may be used, where the broker tells.
func (d *decide) validity(request jit.Request) string {
	if request.ValidUntil.IsZero() {
		return ""
	}
	return " until " + d.until(request.ValidUntil)
}
