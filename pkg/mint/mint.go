// Package mint is the pipeline: from an access somebody asks for to the token
// that kubectl gets.
//
//	held token? ────────────────────────────── yes ─▶ token
//	  │ no
//	┌─┴─ the access's lock: one caller of any process ──────┐
//	│ held token by now? ──────────────────── yes ─▶ token  │
//	│   │ no                                                │
//	│ checked in? ──────────────── yes ─▶ error: login      │
//	│   │ no                                                │
//	│ keys held? ─── no ──────────────────┐                 │
//	│   │ yes                             │                 │
//	│ Broker.Grants: does their checkout stand?             │
//	│   │ yes    │ not reached   │ no: keys are forgotten   │
//	│   │ end?   │               │        │                 │
//	│   │ warn,  │               │  CheckoutCredential: the │
//	│   │ extend │               │  checkout that stands,   │
//	│   │        │               │  or a new one where this │
//	│   │        │               │  caller may open one,    │
//	│   ▼        ▼               ▼  with keys               │
//	│ these keys, or newer ones: Broker.Credential          │
//	│   │                                                   │
//	│ further roles? held keys of the last one, or new ones │
//	│   │            from one to the next: RoleAssumer      │
//	│ TokenIssuer.Token ──▶ held ──▶ token                  │
//	│ (or the broker's own, where it gives a cluster's)     │
//	└───────────────────────────────────────────────────────┘
//
// Where the policy wants more (an approval, a justification, a ticket, a one-time
// code), the lock is let go, that is awaited or asked for (supply.go), and the way
// begins again.
//
// Two things are held: the cluster token in a plain file (package held), and the
// AWS keys, with those of further roles, in a sealed one. Every signature asks the broker whether the checkout
// still stands, and what is held of one that does not is removed. A broken cache
// costs time, never access.
package mint

import (
	"context"
	"sync"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/cache"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Mint is the pipeline. Its parts are set by whoever builds it.
type Mint struct {
	Broker   jit.Broker
	Issuer   jit.TokenIssuer
	Roles    jit.RoleAssumer
	Name     string      // what the person is called; empty where that is not known without asking
	Identity string      // who is signed in, as far as is known without asking; what is held for one identity is never used for another
	SignedIn func() bool // whether Identity still is, where that may change meanwhile; nil: for good
	HeldKeys cache.Store // see heldkeys.go
	Marks    cache.Store // what must outlive the cache folder and is no secret: rest marks, and the names of the tokens held
	Locks    cache.Locks
	CacheDir string // where tokens are held, see [held.Path]; empty where there is no home
	Person   Person
	Now      func() time.Time // nil means time.Now
	Offline  string           // "deny": nothing is signed that the broker has not confirmed
	Settings string           // the file that Offline stands in, for messages
	Extend   string           // "never": a person's call extends no checkout that is about to end

	unkept sync.Once // a broken cache is told once
	skewed sync.Once // and a wrong clock
}

// Person is who sits at the terminal, if anybody does; a *term.Person. It makes
// harmless what it shows: names and errors come from outside.
type Person interface {
	// Present reports whether somebody is there who can be asked.
	Present() bool
	// Ask asks on the terminal and returns the line typed, or ctx's error.
	Ask(ctx context.Context, prompt string) (string, error)
	// AskSecret is Ask, and does not show what is typed.
	AskSecret(ctx context.Context, prompt string) (jit.Secret, error)
	// Progress shows on stderr what takes time, until done is called.
	Progress(text string) (done func())
	// Note says one line on stderr.
	Note(text string)
}

// Ask is one call of the pipeline.
type Ask struct {
	Tenant  string // the broker's URL
	Access  jit.Access
	Name    string      // what the person calls the access, for the commands in errors; empty means its path
	Flags   []string    // what login needs beside the name, for the same access again
	Cluster jit.Cluster // without a name: that of the access itself, whose token the broker gives
	Roles   []jit.Role  // assumed one after the other; the last one's keys count
	Reason  jit.Reason
	OTP     jit.Secret    // a one-time code, given before the first checkout is tried; empty gives none
	Held    string        // name of the file the token is held in, see [held.Name]; empty holds nothing
	Open    Opening       // may this call open a checkout?
	Fresh   bool          // go past the held token and the held keys
	Wait    time.Duration // how long to wait for an approval; zero does not wait and asks nobody

	Withdraw bool // whether a request that is waited for is withdrawn when ctx ends the wait

	requests bool // no checkout is to follow: see [Mint.Request]
}

// Opening says whether a call may open a checkout where none stands. A program
// that polls may not: access that it renews for ever would be standing access.
type Opening int

// The ways of opening.
const (
	Never    Opening = iota // live on a checkout that stands
	OnDemand                // where a person is at the terminal
	Always                  // login, checkout, and an entry made with --unattended
)

// Token returns a token for the cluster: the held one, or a new one signed with
// keys whose checkout stands. Codes: those of [jit.Broker] and [jit.TokenIssuer],
// and denied where no checkout stands and this call may not open one.
func (m *Mint) Token(ctx context.Context, ask Ask) (jit.Token, error) {
	return patiently(ctx, m, ask, func() (jit.Token, error) {
		return once(ctx, m, ask, m.heldToken, func(ctx context.Context) (jit.Token, error) {
			keys, err := m.keys(ctx, ask)
			if err != nil {
				return jit.Token{}, err
			}
			token, err := m.token(ctx, ask, keys)
			if err != nil {
				return jit.Token{}, err
			}
			token.Expires = token.Expires.Add(-m.skew()) // the client reads it by this machine's clock
			m.hold(ask, token, keys)
			return token, nil
		})
	})
}

// Credential returns AWS keys whose checkout stands. Their published end is the
// checkout's where the keys live longer, so that an SDK asks again by then. Codes
// as for [Mint.Token].
func (m *Mint) Credential(ctx context.Context, ask Ask) (jit.Credential, error) {
	never := func(Ask) (jit.Credential, bool) { return jit.Credential{}, false }
	return patiently(ctx, m, ask, func() (jit.Credential, error) {
		return once(ctx, m, ask, never, func(ctx context.Context) (jit.Credential, error) {
			keys, err := m.keys(ctx, ask)
			if err == nil && !keys.Bearer.Empty() {
				err = ask.noKeys()
			}
			if err != nil {
				return jit.Credential{}, err
			}
			if !keys.NotAfter.IsZero() && keys.NotAfter.Before(keys.Expires) {
				keys.Expires = keys.NotAfter
			}
			return keys.Credential, nil
		})
	})
}

// keys returns AWS keys that may be used now: the checkout's, or those of the last
// role that they lead to. The caller holds the access's lock.
func (m *Mint) keys(ctx context.Context, ask Ask) (heldKeys, error) {
	keys, err := m.checkoutKeys(ctx, ask)
	switch {
	case err != nil || len(ask.Roles) == 0:
		return keys, err
	case !keys.Bearer.Empty():
		return heldKeys{}, ask.noKeys()
	}
	return m.further(ctx, ask, keys)
}

// checkoutKeys returns AWS keys that may be used now: those held, once the broker
// confirms their checkout, or new ones. The caller holds the access's lock.
func (m *Mint) checkoutKeys(ctx context.Context, ask Ask) (heldKeys, error) {
	if err := m.Resting(ask); err != nil {
		return heldKeys{}, err
	}
	kept, known := m.recall(ask)
	if !known {
		return m.begin(ctx, ask)
	}
	usable := kept.usable(m.now())
	grant, stands, err := m.standing(ctx, ask, usable)
	switch {
	case err != nil && usable && m.away(ctx, err):
		return m.goesOn(ask, kept, err)
	case err != nil:
		if kept.over(m.now()) {
			m.forgetNoting(ask)
		}
		return heldKeys{}, err
	case !stands || grant.ID != kept.GrantID:
		m.forgetNoting(ask)
		if !stands && kept.cutShort(m.now()) && ask.Open != Always {
			return heldKeys{}, m.cutShort(ask)
		}
		return m.begin(ctx, ask)
	}
	grant = m.ending(ctx, ask, grant, &kept)
	if kept.usable(m.now()) && kept.lasts(m.now(), grant.NotAfter) {
		return m.renewed(ask, kept, grant), nil
	}
	return m.fetch(ctx, ask, grant)
}

// await makes a request for approval, or joins the one that is pending, and
// returns when it is approved, with the reason the person gave. Codes: approval
// (nobody may be asked, or nobody decided), justification, denied (rejected,
// withdrawn, revoked), waiting (Ask.Wait is over, or ctx is; the request stays).
func (m *Mint) await(ctx context.Context, ask Ask) (jit.Reason, error) {
	request, reason, err := m.request(ctx, ask)
	if jit.CodeOf(err) == jit.Invalid {
		return reason, nil // nothing to approve: it was approved a moment ago, and the checkout will tell
	}
	if err != nil {
		return reason, err
	}
	bounded, cancel := context.WithTimeout(ctx, ask.Wait)
	defer cancel()
	done := m.Person.Progress(ask.waitingText(request))
	decided, err := m.Broker.Await(bounded, request.ID)
	done()
	if err != nil {
		return reason, m.undecided(ctx, bounded, ask, request, err)
	}
	return reason, ask.verdict(decided)
}

// patiently tries, and where the policy wants what a person or an approver can give
// and this caller may wait for it, gets that and tries again. It waits outside the
// lock, so that a call that polls the same access is not kept waiting for a
// person.
func patiently[T any](ctx context.Context, m *Mint, ask Ask, try func() (T, error)) (T, error) {
	got, err := try()
	if !m.mayWait(ask, err) {
		return got, err
	}
	if _, err := m.Checkout(ctx, ask); err != nil {
		return got, err
	}
	return try()
}

// once is [cache.Once] under the access's lock. Where no lock is to be had (a
// read-only home), it goes on without.
func once[T any](ctx context.Context, m *Mint, ask Ask, look func(Ask) (T, bool), fetch func(context.Context) (T, error)) (T, error) {
	fetched := false
	got, err := cache.Once(ctx, m.Locks, m.key(ask),
		func() (T, bool) { return look(ask) },
		func(ctx context.Context) (T, error) { fetched = true; return fetch(ctx) })
	if err == nil || fetched || ctx.Err() != nil {
		return got, err
	}
	m.noteUnkept(err)
	return fetch(ctx)
}

// local is the time by this machine's clock: what is held is written and read by
// it, and clients go by it.
func (m *Mint) local() time.Time {
	if m.Now == nil {
		return time.Now()
	}
	return m.Now()
}

// now is the time by the broker's clock, as far as that is known: checkouts and
// AWS sessions end by it.
func (m *Mint) now() time.Time { return m.local().Add(m.skew()) }
