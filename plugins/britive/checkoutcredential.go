package britive

import (
	"context"
	"net/http"

	"github.com/kubectl-jit/kubectl-jit/pkg/britiveapi"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// keyed is a checkout and credentials under it.
type keyed struct {
	grant      jit.Grant
	credential jit.Credential
}

// CheckoutCredential implements [jit.Broker]. With ids and features known it takes
// one exchange where the broker offers that, and on a plain tenant three: what
// stands, checkout, credentials.
func (c *Client) CheckoutCredential(ctx context.Context, access jit.Access, why jit.Reason, open bool) (jit.Grant, jit.Credential, error) {
	op := "check out " + label(access)
	k, err := again(c, func() (keyed, error) {
		access, err := c.resolve(ctx, op, access)
		if err != nil {
			return keyed{}, err
		}
		if c.offers(ctx, britiveapi.FeatureSession) {
			return c.inOne(ctx, op, access, why, open)
		}
		return c.inSteps(ctx, op, access, why, open)
	})
	return k.grant, k.credential, err
}

// inOne gets both in one exchange. Like a checkout it is never sent twice by
// itself.
func (c *Client) inOne(ctx context.Context, op string, access jit.Access, why jit.Reason, open bool) (keyed, error) {
	reason, err := reasonOf(op, why)
	if err != nil {
		return keyed{}, err
	}
	var answer britiveapi.Session
	err = c.do(ctx, op, request{
		method: http.MethodPost,
		path:   accessPath(access) + "/session",
		body:   britiveapi.SessionCall{Reason: reason, Open: open},
	}, &answer)
	switch {
	case err != nil || answer.Checkout == nil && !open:
		return keyed{}, err
	case answer.Checkout == nil || answer.Checkout.TransactionID == "" || answer.Credentials == nil:
		return keyed{}, c.strange(op, "its answer names no checkout, or no credentials")
	}
	credential, err := c.credential(op, *answer.Credentials)
	return keyed{c.grant(ctx, op, *answer.Checkout), credential}, err
}

// inSteps gets one after the other.
func (c *Client) inSteps(ctx context.Context, op string, access jit.Access, why jit.Reason, open bool) (keyed, error) {
	grant, err := c.window(ctx, op, wanted{access, why, open, britiveapi.Programmatic})
	if err != nil || grant.ID == "" {
		return keyed{}, err
	}
	credential, err := c.Credential(ctx, grant.ID)
	return keyed{grant, credential}, err
}
