package britive

import (
	"context"
	"errors"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// renewal is a sign-in that some goroutine is at, while others wait for it.
type renewal struct {
	done   chan struct{}
	within context.Context // once it is done
	err    error           // likewise
}

// await waits until it is done. A call's deadline passes meanwhile: a person takes
// longer. Whatever else ends the call ends its wait.
func (at *renewal) await(ctx context.Context) error {
	select {
	case <-at.done:
	case <-ctx.Done():
		if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return ctx.Err()
		}
		<-at.done
	}
	return at.err
}

// token is what calls are signed in with just now.
func (c *Client) token() jit.Secret {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.current()
}

func (c *Client) current() jit.Secret {
	if c.newer.Empty() {
		return c.Token
	}
	return c.newer
}

// renew signs in again after the tenant refused a token, unless another goroutine
// has done so, or is at it. It returns the context for the call to go on in: one
// that had little time, and spent it while a person signed in, gets as much as its
// command has.
func (c *Client) renew(ctx context.Context, refused jit.Secret) (context.Context, error) {
	c.mu.Lock()
	if !c.current().Equal(refused) {
		c.mu.Unlock()
		return ctx, ctx.Err()
	}
	at := c.renewing
	if at == nil {
		at = &renewal{done: make(chan struct{})}
		c.renewing = at
		c.mu.Unlock()
		c.signInAgain(at)
	} else {
		c.mu.Unlock()
	}
	if err := at.await(ctx); err != nil {
		return ctx, err
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return at.within, at.within.Err()
	}
	return ctx, ctx.Err()
}

func (c *Client) signInAgain(at *renewal) {
	within, token, err := c.Renew()
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		c.newer = token
	}
	at.within, at.err, c.renewing = within, err, nil
	close(at.done)
}
