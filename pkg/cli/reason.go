package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// reasonFlags are what a person gives with a checkout or a request.
func reasonFlags(cmd *cobra.Command, reason *jit.Reason) {
	cmd.Flags().StringVarP(&reason.Justification, "justification", "j", "", "why, for the approvers and the audit trail")
	cmd.Flags().StringVar(&reason.TicketType, "ticket-type", "", "the ticket system, where the policy asks for a ticket")
	cmd.Flags().StringVar(&reason.TicketID, "ticket", "", "the ticket, where the policy asks for one")
}

// oneTimeCode is the flag --otp.
type oneTimeCode struct{ text string }

func (o *oneTimeCode) flag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.text, "otp", "", "a one-time code, where the policy asks for one; at a terminal it is asked for\n"+
		`("-" reads it from standard input: what stands on a command line, others on this machine see)`)
}

// longestCode is far more than any code has, in bytes.
const longestCode = 256

// read is the code that was given, if any.
func (o *oneTimeCode) read(ctx context.Context, e *env) (jit.Secret, error) {
	if o.text != "-" {
		return jit.NewSecret(o.text), nil
	}
	code, err := e.secretFromStdin(ctx, "One-time code: ", longestCode)
	if err != nil {
		return jit.Secret{}, jit.Errorf(jit.Invalid, "read the one-time code", "%w", err)
	}
	return code, nil
}

// patience is how long a command waits for an approval, and what becomes of the
// request when it is told to stop.
type patience struct {
	wait     time.Duration
	noWait   bool
	withdraw bool
}

// dayOff is longer than any policy gives approvers to decide: by itself the wait
// ends when the request does.
const dayOff = 24 * time.Hour

func (p *patience) flags(cmd *cobra.Command) {
	cmd.Flags().DurationVar(&p.wait, "wait", dayOff, "how long to wait for an approval")
	cmd.Flags().BoolVar(&p.noWait, "no-wait", false, "do not wait for an approval: end at once, with what to type")
	cmd.Flags().BoolVar(&p.withdraw, "withdraw", false, "at Ctrl-C, withdraw the request that is waited for, in place of leaving it pending")
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		if p.noWait && cmd.Flags().Changed("wait") {
			return jit.Errorf(jit.Invalid, "", "--wait and --no-wait contradict each other")
		}
		return nil
	}
}

func (p *patience) duration() time.Duration {
	if p.noWait {
		return 0
	}
	return p.wait
}
