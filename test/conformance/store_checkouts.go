package conformance

import (
	"errors"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

func (l *ledger) add(c broker.Checkout) {
	l.Helper()
	l.update(func(tx broker.Tx) error { return tx.AddCheckout(c) })
}

func (l *ledger) stored(id string) broker.Checkout {
	l.Helper()
	return readOne(l, func(tx broker.Tx) (broker.Checkout, error) { return tx.Checkout(id) })
}

func (l *ledger) checkout() {
	approval := aRequest("r1")
	l.update(func(tx broker.Tx) error { return tx.AddRequest(approval) })
	c := aCheckout("c1")
	c.RequestID = "r1"
	l.add(c)
	l.same(c, l.stored("c1"))
	l.fails(broker.ErrMissing, "an unknown id", func(tx broker.Tx) error { _, err := tx.Checkout("c2"); return err })
	l.fails(broker.ErrTaken, "an id twice", func(tx broker.Tx) error {
		again := aCheckout("c1")
		again.Person = decider()
		return tx.AddCheckout(again)
	})
}

func (l *ledger) oneCheckout() {
	l.add(aCheckout("c1"))
	l.fails(broker.ErrTaken, "a second one", func(tx broker.Tx) error { return tx.AddCheckout(aCheckout("c2")) })
	bobs := aCheckout("c3")
	bobs.Person = decider()
	elsewhere := aCheckout("c4")
	elsewhere.Access.EnvironmentID = "another"
	l.add(bobs)
	l.add(elsewhere)
	l.same([]broker.Checkout{aCheckout("c1"), elsewhere}, readOne(l, func(tx broker.Tx) ([]broker.Checkout, error) { return tx.Checkouts(asker().ID) }))
	l.same([]broker.Checkout{aCheckout("c1"), bobs, elsewhere}, readOne(l, func(tx broker.Tx) ([]broker.Checkout, error) { return tx.Checkouts("") }))
	l.moves(true, "end the first", func(tx broker.Tx) (bool, error) { return tx.EndCheckout("c1", "checked in", noon()) })
	l.add(aCheckout("c5"))
}

func (l *ledger) oneApproval() {
	l.update(func(tx broker.Tx) error { return tx.AddRequest(aRequest("r1")) })
	first, second := aCheckout("c1"), aCheckout("c2")
	first.RequestID, second.RequestID = "r1", "r1"
	second.Access.ProfileID = "another"
	l.add(first)
	l.fails(broker.ErrTaken, "a second checkout on the approval", func(tx broker.Tx) error { return tx.AddCheckout(second) })
	l.moves(true, "end the first", func(tx broker.Tx) (bool, error) { return tx.EndCheckout("c1", "checked in", noon()) })
	l.add(second)
}

func (l *ledger) endCheckout() {
	l.add(aCheckout("c1"))
	l.moves(true, "end", func(tx broker.Tx) (bool, error) { return tx.EndCheckout("c1", "checked in", noon().Add(time.Minute)) })
	l.moves(false, "end again", func(tx broker.Tx) (bool, error) { return tx.EndCheckout("c1", "expired", noon().Add(time.Hour)) })
	want := aCheckout("c1")
	want.State, want.Why, want.Ended = jit.GrantEnded, "checked in", noon().Add(time.Minute)
	l.same(want, l.stored("c1"))
	l.moves(false, "end nothing", func(tx broker.Tx) (bool, error) { return tx.EndCheckout("c2", "checked in", noon()) })
}

func (l *ledger) extendCheckout() {
	end := aCheckout("c1").NotAfter
	until := end.Add(30 * time.Minute)
	l.add(aCheckout("c1"))
	l.moves(false, "at its end", func(tx broker.Tx) (bool, error) { return tx.ExtendCheckout("c1", until, end) })
	l.moves(true, "before its end", func(tx broker.Tx) (bool, error) { return tx.ExtendCheckout("c1", until, end.Add(-time.Millisecond)) })
	want := aCheckout("c1")
	want.NotAfter, want.Extensions = until, 1
	l.same(want, l.stored("c1"))
	l.moves(true, "end", func(tx broker.Tx) (bool, error) { return tx.EndCheckout("c1", "checked in", noon()) })
	l.moves(false, "when it has ended", func(tx broker.Tx) (bool, error) { return tx.ExtendCheckout("c1", until, noon()) })
}

func (l *ledger) mint(id string) broker.Mint {
	l.Helper()
	m := broker.Mint{
		ID: id, CheckoutID: "c1", State: broker.MintIntended,
		Created: noon(), Lease: noon().Add(time.Minute), Until: noon().Add(2 * time.Hour),
	}
	l.update(func(tx broker.Tx) error { return tx.AddMint(m) })
	return m
}

func (l *ledger) mints() {
	l.add(aCheckout("c1"))
	issued, unknown := l.mint("m1"), l.mint("m2")
	l.mint("m3")
	overdue := func(now time.Time) []broker.Mint {
		return readOne(l, func(tx broker.Tx) ([]broker.Mint, error) { return tx.OverdueMints(now) })
	}
	if early := overdue(issued.Lease); len(early) > 0 {
		l.Errorf("overdue at the end of the lease: %+v", early)
	}
	until := noon().Add(50 * time.Minute)
	l.moves(true, "issue", func(tx broker.Tx) (bool, error) { return tx.IssueMint("m1", "ASIA1", until, noon()) })
	l.same(until, l.stored("c1").CredentialsUntil)
	l.moves(false, "issue again", func(tx broker.Tx) (bool, error) { return tx.IssueMint("m1", "ASIA2", until, noon()) })
	l.moves(false, "close what was issued", func(tx broker.Tx) (bool, error) { return tx.CloseMint("m1", broker.MintUnknown) })

	l.moves(true, "refuse", func(tx broker.Tx) (bool, error) { return tx.CloseMint("m3", broker.MintRefused) })
	l.same(until, l.stored("c1").CredentialsUntil)
	l.same([]broker.Mint{unknown}, overdue(unknown.Lease.Add(time.Millisecond)))
	l.moves(true, "close as unknown", func(tx broker.Tx) (bool, error) { return tx.CloseMint("m2", broker.MintUnknown) })
	l.same(unknown.Until, l.stored("c1").CredentialsUntil)
	l.same([]broker.Mint(nil), overdue(noon().Add(time.Hour)))
	l.same(3, readOne(l, func(tx broker.Tx) (int, error) { return tx.Mints("c1") }))
}

func (l *ledger) issueClosed() {
	l.add(aCheckout("c1"))
	l.mint("m1")
	end := aCheckout("c1").NotAfter
	issue := func(now time.Time) func(broker.Tx) (bool, error) {
		return func(tx broker.Tx) (bool, error) { return tx.IssueMint("m1", "ASIA1", end, now) }
	}
	l.moves(false, "past its end", issue(end))
	l.moves(true, "end", func(tx broker.Tx) (bool, error) { return tx.EndCheckout("c1", "checked in", noon()) })
	l.moves(false, "after the check-in", issue(noon()))
	l.moves(true, "drop", func(tx broker.Tx) (bool, error) { return tx.CloseMint("m1", broker.MintDropped) })
	if until := l.stored("c1").CredentialsUntil; !until.IsZero() {
		l.Errorf("credentials until %s, and none were handed out", until)
	}
	if err := l.Update(l.Context(), func(tx broker.Tx) error {
		return tx.AddMint(broker.Mint{ID: "m2", CheckoutID: "nothing", Created: noon(), Lease: noon(), Until: noon()})
	}); err == nil || errors.Is(err, broker.ErrTaken) {
		l.Errorf("a mint under no checkout: %v", err)
	}
}
