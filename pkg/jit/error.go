package jit

import (
	"errors"
	"fmt"
)

// Code says what kind of failure an [Error] is. Each stands for one exit status
// of kubectl-jit (pkg/cli) and for one HTTP status and Britive error code
// (pkg/britiveapi).
type Code string

// The codes.
const (
	Invalid       Code = "invalid"       // what was given makes no sense here
	NotFound      Code = "not_found"     // no such thing, or not for this person
	Denied        Code = "denied"        // a policy, AWS or the cluster says no
	SignIn        Code = "sign_in"       // nobody is signed in, or no longer
	Approval      Code = "approval"      // somebody must approve first
	Justification Code = "justification" // a justification is missing or ill-formed
	Ticket        Code = "ticket"        // a ticket is missing, or none that the policy takes
	StepUp        Code = "step_up"       // a one-time code is missing or wrong
	Waiting       Code = "waiting"       // a request is pending
	Unavailable   Code = "unavailable"   // not reached, or out of order
	Internal      Code = "internal"      // a fault of ours
)

// Error is a failure that a person will read: what failed, on what, why, and
// what to type next.
type Error struct {
	Code Code
	Op   string // what failed, on what: "check out eks-admin"
	Err  error  // why
	Next string // the next command to type, or empty
}

// Errorf makes an Error whose why is formatted as by [fmt.Errorf].
func Errorf(code Code, op, format string, args ...any) *Error {
	return &Error{Code: code, Op: op, Err: fmt.Errorf(format, args...)}
}

// ExtraWord is the error of a word that a command does not take.
func ExtraWord(word string) *Error {
	return Errorf(Invalid, "", "%q is one word too many (quote a name that holds blanks)", word)
}

// WithNext returns a copy that names the next command.
func (e *Error) WithNext(format string, args ...any) *Error {
	c := *e
	c.Next = fmt.Sprintf(format, args...)
	return &c
}

// Error says "what failed: why".
func (e *Error) Error() string {
	switch {
	case e.Err == nil && e.Op == "":
		return string(e.Code)
	case e.Err == nil:
		return e.Op + ": " + string(e.Code)
	case e.Op == "":
		return e.Err.Error()
	}
	return e.Op + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of the first Error in err's chain: Internal where
// there is none, "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Internal
}

// NextOf returns the first next command named in err's chain, or "".
func NextOf(err error) string {
	for err != nil {
		e, ok := errors.AsType[*Error](err)
		if !ok {
			return ""
		}
		if e.Next != "" {
			return e.Next
		}
		err = e.Err
	}
	return ""
}
