package mint_test

import (
	"strings"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/mint"
)

// TestEnding holds what is said and done with less than five minutes of a checkout
// left.
func TestEnding(t *testing.T) {
	tests := []struct {
		name    string
		present bool
		extends time.Duration
		never   bool
		says    string
		asked   int // how often an extension was asked for
	}{
		{name: "a person, no extension", present: true, says: "the checkout of eks-pod-manager ends in 4m0s; then: kubectl jit login eks-pod-manager", asked: 1},
		{name: "a person, extended", present: true, extends: time.Hour, says: "eks-pod-manager was about to end and is extended until ", asked: 1},
		{name: "a person who wants no extension", present: true, extends: time.Hour, never: true, says: "ends in 4m0s"},
		{name: "a program", extends: time.Hour, says: "ends in 4m0s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inRig(t, func(t *testing.T, r *rig) {
				r.broker.extends, r.person.present = tt.extends, tt.present
				if tt.never {
					r.Extend = "never"
				}
				r.broker.stand("before")
				r.token(t)
				time.Sleep(54 * time.Minute)
				r.token(t)
				time.Sleep(2 * time.Minute) // the token of then is renewed at the warning
				first := r.token(t)
				if r.token(t) != first {
					t.Error("the token is not held")
				}
				if len(r.person.notes) != 1 || !strings.Contains(r.person.notes[0], tt.says) {
					t.Errorf("said %q", r.person.notes)
				}
				if n := r.broker.count("extend"); n != tt.asked {
					t.Errorf("an extension was asked for %d times", n)
				}
				if !tt.present {
					return
				}
				r.ask.Held = ""
				r.token(t)
				if len(r.person.notes) != 1 {
					t.Errorf("said again: %q", r.person.notes)
				}
			})
		})
	}
}

// TestEndingAgain holds that of a checkout which was extended elsewhere, after it was
// told that it ends, its new end is told too.
func TestEndingAgain(t *testing.T) {
	inRig(t, func(t *testing.T, r *rig) {
		r.person.present, r.ask.Held = true, ""
		r.broker.keysLast = 4 * time.Hour
		r.token(t)
		time.Sleep(57 * time.Minute)
		r.token(t)
		r.broker.open.NotAfter = r.broker.open.NotAfter.Add(time.Hour)
		r.token(t)
		time.Sleep(time.Hour)
		r.token(t)
		if len(r.person.notes) != 2 {
			t.Errorf("said %q", r.person.notes)
		}
	})
}

// TestWrongClock holds that a machine whose clock is wrong signs by the broker's,
// tells the client times by its own, holds the token, and says so once.
func TestWrongClock(t *testing.T) {
	for _, skew := range []time.Duration{-3 * time.Hour, 7 * time.Minute, 3 * time.Hour} {
		inRig(t, func(t *testing.T, r *rig) {
			r.person.present = true
			local := r.Now
			r.broker.skew, r.broker.now = skew, func() time.Time { return local().Add(skew) }
			token, err := r.Token(t.Context(), r.ask)
			if err != nil {
				t.Fatal(err)
			}
			if left := token.Expires.Sub(local()); left != 14*time.Minute {
				t.Errorf("skew %s: the client is told %s", skew, left)
			}
			if again := r.token(t); again != token.Value.Reveal() {
				t.Errorf("skew %s: the token is not held", skew)
			}
			time.Sleep(14 * time.Minute)
			r.token(t)
			time.Sleep(time.Hour)
			r.person.present = false
			r.refused(t, jit.Denied, "no checkout is open")
			if len(r.person.notes) != 1 || !strings.Contains(r.person.notes[0], "this machine's clock is "+skew.Abs().String()) {
				t.Errorf("said %q", r.person.notes)
			}
			r.called(t, calls{"checkout credential": 2, "checkout": 1, "credential": 1, "grants": 2, "requests": 1})
		})
	}
}

// TestKeysOfWhatStands holds that a program lives on a checkout that stands,
// and that what a policy asks for is named.
func TestKeysOfWhatStands(t *testing.T) {
	inRig(t, func(t *testing.T, r *rig) {
		r.broker.approval = true
		r.refused(t, jit.Denied, "no checkout is open")
		r.broker.stand("elsewhere")
		r.token(t)
		r.called(t, calls{"checkout credential": 2, "credential": 1, "requests": 1})
		r.broker.end()
		r.ask.Open, r.ask.Held = mint.Always, ""
		r.Marks.Clear()
		r.refused(t, jit.Approval, "next: kubectl jit login eks-pod-manager")
	})
}
