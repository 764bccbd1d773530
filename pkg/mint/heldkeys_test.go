package mint_test

import (
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/cache"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/mint"
)

func TestSessionShorterThanCheckout(t *testing.T) {
	inRig(t, func(t *testing.T, r *rig) {
		r.ask.Held, r.ask.Open = "", mint.Always
		r.broker.keysLast = 15 * time.Minute
		if first := r.token(t); first != "sandbox.ASIA1.1" {
			t.Fatal(first)
		}
		time.Sleep(13 * time.Minute)
		if second := r.token(t); second != "sandbox.ASIA1.2" {
			t.Errorf("%s, want the same keys", second)
		}
		time.Sleep(61 * time.Second)
		if third := r.token(t); third != "sandbox.ASIA2.3" {
			t.Errorf("%s, want new keys when less than a minute is left", third)
		}
		r.called(t, calls{"checkout credential": 1, "grants": 2, "checkout": 1, "credential": 2})
	})
}

// TestNoNewKeysAtTheEnd holds that the last keys of a checkout are used to their
// end: AWS would give new ones for 15 minutes and not less.
func TestNoNewKeysAtTheEnd(t *testing.T) {
	inRig(t, func(t *testing.T, r *rig) {
		r.ask.Held, r.ask.Open = "", mint.Always
		r.broker.keysLast = time.Hour - time.Second
		r.token(t)
		time.Sleep(time.Hour - 30*time.Second)
		r.token(t)
		if n := r.broker.count("credential"); n != 1 {
			t.Errorf("keys were fetched %d times", n)
		}
		time.Sleep(22 * time.Second)
		r.refused(t, jit.Denied, "next: kubectl jit login")
	})
}

// TestHeldAtTheEnd holds that the last seconds of a checkout are served from what
// is held too.
func TestHeldAtTheEnd(t *testing.T) {
	inRig(t, func(t *testing.T, r *rig) {
		r.ask.Open, r.broker.lasts = mint.Always, 40*time.Second
		first := r.token(t)
		time.Sleep(25 * time.Second)
		if r.token(t) != first {
			t.Error("signed again with 15 seconds left")
		}
	})
}

func TestExtended(t *testing.T) {
	inRig(t, func(t *testing.T, r *rig) {
		r.ask.Held, r.ask.Open = "", mint.Always
		r.token(t)
		r.broker.open.NotAfter = r.broker.open.NotAfter.Add(time.Hour)
		r.token(t)
		if !r.signer.end.Equal(r.broker.open.NotAfter) {
			t.Errorf("signed for a checkout until %s, it lasts until %s", r.signer.end, r.broker.open.NotAfter)
		}
	})
}

func TestAnotherCheckout(t *testing.T) {
	inRig(t, func(t *testing.T, r *rig) {
		r.person.present = true
		r.token(t)
		r.broker.stand("made on another machine")
		time.Sleep(14 * time.Minute)
		if got := r.token(t); got != "sandbox.ASIA2.2" {
			t.Errorf("%s, want keys of the other checkout", got)
		}
	})
}

// TestNeverAnothers holds that keys held for one person, tenant or access serve
// no other.
func TestNeverAnothers(t *testing.T) {
	tests := map[string]func(*rig){
		"person": func(r *rig) { r.Identity = "bob" },
		"tenant": func(r *rig) { r.ask.Tenant = "https://other.example.com" },
		"access": func(r *rig) { r.ask.Access.Profile = "EKS Reader" },
		"file": func(r *rig) {
			r.Identity = "bob"
			r.HeldKeys.(*confused).on = true
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			inRig(t, func(t *testing.T, r *rig) {
				r.ask.Held, r.person.present = "", true
				r.HeldKeys = &confused{Store: r.HeldKeys}
				r.token(t)
				change(r)
				away := jit.Errorf(jit.Unavailable, "", "away")
				r.broker.fail["grants"], r.broker.fail["checkout credential"] = away, away
				r.refused(t, jit.Unavailable, "away")
			})
		})
	}
}

// confused is a store in which somebody has put one file in another's place.
type confused struct {
	cache.Store
	on   bool
	last []byte
}

func (c *confused) Put(name string, data []byte) error {
	c.last = data
	return c.Store.Put(name, data)
}

func (c *confused) Get(name string) ([]byte, error) {
	if c.on {
		return c.last, nil
	}
	return c.Store.Get(name)
}

func TestCredential(t *testing.T) {
	inRig(t, func(t *testing.T, r *rig) {
		r.person.present, r.broker.keysLast = true, 3*time.Hour
		credential, err := r.Credential(t.Context(), r.ask)
		if err != nil {
			t.Fatal(err)
		}
		if credential.AccessKeyID != "ASIA1" || credential.SecretAccessKey.Reveal() != "canary-secret-key" || credential.SessionToken.Empty() {
			t.Errorf("keys %+v", credential)
		}
		if !credential.Expires.Equal(r.broker.open.NotAfter) {
			t.Errorf("published until %s, the checkout ends at %s", credential.Expires, r.broker.open.NotAfter)
		}
		if credential.Issued.IsZero() {
			t.Error("nothing bounds the signing date")
		}
		r.token(t)
		r.called(t, calls{"checkout credential": 1, "grants": 1, "checkout": 1, "credential": 1})
	})
}

// TestKeysOutliveCheckout holds that keys which AWS made longer than their
// checkout are not handed out after it, also when the broker cannot be asked.
func TestKeysOutliveCheckout(t *testing.T) {
	inRig(t, func(t *testing.T, r *rig) {
		r.person.present, r.broker.keysLast = true, 3*time.Hour
		if _, err := r.Credential(t.Context(), r.ask); err != nil {
			t.Fatal(err)
		}
		r.broker.fail["grants"] = jit.Errorf(jit.Unavailable, "", "away")
		time.Sleep(time.Hour + time.Second)
		_, err := r.Credential(t.Context(), r.ask)
		expect(t, err, jit.Unavailable, "away")
	})
}

// TestCheckoutRefused holds that a refusal calls the access as the person does.
func TestCheckoutRefused(t *testing.T) {
	inRig(t, func(t *testing.T, r *rig) {
		r.ask.Open = mint.Always
		r.broker.fail["checkout credential"] = jit.Errorf(jit.Invalid, "check out "+podManager.Path(), "not now").WithNext("kubectl jit login PROFILE")
		r.refused(t, jit.Invalid, "check out eks-pod-manager: not now")
		r.refused(t, jit.Invalid, "next: kubectl jit login eks-pod-manager")
		r.broker.fail["checkout credential"] = jit.Errorf(jit.Denied, "check out "+podManager.Path(), "not you")
		r.refused(t, jit.Denied, "check out eks-pod-manager ("+podManager.Path()+"): not you")
	})
}
