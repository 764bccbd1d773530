package britive

import (
	"context"
	"errors"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// renewal is a sign-in that some goroutine is at, while others wait for it.
type renewal struct {
	done chan struct{}
	err  error // once it is done
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
// that had little time, and spent it while a person signed in, gets as much as any
// call.
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
		c.signInAgain(ctx, at)
	} else {
		c.mu.Unlock()
	}
	<-at.done
	switch {
	case at.err != nil:
		return ctx, at.err
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return context.WithoutCancel(ctx), nil // each exchange has its own bound
	}
	return ctx, ctx.Err()
}

func (c *Client) signInAgain(ctx context.Context, at *renewal) {
	token, err := c.Renew(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		c.newer = token
	}
	at.err, c.renewing = err, nil
	close(at.done)
}
