package mint

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/held"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Two marks stand in Mint.Marks: under the key of an access and a person why it
// rests, and under that of the access alone the names of the tokens held for it,
// by which a check-in finds them. The same person may be known by a sign-in here
// and by an API token there: a check-in under one name removes what is held under
// the other too, which costs somebody else time and never access.
const (
	restMark  = "rest-"
	heldNames = "held-"

	anybody = "" // in place of an identity
)

// heldToken returns the token that is held for this call.
func (m *Mint) heldToken(ask Ask) (jit.Token, bool) {
	if ask.Fresh || ask.Held == "" {
		return jit.Token{}, false
	}
	status, ok := held.Read(held.Path(m.CacheDir, ask.Held), m.local())
	if !ok {
		return m.heldGiven(ask)
	}
	text, expires, ok := held.Parse(status)
	return jit.Token{Value: jit.NewSecret(text), Expires: expires}, ok
}

// hold writes the token where the next call finds it. Its name is noted first, so
// that no token lies about which a check-in would not find. Somebody else may have
// signed in meanwhile, to whom the front would give it: whether they did is looked at
// last, since they remove what is held after they have.
func (m *Mint) hold(ask Ask, token jit.Token, keys heldKeys) {
	if ask.Held == "" || m.CacheDir == "" || !keys.Bearer.Empty() {
		return
	}
	names := m.held(ask)
	if !slices.Contains(names, ask.Held) {
		data, err := json.Marshal(append(names, ask.Held))
		if err == nil {
			err = m.Marks.Put(heldNames+ask.key(anybody), data)
		}
		if err != nil {
			m.noteUnkept(err)
			return
		}
	}
	path := held.Path(m.CacheDir, ask.Held)
	if err := held.Write(path, token.Value.Reveal(), token.Expires, m.renewAt(token.Expires, keys)); err != nil {
		m.noteUnkept(err)
	}
	if m.SignedIn != nil && !m.SignedIn() {
		_ = os.Remove(path)
	}
}

// renewAt is when a held token is no longer handed out: a minute before its end,
// since a client uses it to the end and the cluster must not refuse it before;
// less when little is left, at the end of a checkout. It is also where a person is
// to hear that the checkout ends. All of it is by this machine's clock.
func (m *Mint) renewAt(expires time.Time, keys heldKeys) time.Time {
	const longest, least = time.Minute, 10 * time.Second
	now := m.local()
	at := expires.Add(-max(least, min(longest, expires.Sub(now)/5)))
	if warn := keys.NotAfter.Add(-endsSoon - m.skew()); !keys.NotAfter.IsZero() && warn.After(now) && warn.Before(at) {
		return warn
	}
	return at
}

// held lists the names of the tokens held for the access.
func (m *Mint) held(ask Ask) []string {
	data, err := m.Marks.Get(heldNames + ask.key(anybody))
	if err != nil {
		return nil
	}
	var names []string
	if json.Unmarshal(data, &names) != nil {
		return nil
	}
	return names
}

// forget removes the keys and the tokens held for the access.
func (m *Mint) forget(ask Ask) error {
	failed := []error{m.HeldKeys.Delete(m.key(ask))}
	for _, name := range m.held(ask) {
		if !filepath.IsLocal(name) {
			continue // no name of ours
		}
		if err := os.Remove(held.Path(m.CacheDir, name)); !errors.Is(err, fs.ErrNotExist) {
			failed = append(failed, err)
		}
	}
	err := errors.Join(failed...)
	if err == nil {
		err = m.Marks.Delete(heldNames + ask.key(anybody))
	}
	return err
}

func (m *Mint) forgetNoting(ask Ask) {
	if err := m.forget(ask); err != nil {
		m.note("not all that was held of %s could be removed: %v", ask.name(), err)
	}
}

// rest marks that only a login opens the access again.
func (m *Mint) rest(ask Ask, why string) {
	if err := m.Marks.Put(restMark+m.key(ask), []byte(why)); err != nil {
		m.note("%s is not marked as resting, so that a person's next call opens it again: %v", ask.name(), err)
	}
}

// Resting returns the error of an access that rests until the next login, or nil. It
// asks nobody.
func (m *Mint) Resting(ask Ask) error {
	why, err := m.Marks.Get(restMark + m.key(ask))
	if err != nil {
		m.noteUnusable(err)
		return nil
	}
	return ask.rests(string(why))
}

// rests is the error of an access that rests.
func (a Ask) rests(why string) error {
	return jit.Errorf(jit.Denied, a.op(), "%s; it rests until the next login", why).WithNext("%s", a.Login())
}

// wake takes the rest mark away, and lets clients ask again that were refused a
// moment ago. The access may have been typed in another way than it rests under.
func (m *Mint) wake(ask Ask, grant jit.Grant) {
	_ = held.ForgetFailures(m.CacheDir) // they end by themselves in seconds
	listed := ask
	listed.Access = grant.Access
	for _, key := range slices.Compact([]string{m.key(ask), m.key(listed)}) {
		if err := m.Marks.Delete(restMark + key); err != nil {
			m.note("the rest mark of %s could not be removed: %v", ask.name(), err)
		}
	}
}
