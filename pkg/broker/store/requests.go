package store

import (
	"strings"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
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
	query, args := requestsBy(q)
	return all(t, scanRequest, query, args...)
}

// requestsBy says only what is asked, so that SQLite finds an index for it and
// does not read years of decided requests. Its index of pending ones it takes only
// for a state that stands in the text, and only where they are sorted by hand.
func requestsBy(q broker.RequestQuery) (query string, args []any) {
	var kept []string
	keep := func(condition, value string) {
		if value != "" {
			kept, args = append(kept, condition), append(args, value)
		}
	}
	keep(`person_id = ?`, q.PersonID)
	keep(`person_id <> ?`, q.NotPersonID)
	keep(`profile_id = ?`, q.Access.ProfileID)
	keep(`environment_id = ?`, q.Access.EnvironmentID)
	order := `seq`
	if q.State == jit.RequestPending {
		kept, order = append(kept, `state = 'pending'`), `+seq`
	} else {
		keep(`state = ?`, string(q.State))
	}
	query = `SELECT ` + requestColumns + ` FROM request`
	if len(kept) > 0 {
		query += ` WHERE ` + strings.Join(kept, ` AND `)
	}
	query += ` ORDER BY ` + order + ` DESC`
	if q.Limit > 0 {
		query, args = query+` LIMIT ?`, append(args, q.Limit)
	}
	return query, args
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
