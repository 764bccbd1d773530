package cli_test

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/cli"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// desk is a broker that has requests to decide, and may be away.
type desk struct {
	jit.Broker
	mu       sync.Mutex
	requests []jit.Request
	mine     []jit.Request
	fails    error
	looks    []time.Time
}

// telling is a desk that says when the person's own request is decided.
type telling struct {
	*desk
	tells   bool
	awaited chan string
	decided chan error
}

func (d telling) Tells(context.Context) bool { return d.tells }

func (d telling) Await(ctx context.Context, id string) (jit.Request, error) {
	d.awaited <- id
	select {
	case err := <-d.decided:
		return jit.Request{ID: id}, err
	case <-ctx.Done():
		return jit.Request{}, ctx.Err()
	}
}

func (d *desk) Requests(_ context.Context, scope jit.RequestScope) ([]jit.Request, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if scope == jit.MyRequests {
		d.looks = append(d.looks, time.Now())
		return d.mine, d.fails
	}
	return d.requests, d.fails
}

func (d *desk) set(fails error, requests ...jit.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fails, d.requests, d.looks = fails, requests, nil
}

func (d *desk) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.looks)
}

// TestWatch holds what a watch shows and when: what is pending at first, what is new
// within five seconds, each change once; that it asks twelve times a minute at most;
// that it goes on when the broker is away, and says so once.
func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one := func(id string, state jit.RequestState) jit.Request {
			return jit.Request{ID: id, State: state, Requester: "alice", Justification: "why \x1b[2J"}
		}
		d := &desk{requests: []jit.Request{one("old", jit.RequestApproved), one("first", jit.RequestPending)}}
		ctx, cancel := context.WithCancel(t.Context())
		var out, said bytes.Buffer
		ended := make(chan error)
		go func() { ended <- cli.Watch(ctx, d, &out, &said) }()
		shows := func(what string, after time.Duration, want string) {
			t.Helper()
			time.Sleep(after)
			synctest.Wait()
			if got := strings.Join(strings.Fields(out.String()), " "); got != strings.TrimSpace(want) {
				t.Errorf("%s: it shows %q, want %q", what, got, want)
			}
			out.Reset()
		}
		shows("at first", 0, `NAME STATE FROM PROFILE SINCE UNTIL JUSTIFICATION request/first pending alice - - why \x1b[2J`)

		time.Sleep(time.Minute)
		d.set(nil, one("first", jit.RequestPending), one("second", jit.RequestPending))
		shows("a new one", 5*time.Second, `request/second pending alice - - why \x1b[2J`)
		d.set(nil, one("first", jit.RequestRejected), one("second", jit.RequestPending))
		shows("a change", 5*time.Second, `request/first rejected alice - - why \x1b[2J`)
		time.Sleep(30 * time.Second)
		d.set(nil, one("first", jit.RequestRejected))
		shows("nothing new", time.Minute, "")
		if n := d.count(); n > 12 {
			t.Errorf("it asks %d times a minute", n)
		}

		d.set(jit.Errorf(jit.Unavailable, "list requests", "out of order"))
		shows("away", 10*time.Minute, "")
		if got := said.String(); got != "list requests: out of order; it is asked again\n" {
			t.Errorf("it says %q", got)
		}
		if n := d.count(); n > 30 {
			t.Errorf("it asks %d times in ten minutes", n)
		}
		d.set(nil, one("third", jit.RequestPending))
		shows("back", 30*time.Second, `request/third pending alice - - why \x1b[2J`)

		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Ctrl-C ends it with %v", err)
		}
		d.set(jit.Errorf(jit.Unavailable, "", "away from the start"))
		if err := cli.Watch(t.Context(), d, &out, &said); jit.CodeOf(err) != jit.Unavailable {
			t.Errorf("a broker that was never there: %v", err)
		}
		d.set(jit.Errorf(jit.SignIn, "", "signed out"))
		if err := cli.Watch(t.Context(), d, &out, &said); jit.CodeOf(err) != jit.SignIn {
			t.Errorf("signed out: %v", err)
		}
	})
}

// TestWatchTold holds that the decision of the person's own request is shown as soon
// as the broker tells it, by one look more; that each is waited for once, also where
// the wait fails; and that a broker which cannot tell is asked as ever.
func TestWatchTold(t *testing.T) {
	for _, tells := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			d := telling{&desk{}, tells, make(chan string, 10), make(chan error)}
			one := func(id string, state jit.RequestState) jit.Request { return jit.Request{ID: id, State: state} }
			d.requests = []jit.Request{one("theirs", jit.RequestPending)}
			d.mine = []jit.Request{one("lost", jit.RequestPending), one("mine", jit.RequestPending), one("settled", jit.RequestRejected)}
			ctx, cancel := context.WithCancel(t.Context())
			var out, said bytes.Buffer
			ended := make(chan error)
			go func() { ended <- cli.Watch(ctx, d, &out, &said) }()
			time.Sleep(time.Minute + time.Millisecond)
			synctest.Wait()
			if tells {
				d.decided <- jit.Errorf(jit.Unavailable, "", "out of order")
			}
			time.Sleep(time.Minute)
			synctest.Wait()
			out.Reset()
			d.mu.Lock()
			d.mine, d.looks = []jit.Request{one("lost", jit.RequestApproved), one("mine", jit.RequestApproved)}, nil
			d.mu.Unlock()
			if tells {
				d.decided <- nil
			}
			synctest.Wait()
			shown, looks := strings.Count(out.String(), "approved"), d.count()
			if want := map[bool]int{true: 2}[tells]; shown != want || looks != want/2 {
				t.Errorf("tells: %v: after %d looks it shows %q", tells, looks, out.String())
			}
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
			if got := len(d.awaited); got != map[bool]int{true: 2}[tells] {
				t.Errorf("tells: %v: %d are waited for", tells, got)
			}
		})
	}
}
