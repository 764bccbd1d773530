package cli

import (
	"encoding/json"
	"errors"
	"io/fs"

	"github.com/kubectl-jit/kubectl-jit/pkg/cache"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// signIn is who is signed in at one tenant, and by what.
type signIn struct {
	Person jit.Person // unknown where the token comes from the environment
	Token  jit.Secret
}

// signIns keeps the sign-in of each tenant, sealed, in the state folder.
type signIns struct{ store cache.Store }

// storedSignIn is the form a sign-in has inside its sealed file.
type storedSignIn struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Token string `json:"token"`
}

// get returns the sign-in at a tenant. One that cannot be read is none: signing
// in again costs a minute, an error would stand in the way of that too.
func (s signIns) get(tenantURL string) (signIn, bool) {
	data, err := s.store.Get(tenantURL)
	if err != nil {
		return signIn{}, false
	}
	var stored storedSignIn
	if err := json.Unmarshal(data, &stored); err != nil || stored.Token == "" {
		return signIn{}, false
	}
	return signIn{Person: jit.Person{ID: stored.ID, Name: stored.Name}, Token: jit.NewSecret(stored.Token)}, true
}

func (s signIns) put(tenantURL string, who signIn) error {
	data, err := json.Marshal(storedSignIn{ID: who.Person.ID, Name: who.Person.Name, Token: who.Token.Reveal()})
	if err != nil {
		return err
	}
	return s.store.Put(tenantURL, data)
}

// forget removes the sign-in at a tenant and reports whether there was one.
func (s signIns) forget(tenantURL string) (bool, error) {
	_, err := s.store.Get(tenantURL)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return true, s.store.Delete(tenantURL)
}
