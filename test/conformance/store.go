package conformance

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Store is what every [broker.Store] must pass. open opens an empty ledger of its
// own for each part.
func Store(t *testing.T, open func(t *testing.T) broker.Store) {
	parts := []struct {
		name string
		test func(*ledger)
	}{
		{"a transaction is kept as a whole or not at all", (*ledger).transactions},
		{"transactions run one after the other", (*ledger).serial},
		{"a checkout is kept as it was given", (*ledger).checkout},
		{"one open checkout per person and access", (*ledger).oneCheckout},
		{"one open checkout per approval", (*ledger).oneApproval},
		{"a checkout ends once", (*ledger).endCheckout},
		{"a checkout is extended while it lasts", (*ledger).extendCheckout},
		{"a mint comes to one end", (*ledger).mints},
		{"nothing is issued under a closed window", (*ledger).issueClosed},
		{"a request is kept as it was given", (*ledger).request},
		{"one pending request per person and access", (*ledger).onePending},
		{"a request is decided once and in time", (*ledger).decideRequest},
		{"requests are listed newest first", (*ledger).listRequests},
		{"one vote per person", (*ledger).votes},
		{"tokens are found by their hash", (*ledger).tokens},
		{"the audit trail is in order", (*ledger).events},
		{"time never goes back", (*ledger).clock},
	}
	for _, part := range parts {
		t.Run(part.name, func(t *testing.T) { part.test(&ledger{T: t, Store: open(t)}) })
	}
}

// ledger is a store under test.
type ledger struct {
	*testing.T
	broker.Store
}

// noon is the moment at which everything in this suite happens.
func noon() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 123_000_000, time.UTC) }

func anAccess() jit.Access {
	return jit.Access{
		Application: "Manual - Sigma Labs", Environment: "196226166352 (Sigma Labs)", Profile: "EKS Cluster Admin",
		ApplicationID: "app", EnvironmentID: "env", ProfileID: "pap",
	}
}

func asker() jit.Person   { return jit.Person{ID: "u-alice", Name: "alice@example.com"} }
func decider() jit.Person { return jit.Person{ID: "u-bob", Name: "bob@example.com"} }

func aCheckout(id string) broker.Checkout {
	return broker.Checkout{
		Grant: jit.Grant{
			ID: id, Access: anAccess(), State: jit.GrantActive,
			NotBefore: noon(), NotAfter: noon().Add(time.Hour),
		},
		Person: asker(), Reason: jit.Reason{Justification: "it's \"broken\"\n", TicketType: "jira", TicketID: "X-1"}, Catalog: "v1",
	}
}

func aRequest(id string) broker.Request {
	return broker.Request{
		Request: jit.Request{
			ID: id, Access: anAccess(), Requester: asker().Name, Justification: "because",
			State: jit.RequestPending, Created: noon(), Expires: noon().Add(10 * time.Minute),
		},
		PersonID: asker().ID, Ticket: [2]string{"jira", "X-1"},
	}
}

// update runs a transaction that must succeed.
func (l *ledger) update(do func(tx broker.Tx) error) {
	l.Helper()
	if err := l.Update(l.Context(), do); err != nil {
		l.Fatal(err)
	}
}

// readOne reads one value.
func readOne[T any](l *ledger, read func(tx broker.Tx) (T, error)) T {
	l.Helper()
	var value T
	err := l.View(l.Context(), func(tx broker.Tx) (err error) {
		value, err = read(tx)
		return err
	})
	if err != nil {
		l.Fatal(err)
	}
	return value
}

// moves runs a transaction of one move, which must find its row or not.
func (l *ledger) moves(want bool, what string, move func(tx broker.Tx) (bool, error)) {
	l.Helper()
	var moved bool
	l.update(func(tx broker.Tx) (err error) {
		moved, err = move(tx)
		return err
	})
	if moved != want {
		l.Errorf("%s: moved %v, want %v", what, moved, want)
	}
}

// fails runs a transaction that must fail in this way.
func (l *ledger) fails(want error, what string, do func(tx broker.Tx) error) {
	l.Helper()
	if err := l.Update(l.Context(), do); !errors.Is(err, want) {
		l.Errorf("%s: %v, want %v", what, err, want)
	}
}

func (l *ledger) same(want, got any) {
	l.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		l.Errorf("not what was expected (-want +got):\n%s", diff)
	}
}

func (l *ledger) transactions() {
	failure := errors.New("no")
	l.fails(failure, "the function's own error", func(tx broker.Tx) error {
		if err := tx.AddCheckout(aCheckout("c1")); err != nil {
			return err
		}
		if err := tx.Record(broker.Event{At: noon(), Act: "x"}); err != nil {
			return err
		}
		return failure
	})
	l.fails(broker.ErrMissing, "after it", func(tx broker.Tx) error { _, err := tx.Checkout("c1"); return err })
	events := readOne(l, func(tx broker.Tx) ([]broker.Event, error) { return tx.Events(0, 10) })
	if len(events) > 0 {
		l.Errorf("%d events of a transaction that failed", len(events))
	}
}

// serial holds that what a transaction has read is still so when it writes.
func (l *ledger) serial() {
	const writers = 20
	done := make(chan error, writers)
	for range writers {
		go func() {
			done <- l.Update(l.Context(), func(tx broker.Tx) error {
				events, err := tx.Events(0, writers)
				if err != nil {
					return err
				}
				return tx.Record(broker.Event{At: noon(), Act: "n", Detail: string(rune('a' + len(events)))})
			})
		}()
	}
	for range writers {
		if err := <-done; err != nil {
			l.Error(err)
		}
	}
	seen := map[string]bool{}
	for _, e := range readOne(l, func(tx broker.Tx) ([]broker.Event, error) { return tx.Events(0, writers) }) {
		seen[e.Detail] = true
	}
	if len(seen) != writers {
		l.Errorf("%d different counts, want %d: two transactions saw the same state", len(seen), writers)
	}
}

func (l *ledger) tokens() {
	token := broker.Token{ID: "t1", Person: asker(), Name: "laptop", Created: noon(), Expires: noon().Add(time.Hour)}
	other := broker.Token{ID: "t2", Person: decider(), Created: noon()}
	l.update(func(tx broker.Tx) error {
		return errors.Join(tx.AddToken(token, []byte("hash 1")), tx.AddToken(other, []byte("hash 2")))
	})
	l.same(token, readOne(l, func(tx broker.Tx) (broker.Token, error) { return tx.TokenByHash([]byte("hash 1")) }))
	l.fails(broker.ErrMissing, "an unknown hash", func(tx broker.Tx) error { _, err := tx.TokenByHash([]byte("hash 3")); return err })
	l.fails(broker.ErrTaken, "a hash twice", func(tx broker.Tx) error {
		return tx.AddToken(broker.Token{ID: "t3", Person: decider(), Created: noon()}, []byte("hash 1"))
	})
	l.same([]broker.Token{token, other}, readOne(l, func(tx broker.Tx) ([]broker.Token, error) { return tx.Tokens() }))
	l.moves(true, "revoke", func(tx broker.Tx) (bool, error) { return tx.RevokeToken("t1", noon()) })
	l.moves(false, "revoke again", func(tx broker.Tx) (bool, error) { return tx.RevokeToken("t1", noon().Add(time.Minute)) })
	token.Revoked = noon()
	l.same([]broker.Token{token, other}, readOne(l, func(tx broker.Tx) ([]broker.Token, error) { return tx.Tokens() }))
}

func (l *ledger) events() {
	event := broker.Event{
		At: noon(), Actor: asker(), From: "192.0.2.1", Act: broker.ActCheckout, Outcome: "done", Access: anAccess().Path(),
		Checkout: "c1", Request: "r1", Token: "t1", Mint: "m1", Reason: jit.Reason{Justification: "j", TicketType: "t", TicketID: "i"},
		Approver: decider().Name, Detail: "d", Catalog: "v1",
	}
	for range 3 {
		l.update(func(tx broker.Tx) error { return tx.Record(event) })
	}
	events := readOne(l, func(tx broker.Tx) ([]broker.Event, error) { return tx.Events(0, 2) })
	if len(events) != 2 || events[0].Seq >= events[1].Seq {
		l.Fatalf("the first two of three: %+v", events)
	}
	event.Seq = events[0].Seq
	l.same(event, events[0])
	rest := readOne(l, func(tx broker.Tx) ([]broker.Event, error) { return tx.Events(events[1].Seq, 10) })
	if len(rest) != 1 {
		l.Errorf("%d behind the second, want 1", len(rest))
	}
}

func (l *ledger) clock() {
	var latest time.Time
	note := func(now time.Time) {
		l.update(func(tx broker.Tx) (err error) {
			latest, err = tx.Clock(now)
			return err
		})
	}
	note(noon())
	if !latest.Equal(noon()) {
		l.Errorf("noted %s, latest is %s", noon(), latest)
	}
	note(noon().Add(-time.Hour))
	if !latest.Equal(noon()) {
		l.Errorf("after a step back the latest is %s, want %s", latest, noon())
	}
	later := noon().Add(time.Minute)
	seen := readOne(l, func(tx broker.Tx) (time.Time, error) { return tx.Clock(later) })
	if !seen.Equal(later) {
		l.Errorf("a view at %s sees %s", later, seen)
	}
	note(noon())
	if !latest.Equal(noon()) {
		l.Errorf("a view noted %s", latest)
	}
}
