package britive

import (
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/britiveapi"
)

// sentence is what an error code of Britive's means to a person, and what to type
// next.
type sentence struct {
	says   string
	before bool // it stands before the tenant's own words, which are terse
	next   string
}

// The next commands. Who knows the profile puts its name in.
const (
	signIn        = "kubectl jit login"
	giveReason    = `kubectl jit login PROFILE --justification "…"`
	giveTicket    = "kubectl jit login PROFILE --ticket-type TYPE --ticket ID"
	giveCode      = "kubectl jit login PROFILE --otp CODE"
	askApprovers  = `kubectl jit request create PROFILE --justification "…"`
	lookAtPending = "kubectl jit requests"
	lookAtOpen    = "kubectl jit status"
)

// meaningOf is the row of a code, or of its family: the published list has a code
// for each cloud and each step of a checkout. What jit-broker says too is said in
// the broker's words where there are any; they name the rule that speaks.
func meaningOf(code britiveapi.ErrorCode) sentence {
	family, _, _ := strings.Cut(string(code), "-")
	rows := sentences()
	if row, ok := rows[string(code)]; ok {
		return row
	}
	return rows[family]
}

func sentences() map[string]sentence {
	return map[string]sentence{
		"E0000":     {says: "nobody is signed in, or no longer", next: signIn},
		"E1001":     {says: "another call was faster", next: lookAtOpen},
		"E1004":     {says: "there is no such thing"},
		"E1006":     {says: "the user is inactive"},
		"MAINT0001": {says: "it says no more"},

		"AS-0001": {says: "a justification is missing", next: giveReason},
		"AS-0002": {says: "the justification is not in the form that the policy asks for", next: giveReason},
		"AS-0003": {says: "the policy asks for a ticket", before: true, next: giveTicket},
		"AS-0004": {says: "the policy asks for the type of the ticket", before: true, next: giveTicket},
		"AS-0005": {says: "the policy asks for the id of the ticket", before: true, next: giveTicket},
		"AS-0006": {says: "the policy takes no ticket of this type", before: true, next: giveTicket},
		"AS-0007": {says: "the policy does not take this ticket", before: true, next: giveTicket},

		"MA-0008": {says: "the checkout has ended", next: lookAtOpen},
		"MA-0009": {says: "a justification is missing", next: giveReason},
		"MA-0010": {says: "somebody must approve first", next: askApprovers},
		"MA-0011": {says: "a request is pending already", next: lookAtPending},

		"PE-0002": {says: "a policy says no"},
		"PE-0010": {says: "a request is pending already", before: true, next: lookAtPending},
		"PE-0011": {says: "somebody must approve first", before: true, next: askApprovers},
		"PE-0028": {says: "the policy asks for a one-time code", before: true, next: giveCode},

		"AU": {says: "the sign-in is not taken", before: true, next: signIn},
		"MA": {says: "the tenant does not do it", next: lookAtOpen},
		"CO": {says: "the checkout failed", before: true, next: lookAtOpen},
		"CI": {says: "the check-in failed", before: true, next: lookAtOpen},
		"PP": {says: "the policy of the profile is not in order", before: true},
	}
}

// with joins the sentence and what the tenant said, if anything.
func (s sentence) with(said string) string {
	switch {
	case said == "":
		return s.says
	case s.before:
		return s.says + ": " + said
	}
	return said
}
