package cli

import (
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

// patience is how long a command waits for an approval.
type patience struct {
	wait   time.Duration
	noWait bool
}

// dayOff is longer than any policy gives approvers to decide: by itself the wait
// ends when the request does.
const dayOff = 24 * time.Hour

func (p *patience) flags(cmd *cobra.Command) {
	cmd.Flags().DurationVar(&p.wait, "wait", dayOff, "how long to wait for an approval")
	cmd.Flags().BoolVar(&p.noWait, "no-wait", false, "do not wait for an approval: end at once, with what to type")
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
