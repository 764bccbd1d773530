package mint

import (
	"context"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Checkout opens a checkout or returns the one that stands, and ends a rest. What
// the policy lacks is asked for where a person is there, and an approval is waited
// for where Ask.Wait allows it: see supply. Codes: those of [jit.Broker] for
// Checkout and Ask, and those of an approval that was not given: denied, approval,
// waiting.
func (m *Mint) Checkout(ctx context.Context, ask Ask) (jit.Grant, error) {
	grant, err := m.opened(ctx, ask, m.Broker.Checkout)
	if err == nil {
		m.wake(ask, grant)
	}
	return grant, err
}

// Console opens the web console of an access, or uses the one that is open, and
// returns the address that signs its bearer in. It asks and waits as Checkout does.
// Codes: those of Checkout and [jit.Consoles].
func (m *Mint) Console(ctx context.Context, ask Ask) (jit.Grant, jit.Secret, error) {
	consoles, err := m.consoles(ask)
	if err != nil {
		return jit.Grant{}, jit.Secret{}, err
	}
	grant, err := m.opened(ctx, ask, consoles.CheckoutConsole)
	if err != nil {
		return jit.Grant{}, jit.Secret{}, err
	}
	address, err := consoles.ConsoleURL(ctx, grant.ID)
	return grant, address, err
}

// CheckinConsole ends the checkout of the web console of an access. What was checked
// out for its credentials stands, and so does all that is held of them. Codes: those
// of [jit.Consoles].
func (m *Mint) CheckinConsole(ctx context.Context, ask Ask) (jit.Grant, error) {
	consoles, err := m.consoles(ask)
	if err != nil {
		return jit.Grant{}, err
	}
	defer m.Person.Progress("checking in the console of " + ask.name())()
	return consoles.CheckinConsole(ctx, ask.Access)
}

func (m *Mint) consoles(ask Ask) (jit.Consoles, error) {
	consoles, ok := m.Broker.(jit.Consoles)
	if !ok {
		return nil, jit.Errorf(jit.Invalid, ask.op(), "this broker has no web consoles")
	}
	return consoles, nil
}

// opened opens a window, with what the policy wants for it.
func (m *Mint) opened(ctx context.Context, ask Ask, open func(context.Context, jit.Access, jit.Reason) (jit.Grant, error)) (jit.Grant, error) {
	if !ask.OTP.Empty() {
		err := m.stepUp(ctx, ask, ask.OTP)
		if jit.CodeOf(err) == jit.StepUp && m.Person.Present() {
			m.note("%v", err)
			err = m.confirmed(ctx, ask, err)
		}
		if err != nil {
			return jit.Grant{}, err
		}
	}
	for supplied := (supplies{}); ; {
		done := m.Person.Progress("checking out " + ask.name())
		grant, err := open(ctx, ask.Access, ask.Reason)
		done()
		if err == nil {
			return grant, nil
		}
		if ask, err = m.supply(ctx, ask, ask.inWords(err), supplied); err != nil {
			return jit.Grant{}, err
		}
	}
}

// Checkin ends the checkout of the access, forgets every key and token held for
// it and rests it until the next login. Here that is done first: from then on
// nothing is issued on this machine, also when the broker is not reached. The
// grant says in CredentialsUntil how long keys that are out still work. Where no
// checkout stands, it has no ID and its Why says so. Codes: unavailable, sign_in,
// internal (something could not be removed from the disk).
func (m *Mint) Checkin(ctx context.Context, ask Ask) (jit.Grant, error) {
	ask.Access = m.listedSoon(ctx, ask.Access)
	release, err := m.Locks.Hold(ctx, m.key(ask))
	switch {
	case err == nil:
		defer release()
	case ctx.Err() != nil:
		return jit.Grant{}, jit.Errorf(jit.Unavailable, ask.op(), "%w", err)
	default:
		m.noteUnkept(err)
	}
	kept, known := m.recall(ask)
	m.rest(ask, "it was checked in at "+clock(m.now()))
	forgotten := m.forget(ask)
	done := m.Person.Progress("checking in " + ask.name())
	grant, err := m.giveBack(ctx, ask)
	done()
	if err != nil {
		return jit.Grant{}, err
	}
	if known && kept.until().After(grant.CredentialsUntil) && (grant.ID == "" || kept.GrantID == grant.ID) {
		grant.CredentialsUntil = kept.until()
	}
	if forgotten != nil {
		return grant, jit.Errorf(jit.Internal, "check in "+ask.name(), "it is ended, but not all that was held could be removed: %w", forgotten)
	}
	return grant, nil
}

// giveBack ends the checkout at the broker.
func (m *Mint) giveBack(ctx context.Context, ask Ask) (jit.Grant, error) {
	none := jit.Grant{Access: ask.Access, State: jit.GrantEnded, Why: "no checkout was open"}
	grant, stands, err := m.Standing(ctx, ask.Access)
	if err != nil || !stands {
		return none, err
	}
	ended, err := m.Broker.Checkin(ctx, grant.ID)
	if jit.CodeOf(err) == jit.NotFound { // it ended in between
		return none, nil
	}
	return ended, err
}
