package store

import (
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
)

const checkoutColumns = `id, person_id, person, application_id, environment_id, profile_id,
	application, environment, profile, justification, ticket_type, ticket_id, coalesce(request_id, ''),
	state, why, not_before, not_after, ended, extensions, credentials_until, catalog`

func scanCheckout(r row) (c broker.Checkout, err error) {
	a := &c.Access
	err = r.Scan(&c.ID, &c.Person.ID, &c.Person.Name, &a.ApplicationID, &a.EnvironmentID, &a.ProfileID,
		&a.Application, &a.Environment, &a.Profile, &c.Reason.Justification, &c.Reason.TicketType, &c.Reason.TicketID,
		&c.RequestID, &c.State, &c.Why, instant{&c.NotBefore}, instant{&c.NotAfter}, instant{&c.Ended},
		&c.Extensions, instant{&c.CredentialsUntil}, &c.Catalog)
	return c, err
}

// AddCheckout implements [broker.Tx].
func (t tx) AddCheckout(c broker.Checkout) error {
	a := c.Access
	return t.put(`INSERT INTO checkout (id, person_id, person, application_id, environment_id, profile_id,
		application, environment, profile, justification, ticket_type, ticket_id, request_id,
		state, why, not_before, not_after, ended, extensions, credentials_until, catalog)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, ''), ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.ID, c.Person.ID, c.Person.Name, a.ApplicationID, a.EnvironmentID, a.ProfileID,
		a.Application, a.Environment, a.Profile, c.Reason.Justification, c.Reason.TicketType, c.Reason.TicketID, c.RequestID,
		c.State, c.Why, ms(c.NotBefore), ms(c.NotAfter), ms(c.Ended), c.Extensions, ms(c.CredentialsUntil), c.Catalog)
}

// Checkout implements [broker.Tx].
func (t tx) Checkout(id string) (broker.Checkout, error) {
	return one(t, scanCheckout, `SELECT `+checkoutColumns+` FROM checkout WHERE id = ?`, id)
}

// Checkouts implements [broker.Tx].
func (t tx) Checkouts(personID string) ([]broker.Checkout, error) {
	query, args := activeCheckouts(personID)
	return all(t, scanCheckout, query, args...)
}

// activeCheckouts names a person only where there is one, and sorts by hand: so
// SQLite reads the index of those that are active, and not years of ended ones.
func activeCheckouts(personID string) (query string, args []any) {
	query = `SELECT ` + checkoutColumns + ` FROM checkout WHERE state = 'active'`
	if personID != "" {
		query, args = query+` AND person_id = ?`, []any{personID}
	}
	return query + ` ORDER BY +seq`, args
}

// EndCheckout implements [broker.Tx].
func (t tx) EndCheckout(id, why string, at time.Time) (bool, error) {
	return t.move(`UPDATE checkout SET state = 'ended', why = ?, ended = ? WHERE id = ? AND state = 'active'`, why, ms(at), id)
}

// ExtendCheckout implements [broker.Tx].
func (t tx) ExtendCheckout(id string, until, now time.Time) (bool, error) {
	return t.move(`UPDATE checkout SET not_after = ?, extensions = extensions + 1
		WHERE id = ? AND state = 'active' AND not_after > ?`, ms(until), id, ms(now))
}

const mintColumns = `id, checkout_id, state, created, lease, until`

func scanMint(r row) (m broker.Mint, err error) {
	err = r.Scan(&m.ID, &m.CheckoutID, &m.State, instant{&m.Created}, instant{&m.Lease}, instant{&m.Until})
	return m, err
}

// AddMint implements [broker.Tx].
func (t tx) AddMint(m broker.Mint) error {
	return t.put(`INSERT INTO mint (`+mintColumns+`, access_key_id) VALUES (?, ?, 'intended', ?, ?, ?, '')`,
		m.ID, m.CheckoutID, ms(m.Created), ms(m.Lease), ms(m.Until))
}

// Mints implements [broker.Tx].
func (t tx) Mints(checkoutID string) (count int, err error) {
	err = t.sql.QueryRowContext(t.ctx, `SELECT count(*) FROM mint WHERE checkout_id = ?`, checkoutID).Scan(&count)
	return count, err
}

// IssueMint implements [broker.Tx].
func (t tx) IssueMint(id, accessKeyID string, until, now time.Time) (bool, error) {
	issued, err := t.move(`UPDATE mint SET state = 'issued', access_key_id = ?, until = ?
		WHERE id = ? AND state = 'intended' AND EXISTS (
			SELECT 1 FROM checkout c WHERE c.id = mint.checkout_id AND c.state = 'active' AND c.not_after > ?)`,
		accessKeyID, ms(until), id, ms(now))
	if err != nil || !issued {
		return issued, err
	}
	return true, t.mayWork(id)
}

// CloseMint implements [broker.Tx].
func (t tx) CloseMint(id string, to broker.MintState) (bool, error) {
	closed, err := t.move(`UPDATE mint SET state = ? WHERE id = ? AND state = 'intended'`, to, id)
	if err != nil || !closed || to != broker.MintUnknown {
		return closed, err
	}
	return true, t.mayWork(id)
}

// mayWork notes on the checkout how long what a mint issued may work.
func (t tx) mayWork(mintID string) error {
	_, err := t.sql.ExecContext(t.ctx, `UPDATE checkout SET credentials_until = max(credentials_until, m.until)
		FROM mint m WHERE m.id = ? AND m.checkout_id = checkout.id`, mintID)
	return err
}

// OverdueMints implements [broker.Tx].
func (t tx) OverdueMints(now time.Time) ([]broker.Mint, error) {
	return all(t, scanMint, `SELECT `+mintColumns+` FROM mint WHERE state = 'intended' AND lease < ? ORDER BY lease`, ms(now))
}
