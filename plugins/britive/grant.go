package britive

import (
	"cmp"
	"context"
	"slices"

	"github.com/kubectl-jit/kubectl-jit/pkg/britiveapi"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Grants implements [jit.Broker]. Checkouts of a web console are left out: they
// give no credentials.
func (c *Client) Grants(ctx context.Context) ([]jit.Grant, error) {
	const op = "list checkouts"
	rows, err := c.rows(ctx, op)
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(t britiveapi.Transaction) bool {
		state := stateOf(t)
		return kindOf(t) == britiveapi.Console || state != jit.GrantActive && state != jit.GrantSubmitted
	})
	return c.grants(ctx, op, once(rows, func(t britiveapi.Transaction) britiveapi.Text { return t.TransactionID })), nil
}

// kindOf is the access type of a checkout: for credentials, unless it says other.
func kindOf(t britiveapi.Transaction) string {
	if t.AccessType == britiveapi.Console {
		return britiveapi.Console
	}
	return britiveapi.Programmatic
}

// rows reads the person's checkouts as the broker lists them.
func (c *Client) rows(ctx context.Context, op string) ([]britiveapi.Transaction, error) {
	var rows []britiveapi.Transaction
	err := c.do(ctx, op, get("/api/access/app-access-status"), &rows)
	return slices.DeleteFunc(rows, func(t britiveapi.Transaction) bool {
		return t.TransactionID == ""
	}), err
}

// once leaves out what a tenant says again.
func once[T any](rows []T, id func(T) britiveapi.Text) []T {
	said := make(map[britiveapi.Text]bool, len(rows))
	return slices.DeleteFunc(rows, func(row T) bool {
		again := said[id(row)]
		said[id(row)] = true
		return again
	})
}

// grants turns checkouts into grants with names. A plain tenant sends ids only:
// then the listing is read, and where that fails the ids stand for the names.
func (c *Client) grants(ctx context.Context, op string, rows []britiveapi.Transaction) []jit.Grant {
	grants := make([]jit.Grant, len(rows))
	listing := c.listing(ctx, op)
	for i, row := range rows {
		grants[i] = grantOf(row)
		grants[i].Access = c.withNames(grants[i].Access, listing)
	}
	return grants
}

// grant is grants for one.
func (c *Client) grant(ctx context.Context, op string, row britiveapi.Transaction) jit.Grant {
	return c.grants(ctx, op, []britiveapi.Transaction{row})[0]
}

func accessOf(t britiveapi.Transaction) jit.Access {
	return jit.Access{
		Application: t.AppName, ApplicationID: string(t.AppContainerID),
		Environment: t.EnvironmentName, EnvironmentID: string(t.EnvironmentID),
		Profile: t.PapName, ProfileID: string(t.PapID),
	}
}

func grantOf(t britiveapi.Transaction) jit.Grant {
	g := jit.Grant{
		ID:        string(t.TransactionID),
		Access:    accessOf(t),
		State:     stateOf(t),
		NotBefore: t.CheckedOut.Time,
		NotAfter:  t.Expiration.Time,
	}
	if t.CredentialsUntil != nil {
		g.CredentialsUntil = t.CredentialsUntil.Time
	}
	if g.State == jit.GrantEnded || g.State == jit.GrantFailed {
		g.Why = why(t)
	}
	return g
}

// stateOf reads the status of a checkout. One that is being checked in has ended
// for everybody who would use it, and one whose status nobody knows is not used.
func stateOf(t britiveapi.Transaction) jit.GrantState {
	if !t.CheckedIn.IsZero() {
		return jit.GrantEnded
	}
	switch t.Status {
	case britiveapi.CheckedOut:
		return jit.GrantActive
	case britiveapi.CheckOutSubmitted, britiveapi.CheckOutInProgress, britiveapi.CheckOutInApproval:
		return jit.GrantSubmitted
	case britiveapi.CheckedIn, britiveapi.CheckedInExpired, britiveapi.CheckInSubmitted,
		britiveapi.CheckInInProgress, britiveapi.CheckInFailed, britiveapi.CheckInTimeOut:
		return jit.GrantEnded
	}
	return jit.GrantFailed
}

// isLeaving reports whether a checkout is being checked in right now.
func isLeaving(t britiveapi.Transaction) bool {
	return !t.CheckedIn.IsZero() || t.Status == britiveapi.CheckInSubmitted || t.Status == britiveapi.CheckInInProgress
}

// why is what ended a checkout, or made it fail, for people.
func why(t britiveapi.Transaction) string {
	said := ""
	if t.ErrorMessage != nil {
		said = string(*t.ErrorMessage)
	}
	return shortened(cmp.Or(said, t.StatusText, string(t.Status)))
}
