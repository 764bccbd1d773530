package britive_test

import (
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	fake "github.com/kubectl-jit/kubectl-jit/test/fake/tenant"
)

// The next commands, with the placeholder of who does not know the profile.
const (
	nextTicket = "kubectl jit login PROFILE --ticket-type TYPE --ticket ID"
	nextReason = `kubectl jit login PROFILE --justification "…"`
	nextAsk    = `kubectl jit request create PROFILE --justification "…"`
	nextStatus = "kubectl jit status"
)

// TestSentences holds what every code that changes what a client does comes to: its
// kind, the whole sentence with the tenant's word "No." in it, the sentence of a
// tenant that says nothing, and the next command.
func TestSentences(t *testing.T) {
	type row struct {
		code                 jit.Code
		says, silently, next string
	}
	pending, approve := "a request is pending already", "somebody must approve first"
	rows := map[string]row{
		"E0000":     {jit.SignIn, "No.", "nobody is signed in, or no longer", "kubectl jit login"},
		"E1001":     {jit.Unavailable, "No.", "another call was faster", nextStatus},
		"E1000":     {jit.Invalid, "No.", "acme.britive-app.com answers 400 Bad Request", ""},
		"E1003":     {jit.Invalid, "No.", "acme.britive-app.com answers 400 Bad Request", ""},
		"E1004":     {jit.NotFound, "No.", "there is no such thing", ""},
		"E1005":     {jit.Invalid, "No.", "acme.britive-app.com answers 400 Bad Request", ""},
		"E1006":     {jit.Denied, "No.", "the user is inactive", ""},
		"MAINT0001": {jit.Unavailable, "acme.britive-app.com is in maintenance: No.", "acme.britive-app.com is in maintenance: it says no more", ""},
		"AS-0001":   {jit.Justification, "No.", "a justification is missing", nextReason},
		"AS-0002":   {jit.Justification, "No.", "the justification is not in the form that the policy asks for", nextReason},
		"AS-0003":   {jit.Ticket, "the policy asks for a ticket: No.", "the policy asks for a ticket", nextTicket},
		"AS-0004":   {jit.Ticket, "the policy asks for the type of the ticket: No.", "the policy asks for the type of the ticket", nextTicket},
		"AS-0005":   {jit.Ticket, "the policy asks for the id of the ticket: No.", "the policy asks for the id of the ticket", nextTicket},
		"AS-0006":   {jit.Ticket, "the policy takes no ticket of this type: No.", "the policy takes no ticket of this type", nextTicket},
		"AS-0007":   {jit.Ticket, "the policy does not take this ticket: No.", "the policy does not take this ticket", nextTicket},
		"MA-0008":   {jit.Denied, "No.", "the checkout has ended", nextStatus},
		"MA-0009":   {jit.Approval, "No.", "a justification is missing", nextReason}, // at a checkout it is what older tenants say for MA-0010
		"MA-0010":   {jit.Approval, "No.", approve, nextAsk},
		"MA-0011":   {jit.Waiting, "No.", pending, "kubectl jit requests"},
		"PE-0002":   {jit.Denied, "No.", "a policy says no", ""},
		"PE-0010":   {jit.Waiting, pending + ": No.", pending, "kubectl jit requests"},
		"PE-0011":   {jit.Approval, approve + ": No.", approve, nextAsk},
		"PE-0028":   {jit.StepUp, "the policy asks for a one-time code: No.", "the policy asks for a one-time code", "kubectl jit login PROFILE --otp CODE"},

		// What nobody knows is shown whole, with its code.
		"XY-0001": {jit.Invalid, "No. [XY-0001]", "acme.britive-app.com answers 400 Bad Request [XY-0001]", ""},
		"AS-0099": {jit.Invalid, "No. [AS-0099]", "acme.britive-app.com answers 400 Bad Request [AS-0099]", ""},
		"RM-0003": {jit.Invalid, "No. [RM-0003]", "acme.britive-app.com answers 400 Bad Request [RM-0003]", ""},
	}
	family := func(code jit.Code, says, next string, before bool, names ...string) {
		for _, name := range names {
			r := row{code, "No. [" + name + "]", says + " [" + name + "]", next}
			if before {
				r.says = says + ": " + r.says
			}
			rows[name] = r
		}
	}
	family(jit.SignIn, "the sign-in is not taken", "kubectl jit login", true,
		"AU-0014", "AU-0015", "AU-0016", "AU-0017", "AU-0018", "AU-0019", "AU-0020", "AU-0021")
	family(jit.Denied, "the tenant does not do it", nextStatus, false, "MA-0001", "MA-0002", "MA-0003", "MA-0004", "MA-0005", "MA-0006", "MA-0007")
	family(jit.Denied, "the checkout failed", nextStatus, true, "CO-0001", "CO-0011")
	family(jit.Denied, "the check-in failed", nextStatus, true, "CI-0001", "CI-0011")
	family(jit.Denied, "the policy of the profile is not in order", "", true, "PP-0001", "PP-0002", "PP-0003", "PP-0004", "PP-0005", "PP-0006")

	withTenant(t, func(a *acme) {
		for code, want := range rows {
			for said, says := range map[string]string{"No.": want.says, "": want.silently} {
				a.Fail("POST /api/access/{profile}/environments/{environment}", fake.Fault{Code: code, Message: said})
				_, err := a.alice.Checkout(a.Context(), labs("Pods"), jit.Reason{})
				got := row{code: jit.CodeOf(err), says: err.Error(), next: jit.NextOf(err)}
				if got != (row{code: want.code, says: "check out Sigma/labs/Pods: " + says, next: want.next}) {
					a.Errorf("%s with %q: %q", code, said, got)
				}
			}
		}
	})
}
