package store

import (
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
)

const tokenColumns = `id, person_id, person, name, created, expires, revoked`

func scanToken(r row) (k broker.Token, err error) {
	err = r.Scan(&k.ID, &k.Person.ID, &k.Person.Name, &k.Name, instant{&k.Created}, instant{&k.Expires}, instant{&k.Revoked})
	return k, err
}

// AddToken implements [broker.Tx].
func (t tx) AddToken(k broker.Token, hash []byte) error {
	return t.put(`INSERT INTO token (`+tokenColumns+`, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		k.ID, k.Person.ID, k.Person.Name, k.Name, ms(k.Created), ms(k.Expires), ms(k.Revoked), hash)
}

// TokenByHash implements [broker.Tx].
func (t tx) TokenByHash(hash []byte) (broker.Token, error) {
	return one(t, scanToken, `SELECT `+tokenColumns+` FROM token WHERE hash = ?`, hash)
}

// Tokens implements [broker.Tx].
func (t tx) Tokens() ([]broker.Token, error) {
	return all(t, scanToken, `SELECT `+tokenColumns+` FROM token ORDER BY seq`)
}

// RevokeToken implements [broker.Tx].
func (t tx) RevokeToken(id string, at time.Time) (bool, error) {
	return t.move(`UPDATE token SET revoked = ? WHERE id = ? AND revoked = 0`, ms(at), id)
}
