package cli

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/term"
)

const (
	// A watch looks again after a second where something has changed, then less
	// often, up to slowestLook: what is new is shown within that.
	quickestLook = time.Second
	slowestLook  = 5 * time.Second

	// longestAway is how often a broker is asked that does not answer.
	longestAway = 30 * time.Second

	// mostAwaited bounds the calls that a broker holds back at once.
	mostAwaited = 8
)

// watching is what "requests --watch" has shown so far.
type watching struct {
	*requests
	broker  jit.Broker
	shown   map[string]jit.RequestState // by id
	away    bool                        // the broker was not reached at the last look, and that was said
	awaited map[string]bool             // by id, the person's own requests of which the broker will tell
	waits   sync.WaitGroup
	told    chan struct{} // it has told
}

// follow shows requests as they come and change, until ctx ends. What was settled
// before is not shown. A broker that is away for a while does not end it. One that can
// tell what becomes of the person's own requests is listened to beside.
func (r *requests) follow(ctx context.Context, broker jit.Broker) error {
	w := watching{requests: r, broker: broker, shown: map[string]jit.RequestState{}, awaited: map[string]bool{}, told: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancel(ctx)
	defer w.waits.Wait()
	defer cancel()
	r.watchHead()
	for pause, first := quickestLook, true; ; {
		all, err := gatherRequests(ctx, broker)
		switch {
		case ctx.Err() != nil:
			return nil // the person has seen enough
		case jit.CodeOf(err) == jit.Unavailable && !first:
			w.lost(err)
			pause = min(2*pause, longestAway)
		case err != nil:
			return err
		default:
			changed, err := w.show(all, first)
			if err != nil {
				return err
			}
			if pause = min(pause*3/2, slowestLook); changed || w.away {
				pause, w.away = quickestLook, false
			}
			first = false
			w.listen(ctx, all)
		}
		select {
		case <-time.After(pause):
		case <-w.told:
		case <-ctx.Done():
			return nil
		}
	}
}

// listen has the broker tell what becomes of the person's own requests: then the next
// look comes at once. One that it fails to tell of is looked at as all others.
func (w *watching) listen(ctx context.Context, all []listedRequest) {
	if teller, ok := w.broker.(jit.Teller); !ok || !teller.Tells(ctx) {
		return
	}
	for _, one := range all {
		switch {
		case one.State != jit.RequestPending:
			delete(w.awaited, one.ID)
			continue
		case one.toDecide || w.awaited[one.ID] || len(w.awaited) == mostAwaited:
			continue
		}
		w.awaited[one.ID] = true
		w.waits.Go(func() {
			if _, err := w.broker.Await(ctx, one.ID); err == nil {
				select {
				case w.told <- struct{}{}:
				default: // a look is due already
				}
			}
		})
	}
}

func (w *watching) lost(err error) {
	if !w.away {
		w.Note("%v; it is asked again", err)
	}
	w.away = true
}

// show shows what is new or has another state, the oldest first.
func (w *watching) show(all []listedRequest, first bool) (changed bool, err error) {
	for _, one := range slices.Backward(all) {
		before, known := w.shown[one.ID]
		w.shown[one.ID] = one.State
		if known && before == one.State || !known && first && one.State != jit.RequestPending {
			continue
		}
		changed = true
		if err := w.one(one); err != nil {
			return true, err
		}
		if one.toDecide && !known && !first && one.State == jit.RequestPending {
			w.Person.Bell()
		}
	}
	return changed, nil
}

// watchRow is a row of the table. Its columns have a width from the start, because
// what comes is not known.
const watchRow = "%-36s %-10s %-24s %-24s %-12s %-12s %s\n"

func (r *requests) watchHead() {
	if r.format == "" || r.format == "wide" {
		fmt.Fprintf(r.Streams.Out, watchRow, "NAME", "STATE", "FROM", "PROFILE", "SINCE", "UNTIL", "JUSTIFICATION")
	}
}

// one shows one request in the form that was asked for.
func (w *watching) one(one listedRequest) error {
	item := one.item()
	item.typeMeta = kind("Request")
	switch w.format {
	case "yaml":
		if _, err := fmt.Fprintln(w.Streams.Out, "---"); err != nil {
			return err
		}
		return printYAML(w.Streams.Out, item)
	case "json":
		return printJSON(w.Streams.Out, item)
	case "name":
		return printNames(w.Streams.Out, []string{item.Name})
	}
	profile := one.Access.Profile
	if w.format == "wide" {
		profile = item.Path
	}
	_, err := fmt.Fprintf(w.Streams.Out, watchRow, term.Safe(item.Name), term.Safe(item.State), term.Safe(item.Requester),
		term.Safe(profile), w.at(one.Created), w.at(w.endOf(one.Request)), term.Safe(one.Justification))
	return err
}

// endOf is until when a request can be decided or, once approved, be used.
func (w *watching) endOf(r jit.Request) time.Time {
	if r.State == jit.RequestPending {
		return r.Expires
	}
	return r.ValidUntil
}

func (w *watching) at(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return w.clock(t)
}
