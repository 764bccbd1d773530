package broker_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// TestSession holds what is asked of AWS: the window's rest and no more, within
// AWS's bounds, and nothing that does not come from the catalog.
func TestSession(t *testing.T) {
	tests := []struct {
		name, profile string
		passed        time.Duration
		want          time.Duration
	}{
		{"the whole window", "Pods", 0, time.Hour},
		{"its rest, in whole seconds", "Pods", 20*time.Minute + 300*time.Millisecond, 39*time.Minute + 59*time.Second},
		{"AWS's shortest", "Pods", 55 * time.Minute, 15 * time.Minute},
		{"the role's longest", "Reader", 0, 4 * time.Hour},
		{"the rest below the role's longest", "Reader", 5 * time.Hour, 3 * time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			g := w.checkout("alice", tt.profile, because("x"))
			w.pass(tt.passed)
			credential, err := w.as("alice").Credential(w.ctx(), g.ID)
			if err != nil {
				t.Fatal(err)
			}
			want := broker.AWSSession{
				Partition: "aws", Provider: "arn:aws:iam::196226166352:saml-provider/jit-broker",
				Role:      map[string]string{"Pods": "arn:aws:iam::196226166352:role/EKS-Pod-Manager", "Reader": "arn:aws:iam::196226166352:role/BritiveEKSReader"}[tt.profile],
				Recipient: "https://signin.aws.amazon.com/saml", Audience: "urn:amazon:webservices",
				Person: person("alice"), Duration: tt.want, End: g.NotAfter,
			}
			if diff := cmp.Diff([]broker.AWSSession{want}, w.sts.calls); diff != "" {
				t.Error(diff)
			}
			if until := w.row(g.ID).CredentialsUntil; !until.Equal(credential.Expires) || until.After(g.NotAfter) {
				t.Errorf("credentials until %s, they expire %s, the window closes %s", until, credential.Expires, g.NotAfter)
			}
		})
	}
}

func TestSessionTags(t *testing.T) {
	w := newWorld(t)
	w.change("samlProvider: jit-broker}", "samlProvider: jit-broker, tags: true}")
	id := w.ask("alice").ID
	w.decide("bob", id, true)
	g := w.checkout("alice", "Admin", jit.Reason{})
	if _, err := w.as("alice").Credential(w.ctx(), g.ID); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"checkout": g.ID, "profile": "Admin", "request": id}, w.sts.calls[0].Tags); diff != "" {
		t.Error(diff)
	}
}

func TestNoCredential(t *testing.T) {
	w := newWorld(t)
	g := w.checkout("alice", "Pods", jit.Reason{})
	_, err := w.as("bob").Credential(w.ctx(), g.ID)
	w.refused(err, jit.NotFound, g.ID)
	w.pass(time.Hour - 4*time.Second)
	_, err = w.as("alice").Credential(w.ctx(), g.ID)
	w.refused(err, jit.Denied, "too little")
	w.pass(4 * time.Second)
	_, err = w.as("alice").Credential(w.ctx(), g.ID)
	w.refused(err, jit.Denied, "expired")
	if len(w.sts.calls) > 0 {
		t.Error("STS was asked")
	}
}

// TestMintOutcome holds what the ledger says when no credentials came: what may
// have been issued is said, and nothing else.
func TestMintOutcome(t *testing.T) {
	tests := []struct {
		name   string
		err    error
		code   jit.Code
		detail string
		may    bool // something may have been issued
	}{
		{"AWS says no", jit.Errorf(jit.Denied, "assume", "AWS says AccessDenied"), jit.Denied, "refused: ", false},
		{"not reached", jit.Errorf(jit.Unavailable, "assume", "dial: %w", broker.ErrUnsent), jit.Unavailable, "refused: ", false},
		{"broke off", jit.Errorf(jit.Unavailable, "assume", "broke off"), jit.Unavailable, "unknown: credentials may have been issued that work until 2026-11-24T13:00:30Z", true},
		{"something else", errors.New("a fault"), jit.Internal, "unknown: ", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			g := w.checkout("alice", "Pods", jit.Reason{})
			w.sts.err = tt.err
			_, err := w.as("alice").Credential(w.ctx(), g.ID)
			w.refused(err, tt.code, tt.err.Error())
			row := w.row(g.ID)
			if row.State != jit.GrantActive || row.CredentialsUntil.IsZero() == tt.may {
				t.Errorf("%+v", row)
			}
			trail := w.trail()
			if last := trail[len(trail)-1]; last.Act != broker.ActCloseMint || !strings.HasPrefix(last.Detail, tt.detail) {
				t.Errorf("%+v", last)
			}
			w.sts.err = nil
			if _, err := w.as("alice").Credential(w.ctx(), g.ID); err != nil {
				t.Errorf("the next one: %v", err)
			}
		})
	}
}

// TestClosedWhileMinting holds that credentials of a window that closed while STS
// was thinking are dropped.
func TestClosedWhileMinting(t *testing.T) {
	closings := map[string]func(w *world, id string){
		"checked in": func(w *world, id string) {
			if _, err := w.as("alice").Checkin(w.ctx(), id); err != nil {
				w.Error(err)
			}
		},
		"expired": func(w *world, _ string) { w.pass(2 * time.Hour) },
		"revoked": func(w *world, _ string) {
			w.change("members: {users: [alice@example.com, bob@example.com]}}", "members: {users: [bob@example.com]}}")
		},
	}
	for why, closing := range closings {
		t.Run(why, func(t *testing.T) {
			w := newWorld(t)
			g := w.checkout("alice", "Pods", jit.Reason{})
			w.sts.while = func() { closing(w, g.ID) }
			credential, err := w.as("alice").Credential(w.ctx(), g.ID)
			w.refused(err, jit.Denied, why)
			if !credential.SessionToken.Empty() {
				t.Error("the credentials were handed out all the same")
			}
			if row := w.row(g.ID); row.State != jit.GrantEnded || !row.CredentialsUntil.IsZero() {
				t.Errorf("%+v", row)
			}
		})
	}
}

// TestHungUp holds that the outcome of a mint is written down when the client is
// gone.
func TestHungUp(t *testing.T) {
	w := newWorld(t)
	g := w.checkout("alice", "Pods", jit.Reason{})
	ctx, cancel := context.WithCancel(w.ctx())
	w.sts.while = cancel
	if _, err := w.as("alice").Credential(ctx, g.ID); err != nil {
		t.Errorf("the client is gone and so is the outcome: %v", err)
	}
	if w.row(g.ID).CredentialsUntil.IsZero() {
		t.Error("the ledger does not know what was issued")
	}
}

func TestMintsInALoop(t *testing.T) {
	w := newWorld(t)
	g := w.checkout("alice", "Pods", jit.Reason{})
	err := w.faults.Update(w.Context(), func(tx broker.Tx) error {
		for i := range 1000 {
			m := broker.Mint{ID: fmt.Sprint("m", i), CheckoutID: g.ID, Created: w.clock(), Lease: w.clock(), Until: w.clock()}
			if err := tx.AddMint(m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.as("alice").Credential(w.ctx(), g.ID)
	w.refused(err, jit.Denied, "in a loop")
}

// TestNothingSecretAtRest looks for what must not be in the ledger's files.
func TestNothingSecretAtRest(t *testing.T) {
	w := newWorld(t)
	g := w.checkout("alice", "Pods", because("a plain reason"))
	if _, err := w.as("alice").Credential(w.ctx(), g.ID); err != nil {
		t.Fatal(err)
	}
	token, _, err := w.CreateToken(w.ctx(), "alice@example.com", "laptop", 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, suffix := range []string{"", "-wal"} {
		text, err := os.ReadFile(w.path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text...)
	}
	if !strings.Contains(string(all), "a plain reason") {
		t.Fatal("the ledger is not where this test looks")
	}
	for _, secret := range []string{"canary", token.Reveal(), strings.TrimPrefix(token.Reveal(), "jit_")} {
		if strings.Contains(string(all), secret) {
			t.Errorf("%.10s… stands in the ledger", secret)
		}
	}
}
