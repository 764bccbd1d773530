package broker_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// TestAwait holds that a waiting call hears of every end at once.
func TestAwait(t *testing.T) {
	ends := map[jit.RequestState]func(w *world, id string){
		jit.RequestApproved: func(w *world, id string) { w.decide("bob", id, true) },
		jit.RequestRejected: func(w *world, id string) { w.decide("bob", id, false) },
		jit.RequestWithdrawn: func(w *world, id string) {
			if _, err := w.as("alice").Withdraw(w.ctx(), id); err != nil {
				w.Error(err)
			}
		},
	}
	for state, end := range ends {
		t.Run(string(state), func(t *testing.T) {
			w := newWorld(t)
			id := w.ask("alice").ID
			heard := make(chan jit.Request, 2)
			for _, who := range []string{"alice", "carol"} {
				go func() {
					r, err := w.as(who).Await(w.ctx(), id)
					if err != nil {
						t.Error(err)
					}
					heard <- r
				}()
			}
			end(w, id)
			began := time.Now()
			for range 2 {
				if r := <-heard; r.State != state {
					t.Errorf("heard %+v", r)
				}
			}
			if took := time.Since(began); took > time.Second {
				t.Errorf("heard after %s", took)
			}
		})
	}
}

// TestAwaitElsewhere holds that a decision that another process wrote is heard
// within a second or so.
func TestAwaitElsewhere(t *testing.T) {
	w := newWorld(t)
	id := w.ask("alice").ID
	heard := make(chan jit.Request)
	go func() {
		r, _ := w.as("alice").Await(w.ctx(), id)
		heard <- r
	}()
	other := broker.New(broker.Parts{Catalog: w.declare(story), Store: w.faults.Store, Now: w.clock})
	if _, err := other.For(person("bob")).Decide(w.ctx(), id, jit.Decision{Approve: true}); err != nil {
		t.Fatal(err)
	}
	select {
	case r := <-heard:
		if r.State != jit.RequestApproved {
			t.Errorf("heard %+v", r)
		}
	case <-time.After(5 * time.Second):
		t.Error("not heard within 5 s")
	}
}

func TestAwaitGivesUp(t *testing.T) {
	w := newWorld(t)
	id := w.ask("alice").ID
	ctx, cancel := context.WithCancel(w.ctx())
	cancel()
	r, err := w.as("alice").Await(ctx, id)
	if !errors.Is(err, context.Canceled) || r.ID != id || r.State != jit.RequestPending {
		t.Errorf("%+v, %v", r, err)
	}
	_, err = w.as("mallory").Await(ctx, id)
	w.refused(err, jit.NotFound, id)
	_, err = w.as("alice").Await(w.ctx(), "nothing")
	w.refused(err, jit.NotFound, "nothing")
}
