package conformance

import (
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

func (l *ledger) ask(r broker.Request) {
	l.Helper()
	l.update(func(tx broker.Tx) error { return tx.AddRequest(r) })
}

func (l *ledger) asked(id string) broker.Request {
	l.Helper()
	return readOne(l, func(tx broker.Tx) (broker.Request, error) { return tx.Request(id) })
}

func (l *ledger) list(q broker.RequestQuery) (ids []string) {
	l.Helper()
	for _, r := range readOne(l, func(tx broker.Tx) ([]broker.Request, error) { return tx.Requests(q) }) {
		ids = append(ids, r.ID)
	}
	return ids
}

func (l *ledger) request() {
	l.ask(aRequest("r1"))
	l.same(aRequest("r1"), l.asked("r1"))
	l.fails(broker.ErrMissing, "an unknown id", func(tx broker.Tx) error { _, err := tx.Request("r2"); return err })
}

func (l *ledger) onePending() {
	l.ask(aRequest("r1"))
	l.fails(broker.ErrTaken, "a second one", func(tx broker.Tx) error { return tx.AddRequest(aRequest("r2")) })
	l.moves(true, "withdraw", func(tx broker.Tx) (bool, error) {
		return tx.DecideRequest("r1", broker.Outcome{State: jit.RequestWithdrawn, By: asker(), At: noon()})
	})
	l.ask(aRequest("r2"))
}

func (l *ledger) decideRequest() {
	l.ask(aRequest("r1"))
	expires := aRequest("r1").Expires
	approve := broker.Outcome{
		State: jit.RequestApproved, By: decider(), Comment: "fine", At: expires.Add(-time.Millisecond), ValidUntil: expires.Add(time.Hour),
	}
	late := approve
	late.At = expires
	l.moves(false, "at its end", func(tx broker.Tx) (bool, error) { return tx.DecideRequest("r1", late) })
	l.moves(false, "lapse before its end", func(tx broker.Tx) (bool, error) { return tx.LapseRequest("r1", approve.At) })
	l.moves(true, "approve", func(tx broker.Tx) (bool, error) { return tx.DecideRequest("r1", approve) })
	reject := broker.Outcome{State: jit.RequestRejected, By: decider(), At: approve.At}
	l.moves(false, "reject after it", func(tx broker.Tx) (bool, error) { return tx.DecideRequest("r1", reject) })
	l.moves(false, "lapse after it", func(tx broker.Tx) (bool, error) { return tx.LapseRequest("r1", expires) })
	want := aRequest("r1")
	want.State, want.DecidedBy, want.DeciderID = jit.RequestApproved, decider().Name, decider().ID
	want.Comment, want.Decided, want.ValidUntil = "fine", approve.At, approve.ValidUntil
	l.same(want, l.asked("r1"))

	l.ask(aRequest("r2"))
	l.moves(true, "lapse at its end", func(tx broker.Tx) (bool, error) { return tx.LapseRequest("r2", expires) })
	if state := l.asked("r2").State; state != jit.RequestTimedOut {
		l.Errorf("lapsed to %q", state)
	}
}

func (l *ledger) listRequests() {
	bobs := aRequest("r2")
	bobs.PersonID, bobs.Requester = decider().ID, decider().Name
	elsewhere := aRequest("r3")
	elsewhere.Access.ProfileID = "another"
	for _, r := range []broker.Request{aRequest("r1"), bobs, elsewhere} {
		l.ask(r)
	}
	l.moves(true, "reject", func(tx broker.Tx) (bool, error) {
		return tx.DecideRequest("r1", broker.Outcome{State: jit.RequestRejected, By: decider(), At: noon()})
	})
	l.same([]string{"r3", "r2", "r1"}, l.list(broker.RequestQuery{}))
	l.same([]string{"r3", "r2"}, l.list(broker.RequestQuery{Limit: 2}))
	l.same([]string{"r3", "r1"}, l.list(broker.RequestQuery{PersonID: asker().ID}))
	l.same([]string{"r2"}, l.list(broker.RequestQuery{NotPersonID: asker().ID}))
	l.same([]string{"r3", "r2"}, l.list(broker.RequestQuery{State: jit.RequestPending}))
	l.same([]string{"r1"}, l.list(broker.RequestQuery{PersonID: asker().ID, Access: anAccess()}))
}

func (l *ledger) votes() {
	l.ask(aRequest("r1"))
	vote := broker.Vote{RequestID: "r1", Person: decider(), Approve: true, Comment: "fine", At: noon()}
	l.update(func(tx broker.Tx) error { return tx.AddVote(vote) })
	l.fails(broker.ErrTaken, "a second vote of one person", func(tx broker.Tx) error {
		again := vote
		again.Approve = false
		return tx.AddVote(again)
	})
	l.same([]broker.Vote{vote}, readOne(l, func(tx broker.Tx) ([]broker.Vote, error) { return tx.Votes("r1") }))
}
