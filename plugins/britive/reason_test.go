package britive_test

import (
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// TestReason holds what is not sent: a justification that Britive's own client
// would not send either, and half a ticket.
func TestReason(t *testing.T) {
	for _, tt := range []struct {
		why  jit.Reason
		code jit.Code
		says string
	}{
		{jit.Reason{Justification: strings.Repeat("ä", 256)}, jit.Justification, "at most 255 characters"},
		{jit.Reason{TicketID: "INC-1"}, jit.Ticket, `the ticket "INC-1" has no type: give --ticket-type`},
		{jit.Reason{TicketType: "issue"}, jit.Ticket, `no ticket is given of type "issue": give --ticket`},
	} {
		x := newTenant(t).on("GET /api/access", says(listing)).on(statusPath, list())
		client := x.client()
		_, err := client.Checkout(t.Context(), sigma(), tt.why)
		expect(t, err, tt.code, "check out Sigma/labs/Pods", tt.says)
		_, err = client.Ask(t.Context(), sigma(), tt.why)
		expect(t, err, tt.code, "request Sigma/labs/Pods", tt.says)
		_, _, err = client.CheckoutCredential(t.Context(), sigma(), tt.why, true)
		expect(t, err, tt.code, tt.says)
		x.wants("POST", 0)
	}
}
