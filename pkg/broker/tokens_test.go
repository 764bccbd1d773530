package broker_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

func TestToken(t *testing.T) {
	w := newWorld(t)
	text, token, err := w.CreateToken(w.ctx(), " Alice@Example.com ", "laptop", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if len(text.Reveal()) != 47 || text.Reveal()[:4] != "jit_" {
		t.Errorf("%d characters", len(text.Reveal()))
	}
	if token.Person != person("alice") || token.Name != "laptop" || !token.Expires.Equal(w.clock().Add(time.Hour)) {
		t.Errorf("%+v", token)
	}
	me, err := w.Authenticate(w.ctx(), text)
	if err != nil || me != person("alice") {
		t.Errorf("%+v, %v", me, err)
	}
	other, _, err := w.CreateToken(w.ctx(), "alice@example.com", "", 0)
	if err != nil || other.Equal(text) {
		t.Errorf("the same token again (%v)", err)
	}
	w.pass(1000 * time.Hour)
	if _, err := w.Authenticate(w.ctx(), other); err != nil {
		t.Errorf("a token without an end has ended: %v", err)
	}
}

// TestBadTokens holds that whatever is wrong with a token, the answer is the
// same.
func TestBadTokens(t *testing.T) {
	w := newWorld(t)
	create := func(user string, ttl time.Duration) (jit.Secret, broker.Token) {
		text, token, err := w.CreateToken(w.ctx(), user, "", ttl)
		if err != nil {
			t.Fatal(err)
		}
		return text, token
	}
	expired, _ := create("alice@example.com", time.Hour)
	revoked, row := create("alice@example.com", 0)
	disabled, _ := create("bob@example.com", 0)
	gone, _ := create("mallory@example.com", 0)
	if err := w.RevokeToken(w.ctx(), row.ID); err != nil {
		t.Fatal(err)
	}
	w.pass(time.Hour)
	answers := map[string]string{}
	authenticate := func(name string, token jit.Secret) {
		who, err := w.Authenticate(w.ctx(), token)
		if jit.CodeOf(err) != jit.SignIn || who != (jit.Person{}) {
			t.Errorf("%s: %+v, %v", name, who, err)
			return
		}
		answers[err.Error()+jit.NextOf(err)] = name
	}
	authenticate("expired", expired)
	authenticate("revoked", revoked)
	authenticate("unknown", jit.NewSecret("jit_0000000000000000000000000000000000000000000"))
	authenticate("empty", jit.Secret{})
	w.change("id: u-bob}", "id: u-bob, disabled: true}")
	authenticate("disabled", disabled)
	w.change("  - {name: mallory@example.com, id: u-mallory}\n", "")
	authenticate("gone", gone)
	if len(answers) != 1 {
		t.Errorf("answers differ: %v", answers)
	}
}

func TestTokenMistakes(t *testing.T) {
	w := newWorld(t)
	_, _, err := w.CreateToken(w.ctx(), "eve@example.com", "", 0)
	w.refused(err, jit.NotFound, "eve@example.com")
	_, _, err = w.CreateToken(w.ctx(), "alice@example.com", "", -time.Hour)
	w.refused(err, jit.Invalid, "-1h")
	w.change("id: u-mallory}", "id: u-mallory, disabled: true}")
	_, _, err = w.CreateToken(w.ctx(), "mallory@example.com", "", 0)
	w.refused(err, jit.Invalid, "mallory@example.com is disabled")
	_, token, err := w.CreateToken(w.ctx(), "alice@example.com", "a", 0)
	if err != nil {
		t.Fatal(err)
	}
	w.refused(w.RevokeToken(w.ctx(), "nothing"), jit.NotFound, "nothing")
	if err := w.RevokeToken(w.ctx(), token.ID); err != nil {
		t.Fatal(err)
	}
	w.refused(w.RevokeToken(w.ctx(), token.ID), jit.Invalid, "revoked already")
	_, err = w.Tokens(w.ctx(), "eve@example.com")
	w.refused(err, jit.NotFound, "eve@example.com")
	token.Revoked = w.clock()
	for _, user := range []string{"", "alice@example.com"} {
		tokens, err := w.Tokens(w.ctx(), user)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]broker.Token{token}, tokens); diff != "" {
			t.Error(diff)
		}
	}
}

// TestAudit holds that every step of the story stands in the trail with all that
// an auditor asks for.
func TestAudit(t *testing.T) {
	w := newWorld(t)
	if _, _, err := w.CreateToken(w.ctx(), "alice@example.com", "", 0); err != nil {
		t.Fatal(err)
	}
	request := w.ask("alice")
	if _, err := w.as("alice").Decide(w.ctx(), request.ID, jit.Decision{Approve: true}); err == nil {
		t.Fatal("she approved herself")
	}
	w.decide("bob", request.ID, true)
	g := w.checkout("alice", "Admin", jit.Reason{})
	w.checkout("alice", "Admin", jit.Reason{}) // opens nothing, leaves nothing
	if _, err := w.as("alice").Credential(w.ctx(), g.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.as("alice").Checkin(w.ctx(), g.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.as("mallory").Checkout(w.ctx(), access("Admin"), jit.Reason{}); err == nil {
		t.Fatal("mallory is in")
	}
	want := []string{
		"operator token.create done",
		"alice@example.com request.ask done",
		"alice@example.com request.decide denied",
		"bob@example.com request.decide done",
		"alice@example.com checkout.open done",
		"alice@example.com mint.intend done",
		"alice@example.com mint.issue done",
		"alice@example.com checkout.end done",
		"mallory@example.com checkout.open not_found",
	}
	if diff := cmp.Diff(want, w.events()); diff != "" {
		t.Fatal(diff)
	}
	opened := w.trail()[4]
	opened.Seq, opened.Detail = 0, ""
	if diff := cmp.Diff(broker.Event{
		At: w.clock(), Actor: person("alice"), From: "192.0.2.7", Act: broker.ActCheckout, Outcome: "done",
		Access: "Sigma/Labs/Admin", Checkout: g.ID, Request: request.ID, Reason: because("it is broken"),
		Approver: "bob@example.com", Catalog: opened.Catalog,
	}, opened); diff != "" || opened.Catalog == "" {
		t.Errorf("catalog %q, %s", opened.Catalog, diff)
	}
}
