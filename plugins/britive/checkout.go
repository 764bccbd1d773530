package britive

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/britiveapi"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const (
	// pollEvery is how often a checkout that is not ready is looked at.
	pollEvery = time.Second

	// longestLeave bounds the wait for a check-in of the same access to finish,
	// and longestSetup that for a checkout to become active.
	longestLeave = 20 * time.Second
	longestSetup = 2 * time.Minute

	// mostRaces is how often a checkout is tried that another one overtakes.
	mostRaces = 3
)

// Checkout implements [jit.Broker]. What stands already is used: a tenant refuses
// a second checkout of the same access.
func (c *Client) Checkout(ctx context.Context, access jit.Access, why jit.Reason) (jit.Grant, error) {
	op := "check out " + label(access)
	return again(c, func() (jit.Grant, error) {
		access, err := c.resolve(ctx, op, access)
		if err != nil {
			return jit.Grant{}, err
		}
		return c.window(ctx, op, wanted{access, why, true, britiveapi.Programmatic})
	})
}

// wanted is a checkout that somebody wants.
type wanted struct {
	access jit.Access // with its ids
	why    jit.Reason
	open   bool   // open one where none stands
	kind   string // britiveapi.Programmatic or Console
}

// window is the checkout that stands, or a new one where one may be opened; a
// grant without an ID where neither is.
func (c *Client) window(ctx context.Context, op string, w wanted) (jit.Grant, error) {
	for try := 1; ; try++ {
		row, found, err := c.standing(ctx, op, w)
		if err == nil && !found {
			if !w.open {
				return jit.Grant{}, nil
			}
			row, err = c.open(ctx, op, w)
		}
		switch {
		case err == nil:
			return c.settle(ctx, op, row)
		case !isRace(err):
			return jit.Grant{}, err
		case try >= mostRaces || !rest(ctx, pollEvery):
			return jit.Grant{}, c.lost(ctx, op, w, err)
		}
	}
}

// isRace reports whether another call has just checked the same access out.
func isRace(err error) bool {
	return hasCode(err, britiveapi.CodeRace) &&
		strings.Contains(strings.ToLower(err.Error()), strings.ToLower(britiveapi.RaceMessage))
}

// open asks for a new checkout. The call is never sent twice by itself: what
// became of a lost answer, the list of checkouts tells at the next call.
func (c *Client) open(ctx context.Context, op string, w wanted) (britiveapi.Transaction, error) {
	var row britiveapi.Transaction
	reason, err := reasonOf(op, w.why)
	if err != nil {
		return row, err
	}
	err = c.do(ctx, op, request{
		method: http.MethodPost,
		path:   accessPath(w.access),
		query:  url.Values{"accessType": {w.kind}},
		body:   reason,
	}, &row)
	// Older tenants say so instead of "approval required". Either way a request
	// with a justification comes next.
	if hasCode(err, britiveapi.CodeApprovalJustification) {
		err = jit.Errorf(jit.Approval, "", "%w", err)
	}
	if err == nil && row.TransactionID == "" {
		err = c.strange(op, "its answer names no checkout")
	}
	return row, err
}

func accessPath(access jit.Access) string {
	return "/api/access/" + url.PathEscape(access.ProfileID) + "/environments/" + url.PathEscape(access.EnvironmentID)
}

// settle waits until a checkout is active or has failed.
func (c *Client) settle(ctx context.Context, op string, row britiveapi.Transaction) (jit.Grant, error) {
	bounded, cancel := context.WithTimeout(ctx, longestSetup)
	defer cancel()
	for {
		switch grant := c.grant(ctx, op, row); grant.State {
		case jit.GrantActive:
			return grant, nil
		case jit.GrantEnded, jit.GrantFailed:
			return grant, jit.Errorf(jit.Denied, op, "%s", grant.Why)
		}
		if !rest(bounded, pollEvery) {
			return jit.Grant{}, unsettled(ctx, op, row)
		}
		next, found, err := c.row(ctx, op, string(row.TransactionID))
		switch {
		case ctx.Err() != nil:
			return jit.Grant{}, unsettled(ctx, op, row)
		case err != nil:
			return jit.Grant{}, err
		case !found:
			return jit.Grant{}, jit.Errorf(jit.Denied, op, "the broker dropped the checkout before it was ready")
		}
		row = next
	}
}

func unsettled(ctx context.Context, op string, row britiveapi.Transaction) error {
	const next = "kubectl jit status"
	if err := ctx.Err(); err != nil {
		return jit.Errorf(jit.Unavailable, op, "it is not ready (%s): %w", row.Status, err).WithNext(next)
	}
	return jit.Errorf(jit.Unavailable, op, "it is not ready (%s) after %s", row.Status, longestSetup).WithNext(next)
}

// row finds one checkout in the list.
func (c *Client) row(ctx context.Context, op, id string) (row britiveapi.Transaction, found bool, err error) {
	rows, err := c.rows(ctx, op)
	for _, row := range rows {
		if string(row.TransactionID) == id {
			return row, true, nil
		}
	}
	return row, false, err
}

// Extend implements [jit.Broker].
func (c *Client) Extend(ctx context.Context, grantID string) (jit.Grant, error) {
	op := "extend checkout " + grantID
	if err := checkID(op, grantID); err != nil {
		return jit.Grant{}, err
	}
	var row britiveapi.Transaction
	err := c.do(ctx, op, request{method: http.MethodPatch, path: "/api/access/extensions/" + url.PathEscape(grantID)}, &row)
	if err != nil {
		return jit.Grant{}, err
	}
	if row.TransactionID == "" { // it answers with nothing: look
		var found bool
		if row, found, err = c.row(ctx, op, grantID); err == nil && !found {
			err = jit.Errorf(jit.NotFound, op, "it has ended")
		}
		if err != nil {
			return jit.Grant{}, err
		}
	}
	return c.grant(ctx, op, row), nil
}

// Credential implements [jit.Broker].
func (c *Client) Credential(ctx context.Context, grantID string) (jit.Credential, error) {
	op := "get credentials for checkout " + grantID
	if err := checkID(op, grantID); err != nil {
		return jit.Credential{}, err
	}
	var t britiveapi.Tokens
	if err := c.do(ctx, op, get("/api/access/"+url.PathEscape(grantID)+"/tokens"), &t); err != nil {
		return jit.Credential{}, err
	}
	return c.credential(op, t)
}

// credential holds an answer to be one.
func (c *Client) credential(op string, t britiveapi.Tokens) (jit.Credential, error) {
	switch {
	case !t.Bearer.Empty() && !isBearer(t.Bearer.Reveal()):
		return jit.Credential{}, c.strange(op, "what it gives as a token for the cluster is none")
	case !t.Bearer.Empty() && !t.Expires.IsZero():
		return t.Credential, nil
	case !t.Bearer.Empty():
		return jit.Credential{}, c.strange(op, "it does not say when the token ends")
	case t.AccessKeyID == "" || t.SecretAccessKey.Empty() || t.SessionToken.Empty():
		return jit.Credential{}, jit.Errorf(jit.Invalid, op, "this profile gives neither AWS keys nor a token for a cluster")
	case t.Expires.IsZero():
		return jit.Credential{}, c.strange(op, "it does not say when the credentials end")
	}
	return t.Credential, nil
}

// Checkin implements [jit.Broker].
func (c *Client) Checkin(ctx context.Context, grantID string) (jit.Grant, error) {
	op := "check in " + grantID
	if err := checkID(op, grantID); err != nil {
		return jit.Grant{}, err
	}
	row := britiveapi.Transaction{TransactionID: britiveapi.Text(grantID), Status: britiveapi.CheckedIn}
	err := c.do(ctx, op, request{
		method: http.MethodPut,
		path:   "/api/access/" + url.PathEscape(grantID),
		query:  url.Values{"type": {"API"}},
		again:  true,
	}, &row)
	if code := jit.CodeOf(err); code == jit.Denied || code == jit.Invalid {
		// A tenant refuses to check in what has ended, each in its own words.
		if _, stands, lookErr := c.row(ctx, op, grantID); lookErr == nil && !stands {
			return jit.Grant{}, jit.Errorf(jit.NotFound, op, "it has ended: %w", err)
		}
	}
	if err != nil {
		return jit.Grant{}, err
	}
	return c.grant(ctx, op, row), nil
}
