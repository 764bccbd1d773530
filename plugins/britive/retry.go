package britive

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/britiveapi"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const (
	// mostTries bounds how often one call is sent, which takes a second and a
	// half at most, not counting what the broker takes and asks for.
	mostTries = 4

	// firstPause doubles with each try. A random part of it is left out, so that
	// many clients do not come back together.
	firstPause = 200 * time.Millisecond

	// longestPause bounds what a broker may ask for in Retry-After.
	longestPause = 30 * time.Second
)

// do makes a call and decodes its answer into v. One that changes nothing, or
// nothing more when it is repeated, is sent again when the way or the broker
// fails for a moment; any is, when it was refused for want of a sign-in and
// somebody has signed in again.
func (c *Client) do(ctx context.Context, op string, r request, v any) error {
	renewed := false
	for try := 1; ; try++ {
		x, err := c.send(ctx, r)
		pause, retry := passing(x, err)
		if retry && r.again && try < mostTries && rest(ctx, max(pause, backoff(try))) {
			continue
		}
		if err != nil {
			return c.unreached(ctx, op, err)
		}
		if x.status >= 200 && x.status < 300 {
			return c.read(op, x, v)
		}
		refused := c.refused(op, x)
		if renewed || r.open || jit.CodeOf(refused) != jit.SignIn || c.Renew == nil {
			return refused
		}
		renewed = true
		if ctx, err = c.renew(ctx, x.token); err != nil {
			return err
		}
	}
}

// passing reports whether a failure may be over in a moment, and how long the
// broker wants to be left alone.
func passing(x exchange, err error) (pause time.Duration, retry bool) {
	if err != nil {
		return 0, isPassing(err)
	}
	if !isBusy(x.status) || errorOf(x).ErrorCode == britiveapi.Text(britiveapi.CodeMaintenance) {
		return 0, false
	}
	return retryAfter(x.header), true
}

// isBusy reports whether a status says to come back in a moment.
func isBusy(status int) bool {
	busy := []int{http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}
	return slices.Contains(busy, status)
}

// retryAfter reads seconds or a date. What is too long to wait for is cut: the
// next try will tell.
func retryAfter(h http.Header) time.Duration {
	value := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(value); err == nil && seconds > 0 {
		return min(time.Duration(min(seconds, 3600))*time.Second, longestPause)
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	// By the broker's own clock where it tells it: ours may differ.
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	return min(max(at.Sub(now), 0), longestPause)
}

func backoff(try int) time.Duration {
	return shaken(firstPause << (try - 1))
}

// shaken shortens a pause by up to a half.
func shaken(d time.Duration) time.Duration { return d - rand.N(d/2) }

// rest waits, unless ctx would end before. It reports whether it has waited.
func rest(ctx context.Context, d time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return false
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// isEnd reports whether an error is that of a context.
func isEnd(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
