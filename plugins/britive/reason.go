package britive

import (
	"unicode/utf8"

	"github.com/kubectl-jit/kubectl-jit/pkg/britiveapi"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// longestJustification is in characters. Britive's own client does not send a
// longer one, so what a tenant says to it is not known.
const longestJustification = 255

// reasonOf is a reason on the wire. Codes: justification (too long), ticket (half of
// one, which no tenant could use, and which must not be lost in silence).
func reasonOf(op string, why jit.Reason) (britiveapi.Reason, error) {
	switch {
	case utf8.RuneCountInString(why.Justification) > longestJustification:
		return britiveapi.Reason{}, jit.Errorf(jit.Justification, op, "a justification has at most %d characters", longestJustification)
	case why.TicketID != "" && why.TicketType == "":
		return britiveapi.Reason{}, jit.Errorf(jit.Ticket, op, "the ticket %q has no type: give --ticket-type with it", shortened(why.TicketID))
	case why.TicketID == "" && why.TicketType != "":
		return britiveapi.Reason{}, jit.Errorf(jit.Ticket, op, "no ticket is given of type %q: give --ticket with it", shortened(why.TicketType))
	}
	return britiveapi.Reason(why), nil
}
