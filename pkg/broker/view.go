package broker

import (
	"context"
	"errors"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// view is the broker as one person sees it.
type view struct {
	engine *Engine
	person jit.Person
}

// Whoami implements [jit.Broker].
func (v *view) Whoami(ctx context.Context) (jit.Person, error) {
	var me jit.Person
	err := v.look(ctx, "who am i", func(d *deed) error {
		user, _ := d.catalog.UserByID(d.person.ID)
		me = user.Person
		return nil
	})
	return me, err
}

// Profiles implements [jit.Broker].
func (v *view) Profiles(ctx context.Context) ([]jit.Profile, error) {
	var profiles []jit.Profile
	err := v.look(ctx, "list profiles", func(d *deed) error {
		for _, entry := range d.catalog.Entries() {
			if visible(entry, d.person.ID) {
				profiles = append(profiles, entry.Profile)
			}
		}
		return nil
	})
	return profiles, err
}

// Grants implements [jit.Broker]. A checkout that the catalog no longer gives is
// not listed, whether or not that has been written down.
func (v *view) Grants(ctx context.Context) ([]jit.Grant, error) {
	var grants []jit.Grant
	err := v.look(ctx, "list checkouts", func(d *deed) error {
		grants = nil
		checkouts, err := d.Checkouts(d.person.ID)
		if err != nil {
			return err
		}
		for _, c := range checkouts {
			why, err := d.over(c)
			if err != nil {
				return err
			}
			if why == "" {
				grants = append(grants, c.Grant)
			}
		}
		return nil
	})
	return grants, err
}

// What ended a checkout, for people.
const (
	whyCheckedIn = "checked in"
	whyExpired   = "expired"
	whyRevoked   = "revoked: the policy no longer gives it"
	whyAhead     = "revoked: it was opened by a clock that ran ahead"
)

// over says why a checkout that is active in the ledger is none any more; ""
// while it stands.
func (d *deed) over(c Checkout) (string, error) {
	if !c.NotAfter.After(d.now) {
		return whyExpired, nil
	}
	if ahead(c.NotBefore, d.now) {
		return whyAhead, nil
	}
	granted, err := d.granted(c)
	if err != nil {
		return "", err
	}
	if !granted {
		return whyRevoked, nil
	}
	return "", nil
}

// granted judges a checkout again, under the present catalog, with the approval
// it uses and no other.
func (d *deed) granted(c Checkout) (bool, error) {
	entry, ok := d.catalog.Find(c.Access)
	if !ok {
		return false, nil
	}
	if user, ok := d.catalog.UserByID(c.Person.ID); !ok || user.Disabled {
		return false, nil
	}
	approvals, err := d.approvalOf(c)
	if err != nil {
		return false, err
	}
	_, granted := judge(entry, c.Person.ID, c.Reason, approvals, d.now).Granted()
	return granted, nil
}

// approvalOf returns the approval that a checkout uses, if it uses one.
func (d *deed) approvalOf(c Checkout) ([]approval, error) {
	if c.RequestID == "" {
		return nil, nil
	}
	r, err := d.Request(c.RequestID)
	if err != nil {
		return nil, err
	}
	if r.State != jit.RequestApproved {
		return nil, nil
	}
	votes, err := d.Votes(r.ID)
	return []approval{{r, votes}}, err
}

// conclude writes down that a checkout has ended.
func (d *deed) conclude(c Checkout, why string) error {
	ended, err := d.EndCheckout(c.ID, why, earlier(c.NotAfter, d.now))
	if err != nil || !ended {
		return err
	}
	act := ActRevoke
	if why == whyExpired {
		act = ActExpire
	}
	return d.also(Event{Act: act, Access: c.Access.Path(), Checkout: c.ID, Request: c.RequestID, Detail: c.Person.Name + ": " + why})
}

// own returns one of the person's own checkouts. One that is over without that
// being written down is written down.
func (d *deed) own(id string) (Checkout, error) {
	d.event.Checkout = id
	c, err := d.Checkout(id)
	if err == nil && c.Person.ID != d.person.ID {
		err = ErrMissing
	}
	if err != nil {
		return Checkout{}, d.missing(err, "checkout", id)
	}
	d.event.Access, d.event.Request = c.Access.Path(), c.RequestID
	if c.State != jit.GrantActive {
		return c, nil
	}
	why, err := d.over(c)
	if err != nil || why == "" {
		return c, err
	}
	if err := d.conclude(c, why); err != nil {
		return Checkout{}, err
	}
	return d.Checkout(id)
}

// closed answers for a checkout that has ended. What ended it is kept, so the
// answer does not undo the transaction.
func (d *deed) closed(c Checkout) {
	err := d.fail(jit.Denied, "the checkout has ended: %s", c.Why).
		WithNext("kubectl jit login %s", jit.Quote(c.Access.Path()))
	d.event.Outcome, d.event.Detail = string(err.Code), err.Error()
	d.answer = err
}

// usable lists the approvals the person holds for an access that back no open
// checkout.
func (d *deed) usable(access jit.Access) ([]approval, error) {
	requests, err := d.Requests(RequestQuery{PersonID: d.person.ID, Access: access, State: jit.RequestApproved})
	if err != nil {
		return nil, err
	}
	open, err := d.Checkouts(d.person.ID)
	if err != nil {
		return nil, err
	}
	var approvals []approval
	for _, r := range requests {
		if !r.ValidUntil.After(d.now) || backs(r.ID, open) {
			continue
		}
		votes, err := d.Votes(r.ID)
		if err != nil {
			return nil, err
		}
		approvals = append(approvals, approval{r, votes})
	}
	return approvals, nil
}

func backs(requestID string, open []Checkout) bool {
	for _, c := range open {
		if c.RequestID == requestID {
			return true
		}
	}
	return false
}

// taken turns a lost race into something a client may try again.
func (d *deed) taken(err error) error {
	if errors.Is(err, ErrTaken) {
		return d.fail(jit.Unavailable, "somebody was faster: %w", err)
	}
	return err
}
