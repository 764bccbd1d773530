package broker

import (
	"context"
	"slices"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker/catalog"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const (
	// mostRequests bounds a listing of what is decided. What is pending is always
	// listed: it is bounded by itself, and whoever does not see it cannot decide it.
	mostRequests = 1000

	// lookAgain is how often a waiting call looks for a decision that another
	// process wrote. Those of this process it hears of at once.
	lookAgain = time.Second
)

// reason is why a request was made.
func (r *Request) reason() jit.Reason {
	return jit.Reason{Justification: r.Justification, TicketType: r.Ticket[0], TicketID: r.Ticket[1]}
}

// Requests implements [jit.Broker]. In the scope "decide" a person sees what they
// may decide, were it still open, and what they have decided.
func (v *view) Requests(ctx context.Context, scope jit.RequestScope) ([]jit.Request, error) {
	query := RequestQuery{PersonID: v.person.ID, Limit: mostRequests}
	if scope == jit.MyApprovals {
		query = RequestQuery{NotPersonID: v.person.ID, Limit: mostRequests}
	}
	var found []jit.Request
	err := v.look(ctx, "list requests", func(d *deed) error {
		if scope != jit.MyApprovals && scope != jit.MyRequests {
			return d.fail(jit.Invalid, "there is no scope %q", scope)
		}
		found = nil
		requests, err := d.latest(query)
		if err != nil {
			return err
		}
		for _, r := range requests {
			concerned, err := d.concerns(r)
			if err != nil {
				return err
			}
			if concerned {
				found = append(found, d.shown(r))
			}
		}
		return nil
	})
	return found, err
}

// latest lists the newest requests that the query keeps, up to its limit, and behind
// them those older ones that are still pending.
func (d *deed) latest(q RequestQuery) ([]Request, error) {
	requests, err := d.Requests(q)
	if err != nil || len(requests) < q.Limit {
		return requests, err
	}
	listed := map[string]bool{}
	for _, r := range requests {
		listed[r.ID] = true
	}
	q.State, q.Limit = jit.RequestPending, 0
	pending, err := d.Requests(q)
	older := slices.DeleteFunc(pending, func(r Request) bool { return listed[r.ID] })
	return append(requests, older...), err
}

// Await implements [jit.Broker]. Together with ctx's error it returns the request
// as it stands, so that a call whose ctx has ended already is a plain look.
func (v *view) Await(ctx context.Context, requestID string) (jit.Request, error) {
	for {
		rung := v.engine.decision.next() // before the look, so that nothing is missed in between
		r, left, err := v.peek(context.WithoutCancel(ctx), requestID)
		if err != nil || r.State != jit.RequestPending {
			return r, err
		}
		timer := time.NewTimer(min(lookAgain, left))
		select {
		case <-rung:
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return r, ctx.Err()
		}
		timer.Stop()
	}
}

// peek shows a request to those it concerns, and how long it can still be
// decided.
func (v *view) peek(ctx context.Context, id string) (shown jit.Request, left time.Duration, err error) {
	err = v.look(ctx, "look at request "+id, func(d *deed) error {
		r, err := d.Request(id)
		if err != nil {
			return d.missing(err, "request", id)
		}
		concerned, err := d.concerns(r)
		if err != nil {
			return err
		}
		if !concerned {
			return d.missing(ErrMissing, "request", id)
		}
		shown, left = d.shown(r), r.Expires.Sub(d.now)
		return nil
	})
	return shown, left, err
}

// concerns reports whether a request is the person's own, or theirs to decide,
// or one they have voted on.
func (d *deed) concerns(r Request) (bool, error) {
	if r.PersonID == d.person.ID || d.approverFor(r) != nil {
		return true, nil
	}
	votes, err := d.Votes(r.ID)
	return slices.ContainsFunc(votes, func(v Vote) bool { return v.Person.ID == d.person.ID }), err
}

// approverFor returns, of the policies under which the present person may decide
// the request, the one that is valid longest; nil where there is none.
func (d *deed) approverFor(r Request) (longest *catalog.Approval) {
	entry, ok := d.catalog.Find(r.Access)
	if !ok || r.PersonID == d.person.ID {
		return nil
	}
	for _, p := range entry.Policies {
		if p.Approval == nil || !p.Members.Has(r.PersonID) || !p.Approval.Approvers.Has(d.person.ID) {
			continue
		}
		if longest == nil || p.Approval.ValidFor > longest.ValidFor {
			longest = p.Approval
		}
	}
	return longest
}

// shown is a request as people see it: with its approvers, and timed out when it
// is, whether or not that has been written down.
func (d *deed) shown(r Request) jit.Request {
	if r.State == jit.RequestPending && !r.Expires.After(d.now) {
		r.State, r.Decided = jit.RequestTimedOut, r.Expires
	}
	r.Approvers = d.approvers(r)
	return r.Request
}

func (d *deed) approvers(r Request) (labels []string) {
	entry, ok := d.catalog.Find(r.Access)
	if !ok {
		return nil
	}
	for _, p := range entry.Policies {
		if p.Approval != nil && p.Members.Has(r.PersonID) {
			labels = append(labels, p.Approval.Approvers.Labels()...)
		}
	}
	slices.Sort(labels)
	return slices.Compact(labels)
}
