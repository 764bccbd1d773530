package broker_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// TestRaceOfDecisions holds that however many decide at once, through two
// brokers on one ledger, one end comes of it, and everybody else hears of it.
func TestRaceOfDecisions(t *testing.T) {
	w := newWorld(t)
	second := broker.New(broker.Parts{Catalog: w.declare(story), Store: w.faults.Store, Now: w.clock})
	id := w.ask("alice").ID
	acts := []func(e *broker.Engine) (jit.Request, error){
		func(e *broker.Engine) (jit.Request, error) {
			return e.For(person("bob")).Decide(w.ctx(), id, jit.Decision{Approve: true})
		},
		func(e *broker.Engine) (jit.Request, error) {
			return e.For(person("carol")).Decide(w.ctx(), id, jit.Decision{})
		},
		func(e *broker.Engine) (jit.Request, error) { return e.For(person("alice")).Withdraw(w.ctx(), id) },
	}
	won := make(chan jit.RequestState, 50)
	var group sync.WaitGroup
	for i := range 50 {
		group.Go(func() {
			engine := []*broker.Engine{w.Engine, second}[i%2]
			r, err := acts[i%3](engine)
			if err == nil {
				won <- r.State
			} else if jit.CodeOf(err) != jit.Invalid {
				t.Errorf("a loser hears %v", err)
			}
		})
	}
	group.Wait()
	close(won)
	var winners []jit.RequestState
	for state := range won {
		winners = append(winners, state)
	}
	if len(winners) != 1 {
		t.Fatalf("winners: %v", winners)
	}
	if r, err := w.as("alice").Await(w.ctx(), id); err != nil || r.State != winners[0] {
		t.Errorf("%+v, %v; %s won", r, err, winners[0])
	}
	var ends []string
	for _, line := range w.events() {
		if strings.Contains(line, "request.") && !strings.Contains(line, broker.ActAsk) && strings.HasSuffix(line, "done") {
			ends = append(ends, line)
		}
	}
	if len(ends) != 1 {
		t.Errorf("ends in the audit trail: %q", ends)
	}
}

func TestRaceOfCheckouts(t *testing.T) {
	w := newWorld(t)
	w.decide("bob", w.ask("alice").ID, true)
	for _, profile := range []string{"Pods", "Admin"} {
		ids := make(chan string, 20)
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() {
				g, err := w.as("alice").Checkout(w.ctx(), access(profile), jit.Reason{})
				if err != nil {
					t.Error(err)
				}
				ids <- g.ID
			})
		}
		group.Wait()
		close(ids)
		var all []string
		for id := range ids {
			all = append(all, id)
		}
		slices.Sort(all)
		if all = slices.Compact(all); len(all) != 1 {
			t.Errorf("%s: %d checkouts", profile, len(all))
		}
	}
}

func TestRaceOfRequests(t *testing.T) {
	w := newWorld(t)
	var group sync.WaitGroup
	made := make(chan string, 20)
	for range 20 {
		group.Go(func() {
			r, err := w.as("alice").Ask(w.ctx(), access("Admin"), because("x"))
			if err == nil {
				made <- r.ID
			} else if jit.CodeOf(err) != jit.Waiting {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if len(made) != 1 {
		t.Errorf("%d requests", len(made))
	}
}

// TestCrash kills the broker at every transaction of a story, before it and
// after it, and holds that after a restart the story can be told to its end, on
// one approval, with nothing stuck and nothing issued that the ledger does not
// know of.
func TestCrash(t *testing.T) {
	for _, after := range []bool{false, true} {
		for n := 1; ; n++ {
			finished := false
			t.Run(fmt.Sprintf("after=%v/%d", after, n), func(t *testing.T) {
				w := newWorld(t)
				w.faults.before = n
				if after {
					w.faults.before, w.faults.after = 0, n
				}
				finished = w.tellStory() == nil
				w.restart()
				w.pass(time.Minute)
				if err := w.Settle(w.ctx()); err != nil {
					t.Fatal(err)
				}
				if err := w.tellStory(); err != nil {
					t.Fatalf("after the restart: %v", err)
				}
				w.audit()
			})
			if finished {
				break
			}
		}
	}
}

// tellStory asks, approves, checks out, mints and checks in, going on from
// wherever the last telling stopped.
func (w *world) tellStory() error {
	_, err := w.as("alice").Ask(w.ctx(), access("Admin"), because("it is broken"))
	if code := jit.CodeOf(err); err != nil && code != jit.Waiting && code != jit.Invalid {
		return err
	}
	mine, err := w.as("alice").Requests(w.ctx(), jit.MyRequests)
	if err != nil {
		return err
	}
	if mine[0].State == jit.RequestPending {
		if _, err := w.as("bob").Decide(w.ctx(), mine[0].ID, jit.Decision{Approve: true}); err != nil {
			return err
		}
	}
	g, err := w.as("alice").Checkout(w.ctx(), access("Admin"), jit.Reason{})
	if err != nil {
		return err
	}
	if _, err := w.as("alice").Credential(w.ctx(), g.ID); err != nil {
		return err
	}
	_, err = w.as("alice").Checkin(w.ctx(), g.ID)
	return err
}

// audit compares the ledger at the end of the story with what happened.
func (w *world) audit() {
	w.Helper()
	if open, err := w.as("alice").Grants(w.ctx()); err != nil || len(open) > 0 {
		w.Errorf("still open: %+v, %v", open, err)
	}
	requests, err := w.as("alice").Requests(w.ctx(), jit.MyRequests)
	if err != nil || len(requests) != 1 || requests[0].State != jit.RequestApproved {
		w.Errorf("requests: %+v, %v", requests, err)
	}
	known := 0 // mints of which the trail says what became
	for _, e := range w.trail() {
		if e.Act == broker.ActIssue || e.Act == broker.ActCloseMint {
			known++
		}
	}
	if known < len(w.sts.calls) {
		w.Errorf("%d calls to STS, the trail knows of %d", len(w.sts.calls), known)
	}
}
