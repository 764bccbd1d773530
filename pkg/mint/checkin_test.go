package mint_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/cache"
	"github.com/kubectl-jit/kubectl-jit/pkg/held"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/mint"
)

func TestCheckin(t *testing.T) {
	inRig(t, func(t *testing.T, r *rig) {
		r.person.present = true
		r.token(t)
		second := r.ask
		second.Cluster.Name, second.Held = "sandbox-2", "sandbox-2-token"
		if _, err := r.Token(t.Context(), second); err != nil {
			t.Fatal(err)
		}
		keysEnd := r.Now().Add(time.Hour)

		grant, err := r.Checkin(t.Context(), mint.Ask{Tenant: r.ask.Tenant, Access: podManager, Name: "eks-pod-manager"})
		if err != nil {
			t.Fatal(err)
		}
		if grant.State != jit.GrantEnded || !grant.CredentialsUntil.Equal(keysEnd) {
			t.Errorf("%+v, want it ended and the keys' end %s said", grant, keysEnd)
		}
		r.nothingHeld(t)
		r.refused(t, jit.Denied, "checked in at")
		r.called(t, calls{"checkout credential": 1, "grants": 2, "checkout": 1, "credential": 1, "checkin": 1})
	})
}

func TestCheckinWithoutCheckout(t *testing.T) {
	inRig(t, func(t *testing.T, r *rig) {
		r.person.present = true
		grant, err := r.Checkin(t.Context(), r.ask)
		if err != nil || grant.ID != "" || grant.Why != "no checkout was open" {
			t.Errorf("%+v, %v", grant, err)
		}
		r.refused(t, jit.Denied, "it rests until the next login")
	})
}

// TestCheckinEndedMeanwhile holds that a checkout which ends between the list and
// the check-in is no error.
func TestCheckinEndedMeanwhile(t *testing.T) {
	inRig(t, func(t *testing.T, r *rig) {
		r.broker.stand("g")
		r.broker.fail["checkin"] = jit.Errorf(jit.NotFound, "", "gone")
		if grant, err := r.Checkin(t.Context(), r.ask); err != nil || grant.State != jit.GrantEnded {
			t.Errorf("%+v, %v", grant, err)
		}
	})
}

// TestCheckinBrokerAway holds that from a check-in on nothing is issued here,
// whatever the broker does.
func TestCheckinBrokerAway(t *testing.T) {
	inRig(t, func(t *testing.T, r *rig) {
		r.person.present = true
		r.token(t)
		r.broker.fail["grants"] = jit.Errorf(jit.Unavailable, "", "away")
		_, err := r.Checkin(t.Context(), r.ask)
		expect(t, err, jit.Unavailable, "away")
		r.nothingHeld(t)
		r.refused(t, jit.Denied, "checked in at")
		delete(r.broker.fail, "grants") // and its checkout still stands
		r.refused(t, jit.Denied, "checked in at")
	})
}

// TestCheckinOfAnother holds that a check-in leaves what is held for another
// access alone.
func TestCheckinOfAnother(t *testing.T) {
	inRig(t, func(t *testing.T, r *rig) {
		r.person.present = true
		r.token(t)
		other := r.ask
		other.Access.Profile, other.Held = "EKS Reader", "reader-token"
		if _, err := r.Checkin(t.Context(), other); err != nil {
			t.Fatal(err)
		}
		r.broker.fail["grants"] = jit.Errorf(jit.Unavailable, "", "away")
		r.token(t)
		if len(r.person.notes) != 0 {
			t.Error("the held token was not served")
		}
	})
}

// TestCheckinUnderAnotherName holds that a person who signs in here and has an API
// token there gives back what is held under either.
func TestCheckinUnderAnotherName(t *testing.T) {
	inRig(t, func(t *testing.T, r *rig) {
		r.person.present = true
		r.token(t)
		r.Identity = "an API token of the same person"
		if _, err := r.Checkin(t.Context(), r.ask); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(held.Path(r.CacheDir, r.ask.Held)); !os.IsNotExist(err) {
			t.Error("the token held under the first name is still there", err)
		}
	})
}

// strayed is a store of marks that lists a file outside the folder of tokens.
type strayed struct{ cache.Store }

func (strayed) Get(string) ([]byte, error) { return []byte(`["../precious"]`), nil }

func TestForgetStaysAtHome(t *testing.T) {
	r := newRig(t.TempDir(), time.Now)
	r.Marks = strayed{r.Marks}
	precious := filepath.Join(r.CacheDir, "precious")
	if err := os.MkdirAll(filepath.Join(r.CacheDir, "tokens"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(precious, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Checkin(t.Context(), r.ask); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(precious); err != nil {
		t.Error(err)
	}
}
