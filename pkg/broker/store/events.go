package store

import "github.com/kubectl-jit/kubectl-jit/pkg/broker"

const eventColumns = `at, actor_id, actor, origin, act, outcome, access, checkout, request, token, mint,
	justification, ticket_type, ticket_id, approver, detail, catalog`

func scanEvent(r row) (e broker.Event, err error) {
	err = r.Scan(&e.Seq, instant{&e.At}, &e.Actor.ID, &e.Actor.Name, &e.From, &e.Act, &e.Outcome, &e.Access,
		&e.Checkout, &e.Request, &e.Token, &e.Mint, &e.Reason.Justification, &e.Reason.TicketType, &e.Reason.TicketID,
		&e.Approver, &e.Detail, &e.Catalog)
	return e, err
}

// Record implements [broker.Tx].
func (t tx) Record(e broker.Event) error {
	return t.put(`INSERT INTO event (`+eventColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		ms(e.At), e.Actor.ID, e.Actor.Name, e.From, e.Act, e.Outcome, e.Access,
		e.Checkout, e.Request, e.Token, e.Mint, e.Reason.Justification, e.Reason.TicketType, e.Reason.TicketID,
		e.Approver, e.Detail, e.Catalog)
}

// Events implements [broker.Tx].
func (t tx) Events(after int64, limit int) ([]broker.Event, error) {
	return all(t, scanEvent, `SELECT seq, `+eventColumns+` FROM event WHERE seq > ? ORDER BY seq LIMIT ?`, after, limit)
}
