package britive

import (
	"context"
	"slices"

	"github.com/kubectl-jit/kubectl-jit/pkg/britiveapi"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// lost is the error of a checkout that the tenant says there is already, and that is
// not to be found: the other kind of the same profile may be what stands.
func (c *Client) lost(ctx context.Context, op string, w wanted, race error) error {
	rows, err := c.rows(ctx, op)
	if err != nil || !slices.ContainsFunc(rows, func(t britiveapi.Transaction) bool {
		return kindOf(t) != w.kind && isOf(t, w.access) && stateOf(t) == jit.GrantActive
	}) {
		return race
	}
	stands, next := "web console is", "kubectl jit checkin PROFILE --console"
	if w.kind == britiveapi.Console {
		stands, next = "credentials are", "kubectl jit checkin PROFILE"
	}
	return jit.Errorf(jit.Denied, op, "its %s checked out, and %s gives one of the two at a time", stands, c.host()).
		WithNext("%s", next)
}

func isOf(t britiveapi.Transaction, access jit.Access) bool {
	return string(t.PapID) == access.ProfileID && string(t.EnvironmentID) == access.EnvironmentID
}

// standing looks for an open checkout of the access. While one is being checked
// in, no other can be opened, so its end is awaited, for a while. A row that only
// looks like it, because tenants list what has ended for a moment, hinders nobody.
func (c *Client) standing(ctx context.Context, op string, w wanted) (britiveapi.Transaction, bool, error) {
	bounded, cancel := context.WithTimeout(ctx, longestLeave)
	defer cancel()
	for {
		rows, err := c.rows(ctx, op)
		if err != nil {
			return britiveapi.Transaction{}, false, err
		}
		rows = slices.DeleteFunc(rows, func(t britiveapi.Transaction) bool { return kindOf(t) != w.kind || !isOf(t, w.access) })
		for _, row := range rows {
			if state := stateOf(row); state == jit.GrantActive || state == jit.GrantSubmitted {
				return row, true, nil
			}
		}
		if !slices.ContainsFunc(rows, isLeaving) {
			return britiveapi.Transaction{}, false, nil
		}
		if !rest(bounded, pollEvery) {
			return britiveapi.Transaction{}, false, stuck(ctx, op, rows)
		}
	}
}

// stuck is the error of a check-in that does not come to its end; nil where only
// its row is still there.
func stuck(ctx context.Context, op string, rows []britiveapi.Transaction) error {
	switch {
	case ctx.Err() != nil:
		return jit.Errorf(jit.Unavailable, op, "a check-in of it is under way: %w", ctx.Err()).WithNext(lookAtOpen)
	case slices.ContainsFunc(rows, func(t britiveapi.Transaction) bool { return isLeaving(t) && t.CheckedIn.IsZero() }):
		return jit.Errorf(jit.Unavailable, op, "a check-in of it is still under way after %s: try again in a minute", longestLeave).WithNext(lookAtOpen)
	}
	return nil
}
