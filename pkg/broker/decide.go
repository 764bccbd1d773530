package broker

import (
	"context"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker/catalog"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// longestComment bounds what a decider may say, in characters.
const longestComment = 1000

// Decide implements [jit.Broker]. The vote and the decision are one transaction.
func (v *view) Decide(ctx context.Context, requestID string, decision jit.Decision) (jit.Request, error) {
	op := "reject request " + requestID
	if decision.Approve {
		op = "approve request " + requestID
	}
	var decided jit.Request
	err := v.act(ctx, op, ActDecide, func(d *deed) error {
		r, err := d.pendingRequest(requestID)
		if err != nil {
			return err
		}
		if r.PersonID == d.person.ID {
			return d.fail(jit.Denied, "nobody decides their own request")
		}
		approval := d.approverFor(r)
		if approval == nil {
			return d.fail(jit.Denied, "%s is not an approver of it", d.person.Name)
		}
		if err := d.undecided(r); err != nil {
			return err
		}
		if err := d.steady(); err != nil {
			return err
		}
		if !fits(decision.Comment, longestComment) {
			return d.fail(jit.Invalid, "a comment has at most %d characters", longestComment)
		}
		decided, err = d.vote(r, approval, decision)
		return err
	})
	if err == nil {
		v.engine.decision.ring()
	}
	return decided, err
}

// pendingRequest reads a request that the act is about.
func (d *deed) pendingRequest(id string) (Request, error) {
	d.event.Request = id
	r, err := d.Request(id)
	if err != nil {
		return r, d.missing(err, "request", id)
	}
	d.event.Access, d.event.Reason = r.Access.Path(), r.reason()
	return r, nil
}

// undecided refuses a request that has come to its end, and says to which.
func (d *deed) undecided(r Request) error {
	now := d.shown(r)
	switch now.State {
	case jit.RequestPending:
		return nil
	case jit.RequestTimedOut:
		return d.fail(jit.Invalid, "it timed out %s", r.Expires.Format(time.RFC3339))
	case jit.RequestWithdrawn:
		return d.fail(jit.Invalid, "it was withdrawn by %s", r.DecidedBy)
	}
	return d.fail(jit.Invalid, "it was %s by %s already", r.State, r.DecidedBy)
}

// vote adds the person's vote, which decides, and moves the request if it is still
// pending and in time.
func (d *deed) vote(r Request, a *catalog.Approval, decision jit.Decision) (jit.Request, error) {
	mine := Vote{RequestID: r.ID, Person: d.person, Approve: decision.Approve, Comment: decision.Comment, At: d.now}
	if err := d.AddVote(mine); err != nil {
		return jit.Request{}, d.taken(err)
	}
	end := Outcome{State: jit.RequestRejected, By: d.person, Comment: decision.Comment, At: d.now}
	if decision.Approve {
		end.State, end.ValidUntil = jit.RequestApproved, d.now.Add(a.ValidFor)
		d.event.Approver = d.person.Name
	}
	d.event.Detail = string(end.State) + ", asked by " + r.Requester
	if decision.Comment != "" {
		d.event.Detail += ": " + decision.Comment
	}
	return d.end(r, end)
}

// end moves a pending request to its end.
func (d *deed) end(r Request, to Outcome) (jit.Request, error) {
	moved, err := d.DecideRequest(r.ID, to)
	if err != nil {
		return jit.Request{}, err
	}
	after, err := d.Request(r.ID)
	if err != nil {
		return jit.Request{}, err
	}
	if !moved {
		return jit.Request{}, d.undecided(after)
	}
	return d.shown(after), nil
}

// Withdraw implements [jit.Broker].
func (v *view) Withdraw(ctx context.Context, requestID string) (jit.Request, error) {
	var withdrawn jit.Request
	err := v.act(ctx, "withdraw request "+requestID, ActWithdraw, func(d *deed) error {
		r, err := d.pendingRequest(requestID)
		if err != nil {
			return err
		}
		if r.PersonID != d.person.ID {
			return d.fail(jit.Denied, "it is not yours")
		}
		if err := d.undecided(r); err != nil {
			return err
		}
		withdrawn, err = d.end(r, Outcome{State: jit.RequestWithdrawn, By: d.person, At: d.now})
		return err
	})
	if err == nil {
		v.engine.decision.ring()
	}
	return withdrawn, err
}
