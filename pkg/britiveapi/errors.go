package britiveapi

import (
	"net/http"
	"slices"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// ErrorBody is the answer to a call that failed.
type ErrorBody struct {
	Status    int   `json:"status"` // the HTTP status again
	Message   Text  `json:"message"`
	ErrorCode Text  `json:"errorCode"`
	Details   *Text `json:"details"` // a jit-broker puts the next command here
}

// ErrorCode is a Britive error code. Clients branch on it and on nothing else.
type ErrorCode string

// The error codes that somebody branches on.
const (
	CodeNoSession             ErrorCode = "E0000"     // the only one that makes pybritive sign in again
	CodeFault                 ErrorCode = "E1000"     // anything, in either direction
	CodeRace                  ErrorCode = "E1001"     // with [RaceMessage]: pybritive starts its checkout again
	CodeInvalid               ErrorCode = "E1003"     //
	CodeMissing               ErrorCode = "E1004"     //
	CodeDuplicate             ErrorCode = "E1005"     //
	CodeInactive              ErrorCode = "E1006"     // the user is
	CodeNoJustification       ErrorCode = "AS-0001"   // of a checkout
	CodeBadJustification      ErrorCode = "AS-0002"   // of a checkout or a request
	CodeNoTicket              ErrorCode = "AS-0003"   // of a checkout or a request
	CodeNoTicketType          ErrorCode = "AS-0004"   //
	CodeNoTicketID            ErrorCode = "AS-0005"   //
	CodeBadTicketType         ErrorCode = "AS-0006"   //
	CodeBadTicketID           ErrorCode = "AS-0007"   //
	CodeEnded                 ErrorCode = "MA-0008"   // credentials were asked for a checkout that has ended
	CodeApprovalJustification ErrorCode = "MA-0009"   // justification of a request; older tenants also say it at a checkout that wants an approval
	CodeApproval              ErrorCode = "MA-0010"   // somebody must approve first
	CodeWaiting               ErrorCode = "MA-0011"   // a request is pending
	CodeDenied                ErrorCode = "PE-0002"   // a policy says no
	CodePolicyWaiting         ErrorCode = "PE-0010"   //
	CodePolicyApproval        ErrorCode = "PE-0011"   //
	CodeStepUp                ErrorCode = "PE-0028"   // a one-time code is asked for
	CodeMaintenance           ErrorCode = "MAINT0001" // the one 5xx that pybritive shows at once, with its message
)

// RaceMessage is the text, in any case, that goes with [CodeRace].
const RaceMessage = "User has already checked out profile for this environment"

// ServerName is the Server header of a jit-broker. It says [CodeMaintenance] of
// whatever is out of order, and a tenant of its maintenance only.
const ServerName = "jit-broker"

// meaning is a row of the table between the codes of [jit.Error] and Britive's.
type meaning struct {
	code   jit.Code
	status int
	error  ErrorCode
}

// meanings is that table. A code of ours is answered by its first row; the
// others are said in one place only, or by tenants only. The statuses are those
// that the SDK takes for failures.
func meanings() []meaning {
	return []meaning{
		{jit.SignIn, http.StatusUnauthorized, CodeNoSession},
		{jit.Invalid, http.StatusBadRequest, CodeInvalid},
		{jit.NotFound, http.StatusNotFound, CodeMissing},
		{jit.Denied, http.StatusForbidden, CodeDenied},
		{jit.Approval, http.StatusBadRequest, CodeApproval},
		{jit.Justification, http.StatusBadRequest, CodeNoJustification},
		{jit.Waiting, http.StatusBadRequest, CodeWaiting},
		{jit.Unavailable, http.StatusServiceUnavailable, CodeMaintenance},

		{jit.Denied, http.StatusBadRequest, CodeEnded},
		{jit.Justification, http.StatusBadRequest, CodeBadJustification},
		{jit.Justification, http.StatusBadRequest, CodeApprovalJustification},
		{jit.Unavailable, http.StatusBadRequest, CodeRace},

		{jit.Invalid, http.StatusBadRequest, CodeDuplicate},
		{jit.Denied, http.StatusForbidden, CodeInactive},
		{jit.StepUp, http.StatusForbidden, CodeStepUp},
		{jit.Ticket, http.StatusBadRequest, CodeNoTicket},
		{jit.Ticket, http.StatusBadRequest, CodeNoTicketType},
		{jit.Ticket, http.StatusBadRequest, CodeNoTicketID},
		{jit.Ticket, http.StatusBadRequest, CodeBadTicketType},
		{jit.Ticket, http.StatusBadRequest, CodeBadTicketID},
		{jit.Waiting, http.StatusForbidden, CodePolicyWaiting},
		{jit.Approval, http.StatusForbidden, CodePolicyApproval},
	}
}

// CodeOf turns a Britive error code into ours. The HTTP status counts only where
// the code says nothing: sources disagree about which status goes with a code.
func CodeOf(code ErrorCode, status int) jit.Code {
	for _, m := range meanings() {
		if m.error == code {
			return m.code
		}
	}
	family, _, _ := strings.Cut(string(code), "-")
	switch family {
	case "AU": // invalid, expired or revoked sign-ins
		return jit.SignIn
	case "MA", "CO", "CI", "PE", "PP": // checkout, check-in and their policies
		return jit.Denied
	}
	switch {
	case status == http.StatusUnauthorized:
		return jit.SignIn
	case status == http.StatusForbidden:
		return jit.Denied
	case status == http.StatusNotFound:
		return jit.NotFound
	case status == http.StatusTooManyRequests, status >= 500:
		return jit.Unavailable
	}
	return jit.Invalid
}

// IsKnown reports whether a code is one of those above. People need not be told
// such a code: the kind of the error and its text say it.
func IsKnown(code ErrorCode) bool {
	fits := func(m meaning) bool { return m.error == code }
	return code == CodeFault || slices.ContainsFunc(meanings(), fits)
}

// answerTo is the row that a code of ours is answered by.
func answerTo(code jit.Code) meaning {
	for _, m := range meanings() {
		if m.code == code {
			return m
		}
	}
	return meaning{jit.Internal, http.StatusInternalServerError, CodeFault}
}

// answerBy is the row of a Britive error code.
func answerBy(code ErrorCode) meaning {
	for _, m := range meanings() {
		if m.error == code {
			return m
		}
	}
	return answerTo(jit.Internal)
}
