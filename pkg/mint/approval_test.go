package mint_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// withApproval is a rig whose policy wants an approval, and a login that waits.
func withApproval(t *testing.T, test func(t *testing.T, r *rig)) {
	inRig(t, func(t *testing.T, r *rig) {
		r.broker.approval = true
		r.ask.Wait = 10 * time.Minute
		test(t, r)
	})
}

func TestApproved(t *testing.T) {
	withApproval(t, func(t *testing.T, r *rig) {
		r.broker.justification, r.person.present, r.person.answer = true, true, " INC-42 \n"
		go func() {
			time.Sleep(5 * time.Minute)
			r.broker.decided <- jit.Request{State: jit.RequestApproved, DecidedBy: "bob@example.com"}
		}()
		before := time.Now()
		grant, err := r.Checkout(t.Context(), r.ask)
		if err != nil {
			t.Fatal(err)
		}
		if grant.State != jit.GrantActive || time.Since(before) != 5*time.Minute {
			t.Errorf("%+v after %s", grant, time.Since(before))
		}
		if got := r.broker.requests[0].Justification; got != "INC-42" {
			t.Errorf("asked with %q", got)
		}
		if got := r.broker.reasons[len(r.broker.reasons)-1].Justification; got != "INC-42" {
			t.Errorf("checked out with %q", got)
		}
		if len(r.person.progress) != 4 || !strings.Contains(r.person.progress[2], "waiting for bob@example.com or tag:sre to approve eks-pod-manager (request req-1") {
			t.Errorf("progress %q", r.person.progress)
		}
		r.called(t, calls{"checkout": 2, "requests": 1, "ask": 1, "await": 1})
	})
}

func TestVerdicts(t *testing.T) {
	tests := []struct {
		decided jit.Request
		code    jit.Code
		says    string
	}{
		{jit.Request{State: jit.RequestRejected, DecidedBy: "bob@example.com", Comment: "not on a Friday"}, jit.Denied, "bob@example.com rejected request req-1: not on a Friday"},
		{jit.Request{State: jit.RequestRejected}, jit.Denied, "an approver rejected"},
		{jit.Request{State: jit.RequestWithdrawn}, jit.Denied, "was withdrawn"},
		{jit.Request{State: jit.RequestCancelled, Comment: "over"}, jit.Denied, "revoked: over"},
		{jit.Request{State: jit.RequestTimedOut}, jit.Approval, "nobody decided"},
		{jit.Request{State: "strange"}, jit.Waiting, "is strange"},
	}
	for _, tt := range tests {
		t.Run(string(tt.decided.State), func(t *testing.T) {
			withApproval(t, func(t *testing.T, r *rig) {
				r.broker.decided <- tt.decided
				_, err := r.Checkout(t.Context(), r.ask)
				expect(t, err, tt.code, tt.says)
			})
		})
	}
}

func TestWaitIsOver(t *testing.T) {
	withApproval(t, func(t *testing.T, r *rig) {
		before := time.Now()
		_, err := r.Checkout(t.Context(), r.ask)
		expect(t, err, jit.Waiting, "nobody has decided request req-1 within 10m0s")
		expect(t, err, jit.Waiting, "next: kubectl jit login eks-pod-manager")
		expect(t, err, jit.Waiting, "kubectl jit request withdraw req-1")
		if time.Since(before) != 10*time.Minute {
			t.Errorf("waited for %s", time.Since(before))
		}
		if r.broker.requests[0].State != jit.RequestPending {
			t.Error("the request does not stay")
		}
	})
}

func TestInterrupted(t *testing.T) {
	withApproval(t, func(t *testing.T, r *rig) {
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			time.Sleep(time.Minute)
			cancel()
		}()
		_, err := r.Checkout(ctx, r.ask)
		expect(t, err, jit.Waiting, "request req-1 stays pending")
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v hides that it was interrupted", err)
		}
		r.called(t, calls{"checkout": 1, "requests": 1, "ask": 1, "await": 1})

		// The next login waits for the same request, and nobody is asked again.
		r.person.present = true
		r.broker.decided <- jit.Request{State: jit.RequestApproved}
		if _, err := r.Checkout(t.Context(), r.ask); err != nil {
			t.Fatal(err)
		}
		r.called(t, calls{"checkout": 2, "requests": 1, "await": 1})
		if len(r.person.asked) != 0 {
			t.Errorf("asked %q", r.person.asked)
		}
	})
}

// TestRequestRace holds that two logins at once wait for one request.
func TestRequestRace(t *testing.T) {
	withApproval(t, func(t *testing.T, r *rig) {
		r.broker.fail["ask"] = jit.Errorf(jit.Waiting, "", "one is pending: req-9")
		r.broker.slow["ask"] = time.Second
		go func() {
			time.Sleep(500 * time.Millisecond)
			r.broker.mu.Lock()
			defer r.broker.mu.Unlock()
			r.broker.requests = []jit.Request{
				{ID: "another", Access: jit.Access{Application: "a", Environment: "e", Profile: "p"}, State: jit.RequestPending},
				{ID: "old", Access: podManager, State: jit.RequestRejected},
				{ID: "req-9", Access: podManager, State: jit.RequestPending},
			}
		}()
		r.broker.decided <- jit.Request{State: jit.RequestApproved}
		if _, err := r.Checkout(t.Context(), r.ask); err != nil {
			t.Fatal(err)
		}
		if len(r.person.progress) != 4 || !strings.Contains(r.person.progress[2], "req-9") {
			t.Errorf("progress %q", r.person.progress)
		}
	})
}

// TestApprovedInBetween holds that an approval which falls between the refused
// checkout and the request is taken.
func TestApprovedInBetween(t *testing.T) {
	withApproval(t, func(t *testing.T, r *rig) {
		r.broker.fail["ask"] = jit.Errorf(jit.Invalid, "", "approved already: check it out")
		r.broker.slow["ask"] = time.Second
		go func() {
			time.Sleep(500 * time.Millisecond)
			r.broker.mu.Lock()
			defer r.broker.mu.Unlock()
			r.broker.approved = true
		}()
		if _, err := r.Checkout(t.Context(), r.ask); err != nil {
			t.Fatal(err)
		}
		r.called(t, calls{"checkout": 2, "requests": 1, "ask": 1})
	})
}

func TestNoWait(t *testing.T) {
	withApproval(t, func(t *testing.T, r *rig) {
		r.ask.Wait = 0
		_, err := r.Checkout(t.Context(), r.ask)
		expect(t, err, jit.Approval, `next: kubectl jit request create eks-pod-manager --justification "…"`)
		r.called(t, calls{"checkout": 1})
	})
}

func TestBrokerLostWhileWaiting(t *testing.T) {
	withApproval(t, func(t *testing.T, r *rig) {
		r.broker.fail["await"] = jit.Errorf(jit.Unavailable, "", "connection reset")
		_, err := r.Checkout(t.Context(), r.ask)
		expect(t, err, jit.Unavailable, "connection reset")
		expect(t, err, jit.Unavailable, "next: kubectl jit login eks-pod-manager")
	})
}

func TestJustification(t *testing.T) {
	const next = `next: kubectl jit VERB eks-pod-manager --justification "…"`
	tests := []struct {
		name    string
		present bool
		given   string
		answer  string
		fails   string
		asked   int
		noted   int
	}{
		{name: "given", given: "INC-42"},
		{name: "asked for", present: true, answer: "INC-42", asked: 1},
		{name: "nobody there", fails: next},
		{name: "asked for, and nothing said", present: true, answer: " \n", fails: "no justification was given", asked: 1},
		{name: "ill-formed, and nobody there", given: "so", fails: next},
		{name: "ill-formed, and typed anew", present: true, given: "so", answer: "INC-42", asked: 1, noted: 1},
		{name: "ill-formed each time", present: true, answer: "so", fails: next, asked: 3, noted: 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inRig(t, func(t *testing.T, r *rig) {
				r.broker.justification = true
				r.person.present, r.person.answer, r.ask.Reason.Justification = tt.present, tt.answer, tt.given
				for verb, do := range map[string]func() error{
					"login":          func() error { _, err := r.Checkout(t.Context(), r.ask); return err },
					"request create": func() error { _, err := r.Request(t.Context(), r.ask); return err },
				} {
					r.person.asked, r.person.notes = nil, nil
					err := do()
					if tt.fails != "" {
						expect(t, err, jit.Justification, strings.Replace(tt.fails, "VERB", verb, 1))
					} else if err != nil {
						t.Errorf("%s: %v", verb, err)
					}
					if len(r.person.asked) != tt.asked || len(r.person.notes) != tt.noted {
						t.Errorf("%s: asked %q, noted %q", verb, r.person.asked, r.person.notes)
					}
				}
			})
		})
	}
}

// TestGetTokenAndApproval holds what kubectl's call does where the policy wants
// an approval: nothing without a person or a wait, and with both it waits, but
// keeps nobody else waiting for the lock.
func TestGetTokenAndApproval(t *testing.T) {
	withApproval(t, func(t *testing.T, r *rig) {
		r.person.answer = "INC-42"
		r.refused(t, jit.Denied, "without a person") // nobody there
		r.person.present, r.ask.Wait = true, 0
		r.refused(t, jit.Approval, "next: kubectl jit login eks-pod-manager")
		r.called(t, calls{"checkout credential": 2, "checkout": 1, "requests": 2})

		r.ask.Wait = time.Minute
		waiting := make(chan error, 1)
		go func() {
			_, err := r.Token(t.Context(), r.ask)
			waiting <- err
		}()
		synctest.Wait()
		polls := r.ask
		polls.Open = 0
		before := time.Now()
		if _, err := r.Token(t.Context(), polls); jit.CodeOf(err) != jit.Waiting || time.Since(before) > 0 {
			t.Errorf("a program that polls got %v after %s", err, time.Since(before))
		}
		r.broker.decided <- jit.Request{State: jit.RequestApproved}
		if err := <-waiting; err != nil {
			t.Error(err)
		}
	})
}

// TestNextIsQuoted holds that the next command can be typed as it stands.
func TestNextIsQuoted(t *testing.T) {
	tests := []struct{ name, want string }{
		{"", `next: kubectl jit login "Manual - Sigma Labs/196226166352 (Sigma Labs)/EKS Pod Manager"`},
		{"eks-admin", "next: kubectl jit login eks-admin"},
		{"it's $5", `next: kubectl jit login 'it'\''s $5'`},
	}
	for _, tt := range tests {
		inRig(t, func(t *testing.T, r *rig) {
			r.ask.Name = tt.name
			r.refused(t, jit.Denied, tt.want)
		})
	}
}
