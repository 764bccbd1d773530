package mint

import (
	"context"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const (
	// askBudget is how long a renewal waits for the broker while there are keys
	// to go on with.
	askBudget = 2 * time.Second

	// shortest is how much of an AWS session must be left to sign with it, where the
	// checkout lasts longer and has a next session to give.
	shortest = 60 * time.Second

	// endsSoon is from when on a person is told that a checkout ends.
	endsSoon = 5 * time.Minute

	// clockSlack is how far the broker's clock and ours may differ before a
	// checkout that ran out is taken for one that was ended.
	clockSlack = 5 * time.Minute
)

// standing asks the broker for the active checkout of the access. With keys to
// go on with, it does not ask long.
func (m *Mint) standing(ctx context.Context, ask Ask, usable bool) (grant jit.Grant, stands bool, err error) {
	if usable {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, askBudget)
		defer cancel()
	}
	return m.Standing(ctx, ask.Access)
}

// Standing asks the broker for the active checkout of an access; stands is false
// where there is none. Codes: those of [jit.Broker].
func (m *Mint) Standing(ctx context.Context, access jit.Access) (grant jit.Grant, stands bool, err error) {
	grants, err := m.Broker.Grants(ctx)
	if err != nil {
		return jit.Grant{}, false, err
	}
	if grant, stands = activeOf(grants, access); stands || len(grants) == 0 {
		return grant, stands, nil
	}
	if listed := m.listed(ctx, access); listed != access { // it may have been typed in another way
		grant, stands = activeOf(grants, listed)
	}
	return grant, stands, nil
}

// activeOf finds the active checkout of an access.
func activeOf(grants []jit.Grant, access jit.Access) (jit.Grant, bool) {
	for _, g := range grants {
		if g.State == jit.GrantActive && g.Access.Same(access) {
			return g, true
		}
	}
	return jit.Grant{}, false
}

// away reports whether the broker could not be asked. One that answered (that
// nobody is signed in, say) has been reached and is obeyed.
func (m *Mint) away(ctx context.Context, err error) bool {
	code := jit.CodeOf(err)
	out := code == jit.Unavailable || code == jit.Internal // an error of no code, a deadline for one, counts as internal
	return out && ctx.Err() == nil
}

// goesOn lets the held keys serve when the broker could not confirm the checkout,
// and says so. Where the settings forbid it, it names the setting: the keys are
// good, and who is kept from them shall see by what. Codes: unavailable.
func (m *Mint) goesOn(ask Ask, kept heldKeys, err error) (heldKeys, error) {
	if m.Offline != "deny" {
		m.note("the broker does not answer (%v): %s goes on with %s", err, ask.name(), kept.named())
		return kept, nil
	}
	denied := jit.Errorf(jit.Unavailable, ask.op(),
		"the broker does not confirm the checkout, and \"offline: deny\" in %s lets %s serve only when it does: %w",
		m.Settings, kept.named(), err)
	if jit.NextOf(err) == "" { // else that is nearer to the cause
		denied = denied.WithNext("kubectl jit status --tenant %s", jit.Quote(ask.Tenant))
	}
	return heldKeys{}, denied
}

// begin gets keys where none are held: of the checkout that stands, or of a new
// one where this caller may open one.
func (m *Mint) begin(ctx context.Context, ask Ask) (heldKeys, error) {
	refusal := m.mayNotOpen(ask)
	if m.Person.Present() {
		defer m.Person.Progress("checking out " + ask.name())()
	}
	grant, credential, err := m.Broker.CheckoutCredential(ctx, ask.Access, ask.Reason, refusal == nil)
	err = ask.inWords(err)
	switch jit.CodeOf(err) {
	case jit.Approval, jit.Waiting:
		err = m.waits(ctx, ask, next(err, ask.Login()))
	default:
		err = ask.lacks(err)
	}
	if err != nil {
		return heldKeys{}, err
	}
	if grant.ID == "" {
		return heldKeys{}, m.waits(ctx, ask, refusal)
	}
	keys := m.take(ask, grant, credential)
	m.ending(ctx, ask, grant, &keys)
	return keys, nil
}

// mayNotOpen is why this caller opens no checkout; nil where it does.
func (m *Mint) mayNotOpen(ask Ask) error {
	switch {
	case ask.Open == Never:
		return jit.Errorf(jit.Denied, ask.op(), "no checkout is open").WithNext("%s", ask.Login())
	case ask.Open == OnDemand && !m.Person.Present():
		return jit.Errorf(jit.Denied, ask.op(), "no checkout is open, and without a person at the terminal none is opened").WithNext("%s", ask.Login())
	}
	return nil
}

// mayWait reports whether the error is one that a person's word or an approver's
// can mend, and this caller may wait for it.
func (m *Mint) mayWait(ask Ask, err error) bool {
	if ask.Wait <= 0 || ask.Open == Never || ask.Open == OnDemand && !m.Person.Present() {
		return false
	}
	switch jit.CodeOf(err) {
	case jit.Approval, jit.Justification, jit.Ticket, jit.StepUp, jit.Waiting:
		return true
	}
	return false
}

// cutShort rests an access whose checkout somebody ended before its time. A
// person's next call would open a new one otherwise, and nobody would see that
// it was ended.
func (m *Mint) cutShort(ask Ask) error {
	const why = "the checkout was ended before its time (checked in elsewhere, or revoked)"
	m.rest(ask, why)
	return ask.rests(why)
}
