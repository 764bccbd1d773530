package broker_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

func TestAsk(t *testing.T) {
	w := newWorld(t)
	r := w.ask("alice")
	if r.State != jit.RequestPending || r.Requester != "alice@example.com" || r.Justification != "it is broken" ||
		!r.Expires.Equal(w.clock().Add(10*time.Minute)) || !r.Created.Equal(w.clock()) {
		t.Errorf("%+v", r)
	}
	if diff := cmp.Diff([]string{"tag:sre"}, r.Approvers); diff != "" {
		t.Error(diff)
	}
	tests := []struct {
		name, who, profile string
		why                jit.Reason
		code               jit.Code
		says               string
	}{
		{"a second one", "alice", "Admin", because("x"), jit.Waiting, r.ID},
		{"without a justification", "bob", "Admin", jit.Reason{}, jit.Justification, "required"},
		{"with one that is too long", "bob", "Admin", because(strings.Repeat("x", 256)), jit.Justification, "255"},
		{"with a ticket that is too long", "bob", "Admin", jit.Reason{Justification: "x", TicketID: strings.Repeat("x", 256)}, jit.Invalid, "255"},
		{"for what needs none", "alice", "Pods", because("x"), jit.Invalid, "needs no approval"},
		{"for what needs a justification only", "alice", "Reader", jit.Reason{}, jit.Invalid, "nothing to approve"},
		{"for somebody in no policy", "mallory", "Admin", because("x"), jit.NotFound, ""},
		{"for an approver in no policy", "carol", "Admin", because("x"), jit.NotFound, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := w.as(tt.who).Ask(w.ctx(), access(tt.profile), tt.why)
			w.refused(err, tt.code, tt.says)
		})
	}
	w.pass(10 * time.Minute)
	if next := w.ask("alice"); next.ID == r.ID {
		t.Error("the request that timed out stands in the way")
	}
}

func TestAskForWhatIsThere(t *testing.T) {
	w := newWorld(t)
	w.decide("bob", w.ask("alice").ID, true)
	_, err := w.as("alice").Ask(w.ctx(), access("Admin"), because("x"))
	w.refused(err, jit.Invalid, "approved by bob@example.com")
	w.checkout("alice", "Admin", jit.Reason{})
	_, err = w.as("alice").Ask(w.ctx(), access("Admin"), because("x"))
	w.refused(err, jit.Invalid, "checked out until")
}

// TestDecide holds who may decide what, and when.
func TestDecide(t *testing.T) {
	tests := []struct {
		name, asker, decider string
		before               func(w *world, id string)
		code                 jit.Code
		says                 string
	}{
		{name: "an approver", asker: "alice", decider: "bob"},
		{name: "another approver", asker: "bob", decider: "carol"},
		{name: "oneself", asker: "alice", decider: "alice", code: jit.Denied, says: "their own"},
		{name: "oneself, an approver", asker: "bob", decider: "bob", code: jit.Denied, says: "their own"},
		{name: "nobody's approver", asker: "alice", decider: "mallory", code: jit.Denied, says: "not an approver"},
		{name: "a member", asker: "bob", decider: "alice", code: jit.Denied, says: "not an approver"},
		{name: "an approver no more", asker: "alice", decider: "bob", code: jit.Denied, says: "not an approver", before: func(w *world, _ string) {
			w.change("users: [bob@example.com, carol@example.com]", "users: [carol@example.com]")
		}},
		{name: "a disabled approver", asker: "alice", decider: "bob", code: jit.SignIn, before: func(w *world, _ string) {
			w.change("id: u-bob}", "id: u-bob, disabled: true}")
		}},
		{name: "too late", asker: "alice", decider: "bob", code: jit.Invalid, says: "timed out", before: func(w *world, _ string) { w.pass(10 * time.Minute) }},
		{name: "in the last moment", asker: "alice", decider: "bob", before: func(w *world, _ string) { w.pass(10*time.Minute - time.Millisecond) }},
		{name: "after an approval", asker: "alice", decider: "bob", code: jit.Invalid, says: "approved by carol@example.com", before: func(w *world, id string) { w.decide("carol", id, true) }},
		{name: "after a rejection", asker: "alice", decider: "bob", code: jit.Invalid, says: "rejected by carol@example.com", before: func(w *world, id string) { w.decide("carol", id, false) }},
		{name: "after a withdrawal", asker: "alice", decider: "bob", code: jit.Invalid, says: "withdrawn by alice@example.com", before: func(w *world, id string) {
			if _, err := w.as("alice").Withdraw(w.ctx(), id); err != nil {
				w.Fatal(err)
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			id := w.ask(tt.asker).ID
			if tt.before != nil {
				tt.before(w, id)
			}
			r, err := w.as(tt.decider).Decide(w.ctx(), id, jit.Decision{Approve: true, Comment: "fine"})
			if tt.code != "" {
				w.refused(err, tt.code, tt.says)
				return
			}
			if err != nil || r.State != jit.RequestApproved || r.DecidedBy != tt.decider+"@example.com" || r.Comment != "fine" ||
				!r.ValidUntil.Equal(w.clock().Add(2*time.Hour)) {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}

func TestDecideBadly(t *testing.T) {
	w := newWorld(t)
	id := w.ask("alice").ID
	_, err := w.as("bob").Decide(w.ctx(), "nothing", jit.Decision{Approve: true})
	w.refused(err, jit.NotFound, "nothing")
	_, err = w.as("bob").Decide(w.ctx(), id, jit.Decision{Comment: strings.Repeat("x", 1001)})
	w.refused(err, jit.Invalid, "1000")
	if r := w.decide("bob", id, false); r.State != jit.RequestRejected || !r.ValidUntil.IsZero() {
		t.Errorf("%+v", r)
	}
	_, err = w.as("alice").Checkout(w.ctx(), access("Admin"), because("x"))
	w.refused(err, jit.Approval, "")
}

func TestWithdraw(t *testing.T) {
	w := newWorld(t)
	id := w.ask("alice").ID
	_, err := w.as("bob").Withdraw(w.ctx(), id)
	w.refused(err, jit.Denied, "not yours")
	if r, err := w.as("alice").Withdraw(w.ctx(), id); err != nil || r.State != jit.RequestWithdrawn {
		t.Errorf("%+v, %v", r, err)
	}
	_, err = w.as("alice").Withdraw(w.ctx(), id)
	w.refused(err, jit.Invalid, "withdrawn")
	_, err = w.as("alice").Withdraw(w.ctx(), "nothing")
	w.refused(err, jit.NotFound, "nothing")
	if next := w.ask("alice"); next.ID == id {
		t.Error("the same request again")
	}
}

// TestApprovalIsUsed holds what an approval is worth, and for how long.
func TestApprovalIsUsed(t *testing.T) {
	w := newWorld(t)
	w.decide("bob", w.ask("alice").ID, true)
	g := w.checkout("alice", "Admin", jit.Reason{})
	if c := w.row(g.ID); c.Reason.Justification != "it is broken" || c.RequestID == "" {
		t.Errorf("it does not carry what was approved: %+v", c)
	}
	if !g.NotAfter.Equal(w.clock().Add(time.Hour)) {
		t.Errorf("until %s", g.NotAfter)
	}
	longer, err := w.as("alice").Extend(w.ctx(), g.ID)
	if err != nil || !longer.NotAfter.Equal(w.clock().Add(2*time.Hour)) {
		t.Errorf("extended behind the approval's end: %+v, %v", longer, err)
	}
	if _, err := w.as("alice").Checkin(w.ctx(), g.ID); err != nil {
		t.Fatal(err)
	}
	w.pass(90 * time.Minute)
	second := w.checkout("alice", "Admin", jit.Reason{})
	if !second.NotAfter.Equal(w.clock().Add(30 * time.Minute)) {
		t.Errorf("until %s, behind the approval's end", second.NotAfter)
	}
	_, err = w.as("alice").Extend(w.ctx(), second.ID)
	w.refused(err, jit.Denied, "the approval it rests on ends")
	w.pass(30 * time.Minute)
	_, err = w.as("alice").Checkout(w.ctx(), access("Admin"), because("x"))
	w.refused(err, jit.Approval, "tag:sre")
}

// TestApprovalIsCountedAgain holds that an approval is worth what the present
// catalog says of its approver, when it is used and at each mint.
func TestApprovalIsCountedAgain(t *testing.T) {
	changes := map[string][2]string{
		"the approver is none any more": {"users: [bob@example.com, carol@example.com]", "users: [carol@example.com]"},
		"the approver is disabled":      {"id: u-bob}", "id: u-bob, disabled: true}"},
		"the validity is shortened":     {"validFor: 2h", "validFor: 5m"},
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.decide("bob", w.ask("alice").ID, true)
			w.pass(6 * time.Minute)
			w.change(change[0], change[1])
			_, err := w.as("alice").Checkout(w.ctx(), access("Admin"), because("x"))
			w.refused(err, jit.Approval, "")

			w.SetCatalog(w.declare(story))
			g := w.checkout("alice", "Admin", jit.Reason{})
			w.change(change[0], change[1])
			_, err = w.as("alice").Credential(w.ctx(), g.ID)
			w.refused(err, jit.Denied, "revoked")
		})
	}
}

// TestApprovalsLastMoment holds that an approval with less than a second left is
// none: a window on it would end before it began.
func TestApprovalsLastMoment(t *testing.T) {
	w := newWorld(t)
	w.pass(600 * time.Millisecond)
	approved := w.decide("bob", w.ask("alice").ID, true)
	w.pass(approved.ValidUntil.Sub(w.clock()) - 400*time.Millisecond)
	_, err := w.as("alice").Checkout(w.ctx(), access("Admin"), jit.Reason{})
	w.refused(err, jit.Approval, "an approval is required")
}

// TestRequests holds who sees which requests, newest first.
func TestRequests(t *testing.T) {
	w := newWorld(t)
	first := w.ask("alice").ID
	w.decide("carol", first, false)
	w.pass(time.Second)
	second := w.ask("alice").ID
	bobs := w.ask("bob").ID
	want := map[string]map[jit.RequestScope][]string{
		"alice":   {jit.MyRequests: {second, first}, jit.MyApprovals: nil},
		"bob":     {jit.MyRequests: {bobs}, jit.MyApprovals: {second, first}}, // his own is not his to decide
		"carol":   {jit.MyRequests: nil, jit.MyApprovals: {bobs, second, first}},
		"mallory": {jit.MyRequests: nil, jit.MyApprovals: nil},
	}
	for who, scopes := range want {
		for scope, ids := range scopes {
			if diff := cmp.Diff(ids, w.listed(who, scope)); diff != "" {
				t.Errorf("%s, %s: %s", who, scope, diff)
			}
		}
	}
	w.change("users: [bob@example.com, carol@example.com]", "users: [bob@example.com, alice@example.com]")
	if diff := cmp.Diff([]string{first}, w.listed("carol", jit.MyApprovals)); diff != "" {
		t.Errorf("what carol decided when she could: %s", diff)
	}
	_, err := w.as("alice").Requests(w.ctx(), "all")
	w.refused(err, jit.Invalid, "all")
}

// TestRequestsOfMany holds that an approver sees what waits for them, however many
// newer requests of others there are.
func TestRequestsOfMany(t *testing.T) {
	w := newWorld(t)
	waiting := w.ask("alice").ID
	err := w.faults.Update(w.Context(), func(tx broker.Tx) error {
		for i := range 1000 {
			r := broker.Request{PersonID: "u-else", Request: jit.Request{
				Decided: w.clock(), ID: fmt.Sprint("else-", i), Access: access("Other"), State: jit.RequestRejected, Created: w.clock(), Expires: w.clock(),
			}}
			if err := tx.AddRequest(r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	newest := w.ask("bob").ID
	if diff := cmp.Diff([]string{newest, waiting}, w.listed("carol", jit.MyApprovals)); diff != "" {
		t.Error(diff)
	}
}

func (w *world) listed(who string, scope jit.RequestScope) (ids []string) {
	w.Helper()
	requests, err := w.as(who).Requests(w.ctx(), scope)
	if err != nil {
		w.Fatal(err)
	}
	for _, r := range requests {
		ids = append(ids, r.ID)
	}
	return ids
}

// TestTimeout holds that a request is seen as timed out before anybody wrote it
// down.
func TestTimeout(t *testing.T) {
	w := newWorld(t)
	id := w.ask("alice").ID
	w.pass(11 * time.Minute)
	requests, err := w.as("alice").Requests(w.ctx(), jit.MyRequests)
	if err != nil || len(requests) != 1 || requests[0].State != jit.RequestTimedOut || !requests[0].Decided.Equal(requests[0].Expires) {
		t.Errorf("%+v, %v", requests, err)
	}
	if r, err := w.as("alice").Await(w.ctx(), id); err != nil || r.State != jit.RequestTimedOut {
		t.Errorf("%+v, %v", r, err)
	}
	_, err = w.as("alice").Withdraw(w.ctx(), id)
	w.refused(err, jit.Invalid, "timed out")
}
