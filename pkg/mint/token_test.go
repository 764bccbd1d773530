package mint_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/cache"
	"github.com/kubectl-jit/kubectl-jit/pkg/held"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/mint"
)

type calls = map[string]int

func TestTokenIsHeld(t *testing.T) {
	inRig(t, func(t *testing.T, r *rig) {
		r.person.present = true
		first := r.token(t)
		r.called(t, calls{"checkout credential": 1, "checkout": 1, "credential": 1})
		if again := r.token(t); again != first {
			t.Errorf("got %s, then %s", first, again)
		}
		r.called(t, calls{})

		time.Sleep(14 * time.Minute)
		if renewed := r.token(t); renewed == first {
			t.Error("the token is served after its end")
		}
		r.called(t, calls{"grants": 1}) // the keys are held, the checkout stands

		r.ask.Fresh = true
		r.token(t)
		r.called(t, calls{"checkout credential": 1, "credential": 1})
	})
}

// TestTokenIsRenewedEarly holds that a client which uses a token to its published
// end is never given one that is about to end.
func TestTokenIsRenewedEarly(t *testing.T) {
	inRig(t, func(t *testing.T, r *rig) {
		r.person.present = true
		first := r.token(t)
		time.Sleep(13*time.Minute - 2*time.Second)
		if r.token(t) != first {
			t.Error("renewed too early")
		}
		time.Sleep(4 * time.Second)
		if r.token(t) == first {
			t.Error("a token with less than a minute left is served")
		}
	})
}

func TestOpening(t *testing.T) {
	tests := []struct {
		name    string
		open    mint.Opening
		present bool
		stands  bool
		refused string
	}{
		{name: "never", open: mint.Never, present: true, refused: "no checkout is open"},
		{name: "never, on one that stands", open: mint.Never, stands: true},
		{name: "on demand, nobody there", open: mint.OnDemand, refused: "next: kubectl jit login eks-pod-manager"},
		{name: "on demand, nobody there, on one that stands", open: mint.OnDemand, stands: true},
		{name: "on demand, somebody there", open: mint.OnDemand, present: true},
		{name: "always", open: mint.Always},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inRig(t, func(t *testing.T, r *rig) {
				r.ask.Open, r.person.present = tt.open, tt.present
				if tt.stands {
					r.broker.stand("before")
				}
				if tt.refused != "" {
					r.refused(t, jit.Denied, tt.refused)
				} else {
					r.token(t)
				}
				if opened := r.broker.count("checkout") > 0; opened != (tt.refused == "" && !tt.stands) {
					t.Errorf("a checkout was opened: %v", opened)
				}
			})
		})
	}
}

func TestEndedElsewhere(t *testing.T) {
	inRig(t, func(t *testing.T, r *rig) {
		r.person.present = true
		r.token(t)
		r.broker.end()
		time.Sleep(14 * time.Minute)
		r.refused(t, jit.Denied, "ended before its time")
		r.refused(t, jit.Denied, "next: kubectl jit login eks-pod-manager") // kubectl asks up to six times
		r.nothingHeld(t)
		if n := r.broker.count("checkout"); n != 1 {
			t.Errorf("%d checkouts, want the first only", n)
		}
		if _, err := r.Checkout(t.Context(), r.ask); err != nil {
			t.Fatal(err)
		}
		r.token(t)
		time.Sleep(2 * time.Hour)
		r.token(t) // the rest is over for good
	})
}

func TestRanOut(t *testing.T) {
	inRig(t, func(t *testing.T, r *rig) {
		r.person.present = true
		r.token(t)
		time.Sleep(time.Hour + time.Second)
		r.token(t)
		r.called(t, calls{"checkout credential": 2, "grants": 1, "checkout": 2, "credential": 2})

		time.Sleep(time.Hour + time.Second)
		r.person.present = false
		r.refused(t, jit.Denied, "no checkout is open")
		r.nothingHeld(t)
	})
}

// TestUnattended holds that an entry for machines goes on after an end, but not
// after a check-in on the same machine.
func TestUnattended(t *testing.T) {
	inRig(t, func(t *testing.T, r *rig) {
		r.ask.Open = mint.Always
		r.token(t)
		r.broker.end()
		time.Sleep(14 * time.Minute)
		r.token(t)
		if _, err := r.Checkin(t.Context(), r.ask); err != nil {
			t.Fatal(err)
		}
		r.refused(t, jit.Denied, "checked in at")
	})
}

func TestBrokerAway(t *testing.T) {
	away := jit.Errorf(jit.Unavailable, "ask the broker", "connection refused")
	tests := []struct {
		name    string
		offline string
		fail    error
		slow    time.Duration
		code    jit.Code // "" means that the held keys serve
	}{
		{name: "unreachable", fail: away},
		{name: "out of order", fail: errors.New("500")},
		{name: "too slow", slow: time.Minute},
		{name: "unreachable, offline: deny", offline: "deny", fail: away, code: jit.Unavailable},
		{name: "nobody is signed in", fail: jit.Errorf(jit.SignIn, "", "no longer"), code: jit.SignIn},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inRig(t, func(t *testing.T, r *rig) {
				r.person.present, r.Offline, r.Settings = true, tt.offline, "/home/alice/config.yaml"
				r.token(t)
				time.Sleep(14 * time.Minute)
				r.broker.fail["grants"], r.broker.slow["grants"] = tt.fail, tt.slow
				before := time.Now()
				_, err := r.Token(t.Context(), r.ask)
				if jit.CodeOf(err) != tt.code {
					t.Fatalf("error %v, want code %q", err, tt.code)
				}
				if took := time.Since(before); took > 2*time.Second {
					t.Errorf("the broker was waited for %s", took)
				}
				if tt.offline == "deny" && (!strings.Contains(err.Error(), `"offline: deny" in /home/alice/config.yaml`) ||
					jit.NextOf(err) != "kubectl jit status --tenant https://127.0.0.1:1") {
					t.Errorf("error %v, next %q", err, jit.NextOf(err))
				}
				if noted := len(r.person.notes); noted != 1 && tt.code == "" || noted != 0 && tt.code != "" {
					t.Errorf("notes %q", r.person.notes)
				}
			})
		})
	}
}

// TestBrokerAwayToTheEnd holds that an outage interrupts nobody for the rest of
// a checkout, and that nothing is issued after it.
func TestBrokerAwayToTheEnd(t *testing.T) {
	inRig(t, func(t *testing.T, r *rig) {
		r.person.present = true
		r.token(t)
		r.broker.fail["grants"] = jit.Errorf(jit.Unavailable, "", "away")
		for range 58 {
			time.Sleep(time.Minute)
			r.token(t)
		}
		time.Sleep(2 * time.Minute)
		r.refused(t, jit.Unavailable, "away")
		r.nothingHeld(t)
	})
}

func TestFiftyCallers(t *testing.T) {
	r := newRig(t.TempDir(), time.Now)
	r.ask.Open = mint.Always
	tokens := make(chan string, 50)
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			token, err := r.Token(t.Context(), r.ask)
			if err != nil {
				t.Error(err)
			}
			tokens <- token.Value.Reveal()
		})
	}
	group.Wait()
	close(tokens)
	first := <-tokens
	for token := range tokens {
		if token != first {
			t.Errorf("%s and %s", first, token)
		}
	}
	r.called(t, calls{"checkout credential": 1, "checkout": 1, "credential": 1})
}

// broken is a store in a folder that cannot be used.
type broken struct{ cache.Store }

func (broken) Get(string) ([]byte, error) { return nil, errors.New("not yours") }

func (broken) Put(string, []byte) error { return errors.New("read-only file system") }

func TestBrokenCache(t *testing.T) {
	inRig(t, func(t *testing.T, r *rig) {
		r.person.present = true
		sessions := r.HeldKeys
		r.HeldKeys, r.Marks = broken{r.HeldKeys}, broken{r.Marks}
		r.Locks = cache.Locks{Dir: "/dev/null/locks"}
		r.token(t)
		if len(r.person.notes) != 1 || !strings.Contains(r.person.notes[0], "takes longer") {
			t.Errorf("notes %q, want one", r.person.notes)
		}
		r.HeldKeys = sessions
		r.token(t)
		r.broker.end()
		r.refused(t, jit.Denied, "ended before its time") // also where that cannot be marked
	})
}

// TestHeldForNobody holds that a call does not leave its token to whoever signed in
// while it was under way: the front finds it by the call alone.
func TestHeldForNobody(t *testing.T) {
	inRig(t, func(t *testing.T, r *rig) {
		r.person.present = true
		stays := true
		r.SignedIn = func() bool { return stays }
		path := held.Path(r.CacheDir, r.ask.Held)
		r.token(t)
		if _, ok := held.Read(path, r.Now()); !ok {
			t.Error("the token is not held")
		}
		stays = false
		time.Sleep(14 * time.Minute)
		r.token(t)
		if _, ok := held.Read(path, r.Now()); ok {
			t.Error("the token is held for somebody else")
		}
	})
}
