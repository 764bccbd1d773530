package mint

import (
	"context"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// ending looks after a checkout that is about to end: a person's call extends it,
// where the policy allows that without asking anybody; else it says on stderr that
// it ends, and to a person once. A program's call extends nothing: access that it
// prolongs for ever would be standing access.
func (m *Mint) ending(ctx context.Context, ask Ask, grant jit.Grant, kept *heldKeys) jit.Grant {
	left := grant.NotAfter.Sub(m.now())
	if grant.NotAfter.IsZero() || left > endsSoon {
		kept.Warned = false // of an end that it has no more
		return grant
	}
	if kept.Warned {
		return grant
	}
	if kept.Warned = m.Person.Present(); kept.Warned {
		defer func() { m.keep(ask, *kept) }()
		if extended, ok := m.extended(ctx, ask, grant); ok {
			kept.Warned, kept.NotAfter = false, extended.NotAfter
			m.note("%s was about to end and is extended until %s", ask.name(), clock(extended.NotAfter))
			return extended
		}
	}
	m.note("the checkout of %s ends in %s; then: %s", ask.name(), left.Round(time.Second), ask.Login())
	return grant
}

// extended asks the broker for more time, and not for long.
func (m *Mint) extended(ctx context.Context, ask Ask, grant jit.Grant) (jit.Grant, bool) {
	if m.Extend == "never" || ask.Open == Never {
		return jit.Grant{}, false
	}
	ctx, cancel := context.WithTimeout(ctx, askBudget)
	defer cancel()
	extended, err := m.Broker.Extend(ctx, grant.ID)
	return extended, err == nil && extended.State == jit.GrantActive && extended.NotAfter.After(grant.NotAfter)
}

// skew is how far the broker's clock is ahead of this machine's. It is told once,
// since a wrong clock explains much that may fail elsewhere.
func (m *Mint) skew() time.Duration {
	clock, ok := m.Broker.(jit.Clock)
	if !ok {
		return 0
	}
	skew, side := clock.Skew(), "behind"
	if skew < 0 {
		side = "ahead of"
	}
	if skew != 0 {
		m.skewed.Do(func() {
			m.note("this machine's clock is %s %s the broker's; tokens are signed by the broker's", skew.Abs(), side)
		})
	}
	return skew
}
