package broker_test

import (
	"database/sql"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// TestClockBack holds that what ended does not come back when the clock is set
// back, whether or not its end was written down, and that nothing is issued until
// the clock is right again.
func TestClockBack(t *testing.T) {
	w := newWorld(t)
	pods := w.checkout("alice", "Pods", jit.Reason{})
	request := w.ask("alice").ID
	token, _, err := w.CreateToken(w.ctx(), "alice@example.com", "", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	w.pass(time.Hour)
	standing := w.checkout("alice", "Reader", because("x")) // notes the time
	w.pass(-30 * time.Minute)

	if grants, err := w.as("alice").Grants(w.ctx()); err != nil || len(grants) != 1 || grants[0].ID != standing.ID {
		t.Errorf("%+v, %v", grants, err)
	}
	_, err = w.Authenticate(w.ctx(), token)
	w.refused(err, jit.SignIn, "")
	if r, err := w.as("alice").Await(w.ctx(), request); err != nil || r.State != jit.RequestTimedOut {
		t.Errorf("%+v, %v", r, err)
	}
	for name, err := range map[string]error{
		"checkout":   second(w.as("alice").Checkout(w.ctx(), access("Pods"), jit.Reason{})),
		"ask":        second(w.as("bob").Ask(w.ctx(), access("Admin"), because("x"))),
		"extend":     second(w.as("alice").Extend(w.ctx(), standing.ID)),
		"credential": second(w.as("alice").Credential(w.ctx(), standing.ID)),
	} {
		if jit.CodeOf(err) != jit.Unavailable {
			t.Errorf("%s with a clock that was set back: %v", name, err)
		}
	}
	if again, err := w.as("alice").Checkout(w.ctx(), access("Reader"), because("x")); err != nil || again.ID != standing.ID {
		t.Errorf("to find what stands needs no clock: %+v, %v", again, err)
	}
	if ended, err := w.as("alice").Checkin(w.ctx(), standing.ID); err != nil || ended.State != jit.GrantEnded {
		t.Errorf("check-in needs no clock: %+v, %v", ended, err)
	}
	w.pass(30*time.Minute - 4*time.Second)
	if next := w.checkout("alice", "Pods", jit.Reason{}); next.ID == pods.ID || next.NotBefore.Before(pods.NotAfter) {
		t.Errorf("a step within the tolerance: %+v", next)
	}
}

// TestClockForward holds that a step forward only ends things, and that no
// session is longer for it.
func TestClockForward(t *testing.T) {
	w := newWorld(t)
	g := w.checkout("alice", "Pods", jit.Reason{})
	w.sts.while = func() { w.pass(24 * time.Hour) }
	_, err := w.as("alice").Credential(w.ctx(), g.ID)
	w.refused(err, jit.Denied, "expired")
	if length := w.sts.calls[0].Duration; length != time.Hour {
		t.Errorf("a session of %s", length)
	}
}

// TestClockForgotten holds that the statement in docs/broker.md lets a broker go on
// whose clock once ran ahead.
func TestClockForgotten(t *testing.T) {
	page, err := os.ReadFile("../../docs/broker.md")
	if err != nil {
		t.Fatal(err)
	}
	_, statement, found := strings.Cut(string(page), "`sqlite3 broker/ledger.db \"UPDATE ")
	if statement, _, _ = strings.Cut("UPDATE "+statement, "\"`"); !found {
		t.Fatal("the page has no such statement")
	}
	w := newWorld(t)
	w.pass(1000 * time.Hour)
	opened := w.checkout("bob", "Pods", jit.Reason{})
	w.decide("bob", w.ask("alice").ID, true)
	w.pass(-1000 * time.Hour)
	_, err = w.as("alice").Checkout(w.ctx(), access("Pods"), jit.Reason{})
	w.refused(err, jit.Unavailable, "broker's clock stands")
	file, err := sql.Open("sqlite", w.path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	w.checkout("alice", "Pods", jit.Reason{})

	// What the wrong clock gave would last for 1000 hours more.
	_, err = w.as("bob").Credential(w.ctx(), opened.ID)
	w.refused(err, jit.Denied, "a clock that ran ahead")
	_, err = w.as("alice").Checkout(w.ctx(), access("Admin"), jit.Reason{})
	w.refused(err, jit.Approval, "")
}

func second[T any](_ T, err error) error { return err }

// TestSettle holds what is written down, once, by whom.
func TestSettle(t *testing.T) {
	w := newWorld(t)
	expired := w.checkout("alice", "Pods", jit.Reason{})
	revoked := w.checkout("bob", "Pods", jit.Reason{})
	if _, err := w.as("bob").Extend(w.ctx(), revoked.ID); err != nil {
		t.Fatal(err)
	}
	standing := w.checkout("alice", "Reader", because("x"))
	request := w.ask("alice")
	lost := broker.Mint{ID: "lost", CheckoutID: standing.ID, Created: w.clock(), Lease: w.clock().Add(30 * time.Second), Until: w.clock().Add(5 * time.Hour)}
	if err := w.faults.Update(w.Context(), func(tx broker.Tx) error { return tx.AddMint(lost) }); err != nil {
		t.Fatal(err)
	}
	w.pass(time.Hour)
	w.change("members: {users: [alice@example.com, bob@example.com]}}", "members: {users: [alice@example.com]}}")
	before := len(w.events())
	for range 2 {
		if err := w.Settle(w.ctx()); err != nil {
			t.Fatal(err)
		}
	}
	written := map[string]string{}
	for _, e := range w.trail()[before:] {
		if e.Actor.Name != "jit-broker" {
			t.Errorf("by %+v", e.Actor)
		}
		written[e.Act] += e.Checkout + e.Request
	}
	want := map[string]string{
		broker.ActExpire: expired.ID, broker.ActRevoke: revoked.ID, broker.ActTimeout: request.ID, broker.ActCloseMint: standing.ID,
	}
	for act, id := range want {
		if written[act] != id {
			t.Errorf("%s: %q, want %q once", act, written[act], id)
		}
	}
	if len(written) != len(want) {
		t.Errorf("written: %v", written)
	}
	if row := w.row(standing.ID); row.State != jit.GrantActive || !row.CredentialsUntil.Equal(lost.Until) {
		t.Errorf("%+v", row)
	}
}
