package jit

import "time"

// Request asks approvers for an access.
type Request struct {
	ID            string
	Access        Access
	Requester     string // user name of who asks
	Justification string
	State         RequestState
	Created       time.Time
	Expires       time.Time // undecided until then, it times out
	ValidUntil    time.Time // once approved: until when a checkout may use it; else zero
	Approvers     []string  // user names and tags ("tag:sre") that may decide; empty when the broker does not say
	DecidedBy     string
	Decided       time.Time // when it came to its end; zero while it is pending, or where it is not told
	Comment       string    // the decider's
}

// RequestState says where a request stands. Every state but pending is final.
type RequestState string

// The states of a request, in the words of the Britive API.
const (
	RequestPending   RequestState = "pending"
	RequestApproved  RequestState = "approved"
	RequestRejected  RequestState = "rejected"
	RequestWithdrawn RequestState = "withdrawn"
	RequestTimedOut  RequestState = "timeout"
	RequestCancelled RequestState = "cancelled" // revoked after an approval
)

// RequestScope chooses which requests a listing shows.
type RequestScope string

// The scopes of a listing.
const (
	MyRequests  RequestScope = "mine"   // those I made
	MyApprovals RequestScope = "decide" // those I may decide, decided ones included
)

// Decision is an approver's answer.
type Decision struct {
	Approve bool
	Comment string
}
