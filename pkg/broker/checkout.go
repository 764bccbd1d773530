package broker

import (
	"context"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker/catalog"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Checkout implements [jit.Broker].
func (v *view) Checkout(ctx context.Context, access jit.Access, why jit.Reason) (jit.Grant, error) {
	var c Checkout
	err := v.act(ctx, "check out "+named(access), ActCheckout, func(d *deed) error {
		entry, err := d.find(access)
		if err != nil {
			return err
		}
		open, err := d.standing(entry)
		if err != nil {
			return err
		}
		if open != nil {
			d.event.Act = "" // nothing happened
			c = *open
			return nil
		}
		if err := d.steady(); err != nil {
			return err
		}
		c, err = d.open(entry, why)
		return err
	})
	return c.Grant, err
}

// standing returns the person's open checkout of an access, or nil. One that is
// over is written down on the way.
func (d *deed) standing(entry *catalog.Entry) (*Checkout, error) {
	checkouts, err := d.Checkouts(d.person.ID)
	if err != nil {
		return nil, err
	}
	for _, c := range checkouts {
		if !c.Access.Same(entry.Access) {
			continue
		}
		why, err := d.over(c)
		if err != nil {
			return nil, err
		}
		if why == "" {
			return &c, nil
		}
		if err := d.conclude(c, why); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// open judges and opens a window.
func (d *deed) open(entry *catalog.Entry, why jit.Reason) (Checkout, error) {
	if err := d.legible(why); err != nil {
		return Checkout{}, err
	}
	approvals, err := d.usable(entry.Access)
	if err != nil {
		return Checkout{}, err
	}
	verdict := judge(entry, d.person.ID, why, approvals, d.now)
	ruling, granted := verdict.Granted()
	if !granted {
		return Checkout{}, d.notYet(entry, verdict.Missing())
	}
	c := Checkout{
		Grant: jit.Grant{
			ID: newID(), Access: entry.Access, State: jit.GrantActive,
			NotBefore: d.now, NotAfter: ends(d.now, entry.Duration, ruling),
		},
		Person: d.person, Reason: why, Catalog: d.catalog.Version(),
	}
	if ruling.Approval != nil {
		c.RequestID = ruling.Approval.ID
		d.event.Approver = ruling.Approval.DecidedBy
		if c.Reason == (jit.Reason{}) {
			c.Reason = ruling.Approval.reason()
		}
	}
	d.event.Checkout, d.event.Request, d.event.Reason = c.ID, c.RequestID, c.Reason
	d.event.Detail = "policy " + ruling.Policy + ", until " + c.NotAfter.Format(time.RFC3339)
	return c, d.taken(d.AddCheckout(c))
}

// ends cuts a window to whole seconds and to the approval it rests on. It is
// never rounded up.
func ends(now time.Time, wanted time.Duration, r Ruling) time.Time {
	end := now.Add(wanted)
	if r.Approval != nil {
		end = earlier(end, r.Until)
	}
	return end.Truncate(time.Second)
}

// notYet says what is missing, and what to type.
func (d *deed) notYet(entry *catalog.Entry, missing Finding) error {
	err := d.fail(missing.Code, "%s", missing.Text)
	switch missing.Code {
	case jit.Approval:
		return err.WithNext("kubectl jit request create %s --justification \"…\"", jit.Quote(entry.Path()))
	case jit.Justification:
		return err.WithNext("kubectl jit login %s --justification \"…\"", jit.Quote(entry.Path()))
	}
	return err
}

// Extend implements [jit.Broker].
func (v *view) Extend(ctx context.Context, grantID string) (jit.Grant, error) {
	var c Checkout
	err := v.act(ctx, "extend checkout "+grantID, ActExtend, func(d *deed) (err error) {
		if err := d.steady(); err != nil {
			return err
		}
		if c, err = d.own(grantID); err != nil {
			return err
		}
		if c.State != jit.GrantActive {
			d.closed(c)
			return nil
		}
		c, err = d.prolong(c)
		return err
	})
	return c.Grant, err
}

func (d *deed) prolong(c Checkout) (Checkout, error) {
	entry, ok := d.catalog.Find(c.Access)
	if !ok || entry.Extension.Limit == 0 {
		return c, d.fail(jit.Denied, "the profile allows no extension")
	}
	if c.Extensions >= entry.Extension.Limit {
		return c, d.fail(jit.Denied, "it was extended as often as the profile allows (%d of %d)", c.Extensions, entry.Extension.Limit)
	}
	approvals, err := d.approvalOf(c)
	if err != nil {
		return c, err
	}
	ruling, granted := judge(entry, d.person.ID, c.Reason, approvals, d.now).Granted()
	until := ends(c.NotAfter, entry.Extension.By, ruling)
	if !granted || !until.After(c.NotAfter) {
		return c, d.fail(jit.Denied, "the approval it rests on ends %s", ruling.Until.Format(time.RFC3339))
	}
	d.event.Reason, d.event.Detail = c.Reason, "until "+until.Format(time.RFC3339)
	if ruling.Approval != nil {
		d.event.Approver = ruling.Approval.DecidedBy
	}
	moved, err := d.ExtendCheckout(c.ID, until, d.now)
	if err != nil {
		return c, err
	}
	if !moved {
		return c, d.fail(jit.Denied, "it ended meanwhile")
	}
	return d.Checkout(c.ID)
}

// Checkin implements [jit.Broker]. To check in what has ended already is no
// error: the answer says how it ended.
func (v *view) Checkin(ctx context.Context, grantID string) (jit.Grant, error) {
	var c Checkout
	err := v.act(ctx, "check in "+grantID, ActCheckin, func(d *deed) (err error) {
		if c, err = d.own(grantID); err != nil {
			return err
		}
		if c.State != jit.GrantActive {
			d.event.Act = ""
			return nil
		}
		d.event.Reason, d.event.Detail = c.Reason, whyCheckedIn
		if _, err = d.EndCheckout(c.ID, whyCheckedIn, d.now); err != nil {
			return err
		}
		c, err = d.Checkout(c.ID)
		return err
	})
	return c.Grant, err
}
