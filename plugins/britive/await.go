package britive

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/britiveapi"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const (
	// A tenant that can only be asked is asked after a second, then less often,
	// and never less often than slowest, so that a decision is seen within it.
	quickest = time.Second
	slowest  = 3 * time.Second

	// longPoll is how long a broker is asked to hold its answer back. It leaves
	// proxies, which cut after 30 s or more, their time.
	longPoll = 25 * time.Second

	// mostLosses is how many calls in a row may fail before the wait does: a
	// broker that is restarted is back by then.
	mostLosses = 5
)

// Tells implements [jit.Teller].
func (c *Client) Tells(ctx context.Context) bool { return c.offers(ctx, britiveapi.FeatureWait) }

// Await implements [jit.Broker].
func (c *Client) Await(ctx context.Context, requestID string) (jit.Request, error) {
	op := "wait for request " + requestID
	if err := checkID(op, requestID); err != nil {
		return jit.Request{}, err
	}
	losses, pause := 0, quickest
	for {
		ask := get(approvalPath(requestID))
		waits := c.Tells(ctx)
		if waits {
			ask.query = url.Values{"wait": {strconv.Itoa(int(longPoll / time.Second))}}
		}
		asked := time.Now()
		r, err := c.look(ctx, op, ask)
		switch {
		case ctx.Err() != nil:
			return r, ctx.Err()
		case err == nil && r.State != jit.RequestPending:
			return r, nil
		case err == nil:
			losses = 0
		case jit.CodeOf(err) != jit.Unavailable || losses == mostLosses:
			return jit.Request{}, err
		default:
			losses++
		}
		if waits && time.Since(asked) >= quickest {
			pause = quickest
			continue // it did hold its answer back
		}
		if !wait(ctx, shaken(pause)) {
			return r, ctx.Err()
		}
		pause = min(pause*3/2, slowest)
	}
}

// wait is rest to the very end of ctx.
func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
