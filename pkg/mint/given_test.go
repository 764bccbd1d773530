package mint_test

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/mint"
)

// ofClusters is a broker that gives tokens of a cluster, each with its number.
type ofClusters struct{ *broker }

func (b ofClusters) Credential(ctx context.Context, id string) (jit.Credential, error) {
	c, err := b.broker.Credential(ctx, id)
	return jit.Credential{Bearer: jit.NewSecret(strings.Replace(c.AccessKeyID, "ASIA", "canary.", 1)), Expires: c.Expires}, err
}

func (b ofClusters) CheckoutCredential(ctx context.Context, access jit.Access, why jit.Reason, open bool) (jit.Grant, jit.Credential, error) {
	grant, _, err := b.broker.CheckoutCredential(ctx, access, why, open)
	if err != nil || grant.ID == "" {
		return grant, jit.Credential{}, err
	}
	b.mu.Lock()
	b.calls["credential"]--
	b.mu.Unlock()
	c, err := b.Credential(ctx, grant.ID)
	return grant, c, err
}

// inCluster is inRig with a checkout that stands, of a profile that gives a
// cluster's token.
func inCluster(t *testing.T, test func(t *testing.T, r *rig)) {
	t.Helper()
	inRig(t, func(t *testing.T, r *rig) {
		r.Broker = ofClusters{r.broker}
		r.broker.lasts, r.broker.keysLast = 8*time.Hour, 8*time.Hour
		r.broker.stand("g")
		r.ask.Cluster = jit.Cluster{}
		test(t, r)
	})
}

// TestGiven holds that a broker's own token is handed out in parts, that the broker
// is asked at each of them, and that it lies in no plain file.
func TestGiven(t *testing.T) {
	inCluster(t, func(t *testing.T, r *rig) {
		token, err := r.Token(t.Context(), r.ask)
		if err != nil || token.Value.Reveal() != "canary.1" || token.Expires.Sub(r.Now()) != 14*time.Minute {
			t.Fatalf("%q until %s, %v", token.Value.Reveal(), token.Expires, err)
		}
		time.Sleep(12 * time.Minute)
		if again, err := r.Token(t.Context(), r.ask); err != nil || again.Value.Reveal() != "canary.1" || !again.Expires.Equal(token.Expires) {
			t.Errorf("%q until %s, %v", again.Value.Reveal(), again.Expires, err)
		}
		r.called(t, calls{"checkout credential": 1, "credential": 1})
		time.Sleep(2 * time.Minute)
		if next, err := r.Token(t.Context(), r.ask); err != nil || next.Value.Reveal() != "canary.1" || next.Expires.Sub(r.Now()) != 14*time.Minute {
			t.Errorf("%q until %s, %v", next.Value.Reveal(), next.Expires, err)
		}
		r.called(t, calls{"grants": 1})
		err = filepath.WalkDir(r.CacheDir, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				t.Errorf("%s lies in the open", path)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}

		if _, err := r.Checkin(t.Context(), r.ask); err != nil {
			t.Fatal(err)
		}
		r.nothingHeld(t)
		r.refused(t, jit.Denied, "checked in at")
	})
}

// TestGivenEnds holds that a token is published for no longer than it and its
// checkout last, and not when too little is left.
func TestGivenEnds(t *testing.T) {
	for _, tt := range []struct{ checkout, token, want time.Duration }{
		{time.Hour, 5 * time.Minute, 5 * time.Minute},
		{6 * time.Minute, time.Hour, 6 * time.Minute},
		{9 * time.Second, time.Hour, 0},
	} {
		t.Run(fmt.Sprint(tt), func(t *testing.T) {
			inCluster(t, func(t *testing.T, r *rig) {
				r.broker.open.NotAfter, r.broker.keysLast = r.Now().Add(tt.checkout), tt.token
				if tt.want == 0 {
					r.refused(t, jit.Denied, "too little time is left")
					return
				}
				token, err := r.Token(t.Context(), r.ask)
				if err != nil || token.Expires.Sub(r.Now()) != tt.want {
					t.Errorf("until %s, %v", token.Expires, err)
				}
			})
		})
	}
}

// TestGivenRevoked holds that a checkout that was ended elsewhere ends the token
// here at the next part.
func TestGivenRevoked(t *testing.T) {
	inCluster(t, func(t *testing.T, r *rig) {
		r.token(t)
		r.broker.end()
		r.token(t)
		time.Sleep(14 * time.Minute)
		r.refused(t, jit.Denied, "ended before its time")
		r.nothingHeld(t)
	})
}

// TestGivenOffline holds what serves while the broker is not reached: a token is no
// AWS session.
func TestGivenOffline(t *testing.T) {
	inCluster(t, func(t *testing.T, r *rig) {
		r.token(t)
		r.broker.fail["grants"] = jit.Errorf(jit.Unavailable, "list checkouts", "no route")
		time.Sleep(14 * time.Minute)
		r.token(t)
		if len(r.person.notes) != 1 || !strings.Contains(r.person.notes[0], "goes on with the token held until") {
			t.Errorf("said %q", r.person.notes)
		}
		r.Offline = "deny"
		time.Sleep(14 * time.Minute)
		r.refused(t, jit.Unavailable, "lets the token held until")
	})
}

// TestGivenIsNoKeys holds that nothing takes one for the other.
func TestGivenIsNoKeys(t *testing.T) {
	inCluster(t, func(t *testing.T, r *rig) {
		_, err := r.Credential(t.Context(), r.ask)
		expect(t, err, jit.Invalid, "no AWS keys")
		r.ask.Cluster.Name = "sandbox"
		r.refused(t, jit.Invalid, "for its own cluster, and not for sandbox")
		r.ask.Roles = []jit.Role{{ARN: "one"}}
		r.refused(t, jit.Invalid, "no AWS keys")
	})
	inRig(t, func(t *testing.T, r *rig) {
		r.broker.stand("g")
		r.ask.Cluster, r.ask.Open = jit.Cluster{}, mint.Never
		r.refused(t, jit.Invalid, "--cluster must say for which cluster")
	})
}
