package broker

import (
	"context"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker/catalog"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Ask implements [jit.Broker].
func (v *view) Ask(ctx context.Context, access jit.Access, why jit.Reason) (jit.Request, error) {
	var asked jit.Request
	err := v.act(ctx, "request "+named(access), ActAsk, func(d *deed) error {
		entry, err := d.find(access)
		if err != nil {
			return err
		}
		if err := d.steady(); err != nil {
			return err
		}
		if err := d.legible(why); err != nil {
			return err
		}
		if err := d.nothingToAsk(entry, why); err != nil {
			return err
		}
		policy, err := d.asking(entry, why)
		if err != nil {
			return err
		}
		if err := d.alone(entry); err != nil {
			return err
		}
		r := Request{
			Request: jit.Request{
				ID: newID(), Access: entry.Access, Requester: d.person.Name, Justification: why.Justification,
				State: jit.RequestPending, Created: d.now, Expires: d.now.Add(policy.Approval.TimeToApprove),
			},
			PersonID: d.person.ID,
			Ticket:   [2]string{why.TicketType, why.TicketID},
		}
		d.event.Request, d.event.Reason = r.ID, why
		d.event.Detail = "policy " + policy.Name + ", until " + r.Expires.Format(time.RFC3339)
		asked = d.shown(r)
		return d.taken(d.AddRequest(r))
	})
	return asked, err
}

// nothingToAsk refuses a request for what can be checked out without one.
func (d *deed) nothingToAsk(entry *catalog.Entry, why jit.Reason) error {
	checkOut := func(err *jit.Error) error { return err.WithNext("kubectl jit login %s", jit.Quote(entry.Path())) }
	open, err := d.standing(entry)
	if err != nil {
		return err
	}
	if open != nil {
		return checkOut(d.fail(jit.Invalid, "it is checked out until %s", open.NotAfter.Format(time.RFC3339)))
	}
	approvals, err := d.usable(entry.Access)
	if err != nil {
		return err
	}
	ruling, granted := judge(entry, d.person.ID, why, approvals, d.now).Granted()
	switch {
	case granted && ruling.Approval != nil:
		return checkOut(d.fail(jit.Invalid, "it was approved by %s until %s: check it out", ruling.Approval.DecidedBy, ruling.Until.Format(time.RFC3339)))
	case granted:
		return checkOut(d.fail(jit.Invalid, "it needs no approval: check it out"))
	}
	return nil
}

// asking returns the first policy that an approval of this request could
// content.
func (d *deed) asking(entry *catalog.Entry, why jit.Reason) (*catalog.Policy, error) {
	var missing Finding
	for i := range entry.Policies {
		p := &entry.Policies[i]
		if p.Approval == nil || !p.Members.Has(d.person.ID) {
			continue
		}
		if missing = justify(p.Justification, why.Justification); !missing.open() {
			return p, nil
		}
	}
	if missing.open() {
		return nil, d.fail(missing.Code, "%s", missing.Text).
			WithNext("kubectl jit request create %s --justification \"…\"", jit.Quote(entry.Path()))
	}
	return nil, d.fail(jit.Invalid, "there is nothing to approve: check it out")
}

// alone refuses a second request beside a pending one.
func (d *deed) alone(entry *catalog.Entry) error {
	pending, err := d.Requests(RequestQuery{PersonID: d.person.ID, Access: entry.Access, State: jit.RequestPending})
	if err != nil {
		return err
	}
	for _, r := range pending {
		if r.Expires.After(d.now) {
			return d.fail(jit.Waiting, "request %s is pending until %s", r.ID, r.Expires.Format(time.RFC3339)).
				WithNext("kubectl jit request withdraw %s", r.ID)
		}
		if err := d.lapse(r); err != nil {
			return err
		}
	}
	return nil
}

// lapse writes down that a request has timed out.
func (d *deed) lapse(r Request) error {
	lapsed, err := d.LapseRequest(r.ID, d.now)
	if err != nil || !lapsed {
		return err
	}
	return d.also(Event{Act: ActTimeout, Access: r.Access.Path(), Request: r.ID, Reason: r.reason(), Detail: "asked by " + r.Requester})
}
