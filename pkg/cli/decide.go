package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
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
		Use:   "approve REQUEST...",
		Short: "Approve requests",
		Long: `Approve requests. REQUEST is a name as "kubectl jit requests" prints it.

Whoever waits for it goes on within a second. Nobody approves their own request.
Nothing is asked here, so that a script can approve.`,
		Example: `  kubectl jit requests
  kubectl jit approve request/01J9 --comment "go ahead, I watch along"
  kubectl jit approve request/01J9 request/01JA`,
	})
}

func newReject(e *env) *cobra.Command {
	d := decide{env: e}
	return d.command(&cobra.Command{
		Use:   "reject REQUEST...",
		Short: "Reject requests",
		Long: `Reject requests. REQUEST is a name as "kubectl jit requests" prints it. The comment
is shown to whoever asked.`,
		Example: `  kubectl jit reject request/01J9 --comment "not before the release"`,
	})
}

func (d *decide) command(cmd *cobra.Command) *cobra.Command {
	cmd.Args = usage.WantsSome("REQUEST")
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return d.run(cmd.Context(), args) }
	cmd.Flags().StringVar(&d.decision.Comment, "comment", "", "what to tell whoever asked")
	d.output.flag(cmd, "json", "yaml", "name")
	return cmd
}

func (d *decide) run(ctx context.Context, names []string) error {
	conn, err := d.Connect(ctx)
	if err != nil {
		return err
	}
	doing := "rejecting "
	if d.decision.Approve {
		doing = "approving "
	}
	decided, err := d.each(names, doing, func(id string) (jit.Request, error) { return conn.Broker.Decide(ctx, id, d.decision) })
	if d.format != "" {
		return errors.Join(d.print(d.Streams.Out, d.Streams.ErrOut, requestsOf(decided)), err)
	}
	for _, request := range decided {
		d.tell(request)
	}
	return err
}

// each does something to every request named, whatever becomes of the others. It
// returns those that it was done to.
func (e *env) each(names []string, doing string, do func(id string) (jit.Request, error)) ([]jit.Request, error) {
	var done []jit.Request
	var failed []error
	for _, name := range names {
		end := e.Person.Progress(doing + name)
		request, err := do(requestID(name))
		end()
		if err != nil {
			failed = append(failed, unknownRequest(err))
			continue
		}
		done = append(done, request)
	}
	if len(failed) == 1 {
		return done, failed[0]
	}
	return done, errors.Join(failed...)
}

// unknownRequest names the listing after an error of a request that there is not, or
// is not for the person.
func unknownRequest(err error) error {
	if jit.CodeOf(err) != jit.NotFound || jit.NextOf(err) != "" {
		return err
	}
	return jit.Errorf(jit.NotFound, "", "%w", err).WithNext("kubectl jit requests")
}

func (d *decide) tell(request jit.Request) {
	switch request.State {
	case jit.RequestApproved:
		d.say("%s approved: %s may check out %s%s.", requestName(request), request.Requester, request.Access.Profile, d.validity(request))
	case jit.RequestPending:
		d.say("Your approval of %s is counted; it needs more.", requestName(request))
	default:
		d.say("%s %s.", requestName(request), request.State)
	}
}

// validity says until when an approval may be used, where the broker tells.
func (d *decide) validity(request jit.Request) string {
	if request.ValidUntil.IsZero() {
		return ""
	}
	return " until " + d.until(request.ValidUntil)
}
