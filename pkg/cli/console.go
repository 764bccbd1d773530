package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/mint"
	"github.com/kubectl-jit/kubectl-jit/pkg/term"
)

// enter checks the web console of an access out, and prints its address or gives
// it to the browser.
func (c *checkout) enter(ctx context.Context, conn *caller.Connection, ask mint.Ask) error {
	grant, address, err := conn.Mint.Console(ctx, ask)
	if err != nil {
		return err
	}
	if !c.open {
		c.Note("The console of %s is checked out until %s.", grant.Access.Profile, c.until(grant.NotAfter))
		_, err := fmt.Fprintln(c.Streams.Out, address.Reveal())
		return err
	}
	if err := browse(ctx, address); err != nil {
		return err
	}
	c.say("The console of %s is open in the browser, and checked out until %s.", grant.Access.Profile, c.until(grant.NotAfter))
	return nil
}

// leave checks the web console of an access in.
func (c *checkin) leave(ctx context.Context, profile string) error {
	conn, target, err := c.target(ctx, profile)
	if err != nil {
		return err
	}
	grant, err := conn.Mint.CheckinConsole(ctx, target.ask(conn, nil))
	switch {
	case err != nil:
		return err
	case c.format != "":
		return c.print(c.Streams.Out, c.Streams.ErrOut, c.oneGrant(conn, grant))
	case grant.ID == "":
		c.say("The console of %s was not checked out.", target.access.Profile)
	default:
		c.say("The console of %s is checked in. A browser that is in may stay in until its session there ends.", grant.Access.Profile)
	}
	return nil
}

// patienceWithBrowser is how long a browser may take to come for the address.
const patienceWithBrowser = 30 * time.Second

// browse opens a secret address. Arguments can be read by everybody on the
// machine, so the browser is sent to this process first, which sends the first of
// this person's programs that comes on to the address, and nobody after. Codes:
// not_found (there is no browser), unavailable (it did not come).
func browse(ctx context.Context, address jit.Secret) error {
	const op = "open the browser"
	ctx, cancel := context.WithTimeout(ctx, patienceWithBrowser)
	defer cancel()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return jit.Errorf(jit.Unavailable, op, "%w", err)
	}
	path := "/" + rand.Text()
	came := make(chan struct{})
	server := &http.Server{Handler: once(path, address, came), ReadHeaderTimeout: patienceWithBrowser}
	go func() { _ = server.Serve(listener) }()
	defer func() { _ = server.Close() }()
	if !term.Browse("http://" + listener.Addr().String() + path) {
		return jit.Errorf(jit.NotFound, op, "there is none that can be started here").WithNext("leave --open out, and open the address yourself")
	}
	select {
	case <-came:
		return server.Shutdown(ctx)
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.Canceled) {
			return ctx.Err()
		}
		return jit.Errorf(jit.Unavailable, op, "it did not come for the address within %s", patienceWithBrowser).
			WithNext("leave --open out, and open the address yourself")
	}
}

// once sends the first who comes to path on to the address, but no other user: they may
// have seen the path among the browser's arguments.
func once(path string, address jit.Secret, came chan<- struct{}) http.Handler {
	var gone atomic.Bool
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != path || isStranger(r) || !gone.CompareAndSwap(false, true) {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Referrer-Policy", "no-referrer")
		http.Redirect(w, r, address.Reveal(), http.StatusFound)
		close(came)
	})
}
