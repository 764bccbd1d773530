package caller

import (
	"encoding/json"
	"errors"
	"io/fs"
	"strings"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/cache"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Way is how somebody signed in.
type Way string

// The ways.
const (
	ByToken      Way = ""           // an API token
	ByBrowser    Way = "browser"    // it ends
	ByFederation Way = "federation" // the token of the place that a workload runs in; never stored
)

// SignIn is who is signed in at one tenant, and by what.
type SignIn struct {
	Person  jit.Person // unknown where the token comes from the environment, or from a workload's place
	Owner   string     // of a workload's token, in place of the person
	Token   jit.Secret
	By      Way
	Expires time.Time // of the token; zero where that is not known

	kept bool // it comes from [SignIns]
}

// SignIns keeps the sign-in of each tenant, sealed, in the state folder.
type SignIns struct{ store cache.Store }

// storedSignIn is the form a sign-in has inside its sealed file.
type storedSignIn struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Token   string    `json:"token"`
	By      Way       `json:"by,omitempty"`
	Expires time.Time `json:"expires,omitzero"`
}

// Get returns the sign-in at a tenant. One that cannot be read is none: signing
// in again costs a minute, an error would stand in the way of that too.
func (s SignIns) Get(tenantURL string) (SignIn, bool) {
	data, err := s.store.Get(tenantURL)
	if err != nil {
		return SignIn{}, false
	}
	var stored storedSignIn
	if err := json.Unmarshal(data, &stored); err != nil || stored.Token == "" {
		return SignIn{}, false
	}
	return SignIn{
		Person: jit.Person{ID: stored.ID, Name: stored.Name}, Token: jit.NewSecret(stored.Token), By: stored.By, Expires: stored.Expires,
		kept: true,
	}, true
}

func (s SignIns) Put(tenantURL string, who SignIn) error {
	data, err := json.Marshal(storedSignIn{
		ID: who.Person.ID, Name: who.Person.Name, Token: who.Token.Reveal(), By: who.By, Expires: who.Expires,
	})
	if err != nil {
		return err
	}
	return s.store.Put(tenantURL, data)
}

// Forget removes the sign-in at a tenant, also one that cannot be read just now, and
// reports whether there was one.
func (s SignIns) Forget(tenantURL string) (bool, error) {
	_, err := s.store.Get(tenantURL)
	return !errors.Is(err, fs.ErrNotExist), s.store.Delete(tenantURL)
}

// Clear removes the sign-ins at all tenants.
func (s SignIns) Clear() error { return s.store.Clear() }

// CleanToken drops the line end that files and clipboards add, and refuses what
// cannot stand in an HTTP header.
func CleanToken(text string) (jit.Secret, error) {
	text = strings.TrimSpace(text)
	bad := func(r rune) bool { return r <= ' ' || r >= 0x7f }
	switch {
	case text == "":
		return jit.Secret{}, jit.Errorf(jit.Invalid, "sign in", "the API token is empty")
	case strings.IndexFunc(text, bad) >= 0:
		return jit.Secret{}, jit.Errorf(jit.Invalid, "sign in", "the API token holds blanks or other characters that no token has")
	}
	return jit.NewSecret(text), nil
}
