package store

import (
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
)

const requestColumns = `id, person_id, person, application_id, environment_id, profile_id,
	application, environment, profile, justification, ticket_type, ticket_id,
	state, created, expires, valid_until, decided, decider_id, decider, comment`

func scanRequest(r row) (q broker.Request, err error) {
	a := &q.Access
	err = r.Scan(&q.ID, &q.PersonID, &q.Requester, &a.ApplicationID, &a.EnvironmentID, &a.ProfileID,
		&a.Application, &a.Environment, &a.Profile, &q.Justification, &q.Ticket[0], &q.Ticket[1],
		&q.State, instant{&q.Created}, instant{&q.Expires}, instant{&q.ValidUntil}, instant{&q.Decided},
		&q.DeciderID, &q.DecidedBy, &q.Comment)
	return q, err
}

// AddRequest implements [broker.Tx].
func (t tx) AddRequest(r broker.Request) error {
	a := r.Access
	return t.put(`INSERT INTO request (`+requestColumns+`)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		r.ID, r.PersonID, r.Requester, a.ApplicationID, a.EnvironmentID, a.ProfileID,
		a.Application, a.Environment, a.Profile, r.Justification, r.Ticket[0], r.Ticket[1],
		r.State, ms(r.Created), ms(r.Expires), ms(r.ValidUntil), ms(r.Decided), r.DeciderID, r.DecidedBy, r.Comment)
}

// Request implements [broker.Tx].
func (t tx) Request(id string) (broker.Request, error) {
	return one(t, scanRequest, `SELECT `+requestColumns+` FROM request WHERE id = ?`, id)
}

// Requests implements [broker.Tx].
func (t tx) Requests(q broker.RequestQuery) ([]broker.Request, error) {
	limit := q.Limit
	if limit == 0 {
		limit = -1
	}
	return all(t, scanRequest, `SELECT `+requestColumns+` FROM request
		WHERE (?1 = '' OR person_id = ?1)
		  AND (?2 = '' OR person_id <> ?2)
		  AND (?3 = '' OR profile_id = ?3)
		  AND (?4 = '' OR environment_id = ?4)
		  AND (?5 = '' OR state = ?5)
		ORDER BY seq DESC LIMIT ?6`,
		q.PersonID, q.NotPersonID, q.Access.ProfileID, q.Access.EnvironmentID, q.State, limit)
}

// DecideRequest implements [broker.Tx].
func (t tx) DecideRequest(id string, o broker.Outcome) (bool, error) {
	return t.move(`UPDATE request SET state = ?, decider_id = ?, decider = ?, comment = ?, decided = ?, valid_until = ?
		WHERE id = ? AND state = 'pending' AND expires > ?`,
		o.State, o.By.ID, o.By.Name, o.Comment, ms(o.At), ms(o.ValidUntil), id, ms(o.At))
}

// LapseRequest implements [broker.Tx].
func (t tx) LapseRequest(id string, now time.Time) (bool, error) {
	return t.move(`UPDATE request SET state = 'timeout', decided = expires
		WHERE id = ? AND state = 'pending' AND expires <= ?`, id, ms(now))
}

func scanVote(r row) (v broker.Vote, err error) {
	err = r.Scan(&v.RequestID, &v.Person.ID, &v.Person.Name, &v.Approve, &v.Comment, instant{&v.At})
	return v, err
}

// AddVote implements [broker.Tx].
func (t tx) AddVote(v broker.Vote) error {
	return t.put(`INSERT INTO vote (request_id, person_id, person, approve, comment, at) VALUES (?, ?, ?, ?, ?, ?)`,
		v.RequestID, v.Person.ID, v.Person.Name, v.Approve, v.Comment, ms(v.At))
}

// Votes implements [broker.Tx].
func (t tx) Votes(requestID string) ([]broker.Vote, error) {
	return all(t, scanVote, `SELECT request_id, person_id, person, approve, comment, at FROM vote
		WHERE request_id = ? ORDER BY at, rowid`, requestID)
}
