package mint

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// heldKeys is what is held of a checkout between two signatures: the keys of its AWS
// session, or a cluster's token, and the grant they came from.
type heldKeys struct {
	jit.Credential
	GrantID  string
	NotAfter time.Time                 // the end of the checkout
	Warned   bool                      // the person was told that it ends
	Given    time.Time                 // when its token was last handed out after the broker was asked; of a cluster's token only
	Further  map[string]jit.Credential // keys of further roles, by the name of their chain
}

// sealed is heldKeys as they are written, as JSON, into a sealed store.
type sealed struct {
	Key      string // its own name, so that a file in another's place is not believed
	GrantID  string
	NotAfter time.Time
	Warned   bool
	Given    time.Time
	sealedKeys
	Further map[string]sealedKeys `json:",omitempty"`
}

type sealedKeys struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string
	Bearer          string `json:",omitempty"`
	Issued          time.Time
	Expires         time.Time
}

func seal(c jit.Credential) sealedKeys {
	return sealedKeys{c.AccessKeyID, c.SecretAccessKey.Reveal(), c.SessionToken.Reveal(), c.Bearer.Reveal(), c.Issued, c.Expires}
}

func (k sealedKeys) open() jit.Credential {
	if k.Bearer != "" {
		return jit.Credential{Bearer: jit.NewSecret(k.Bearer), Issued: k.Issued, Expires: k.Expires}
	}
	return jit.Credential{
		AccessKeyID:     k.AccessKeyID,
		SecretAccessKey: jit.NewSecret(k.SecretAccessKey),
		SessionToken:    jit.NewSecret(k.SessionToken),
		Issued:          k.Issued,
		Expires:         k.Expires,
	}
}

// over reports whether the checkout has run out, as far as is known without
// asking.
func (keys heldKeys) over(now time.Time) bool {
	return !keys.NotAfter.IsZero() && !keys.NotAfter.After(now)
}

// usable reports whether keys and checkout are both before their ends.
func (keys heldKeys) usable(now time.Time) bool { return keys.Expires.After(now) && !keys.over(now) }

// named says what is held, in messages.
func (keys heldKeys) named() string {
	what := "AWS session"
	if !keys.Bearer.Empty() {
		what = "token"
	}
	return "the " + what + " held until " + clock(keys.Expires)
}

// until is the end of the last of the keys, those of further roles included.
func (keys heldKeys) until() time.Time {
	end := keys.Expires
	for _, role := range keys.Further {
		if role.Expires.After(end) {
			end = role.Expires
		}
	}
	return end
}

// lasts reports whether to sign with these keys rather than fetch new ones. At
// the end of a checkout there is nothing to fetch: new keys would live no longer,
// or, since AWS issues none for less than 15 minutes, longer than they should.
func (keys heldKeys) lasts(now, checkoutEnd time.Time) bool {
	endsWithCheckout := !checkoutEnd.IsZero() && !keys.Expires.Before(checkoutEnd.Add(-shortest))
	return endsWithCheckout || keys.Expires.Sub(now) >= shortest
}

// cutShort reports whether a checkout that no longer stands was ended before its
// time, rather than having run out.
func (keys heldKeys) cutShort(now time.Time) bool {
	return keys.NotAfter.IsZero() || keys.NotAfter.Sub(now) > clockSlack
}

// key names what belongs to one access of one person at one tenant: the lock,
// the held keys, the rest mark.
func (m *Mint) key(ask Ask) string { return ask.key(m.Identity) }

func (a Ask) key(identity string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", strings.TrimRight(a.Tenant, "/"), identity, a.identity()))
	return hex.EncodeToString(sum[:16])
}

// recall returns the keys held for the access. Whatever is none is a miss.
func (m *Mint) recall(ask Ask) (heldKeys, bool) {
	if ask.Fresh {
		return heldKeys{}, false
	}
	data, err := m.HeldKeys.Get(m.key(ask))
	if err != nil {
		m.noteUnusable(err)
		return heldKeys{}, false
	}
	var kept sealed
	if json.Unmarshal(data, &kept) != nil || kept.Key != m.key(ask) || kept.GrantID == "" {
		return heldKeys{}, false
	}
	keys := heldKeys{Credential: kept.open(), GrantID: kept.GrantID, NotAfter: kept.NotAfter, Warned: kept.Warned, Given: kept.Given, Further: map[string]jit.Credential{}}
	for chain, role := range kept.Further {
		keys.Further[chain] = role.open()
	}
	return keys, true
}

// fetch gets keys under the grant and holds them.
func (m *Mint) fetch(ctx context.Context, ask Ask, grant jit.Grant) (heldKeys, error) {
	credential, err := m.Broker.Credential(ctx, grant.ID)
	if err != nil {
		return heldKeys{}, err
	}
	return m.take(ask, grant, credential), nil
}

// take holds keys that were given under the grant.
func (m *Mint) take(ask Ask, grant jit.Grant, credential jit.Credential) heldKeys {
	if credential.Issued.IsZero() { // surely not later than now
		credential.Issued = m.now()
	}
	keys := heldKeys{Credential: credential, GrantID: grant.ID, NotAfter: grant.NotAfter}
	m.keep(ask, keys)
	return keys
}

// renewed returns the keys with the end of the checkout as it is now: it may
// have been extended.
func (m *Mint) renewed(ask Ask, keys heldKeys, grant jit.Grant) heldKeys {
	if !keys.NotAfter.Equal(grant.NotAfter) {
		keys.NotAfter = grant.NotAfter
		m.keep(ask, keys)
	}
	return keys
}

func (m *Mint) keep(ask Ask, keys heldKeys) {
	kept := sealed{Key: m.key(ask), GrantID: keys.GrantID, NotAfter: keys.NotAfter, Warned: keys.Warned, Given: keys.Given, sealedKeys: seal(keys.Credential), Further: map[string]sealedKeys{}}
	for chain, role := range keys.Further {
		kept.Further[chain] = seal(role)
	}
	data, err := json.Marshal(kept)
	if err == nil {
		err = m.HeldKeys.Put(m.key(ask), data)
	}
	if err != nil {
		m.noteUnkept(err)
	}
}
