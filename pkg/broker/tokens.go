package broker

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// tokenPrefix lets scanners of leaked secrets find our tokens.
const tokenPrefix = "jit_"

// Authenticate says who holds the token. Whatever is wrong with it, the answer is
// the same error of code sign_in.
func (e *Engine) Authenticate(ctx context.Context, token jit.Secret) (jit.Person, error) {
	var person jit.Person
	err := e.store.View(ctx, func(tx Tx) error {
		d, err := e.begin(ctx, tx, self(), "sign in", "")
		if err != nil {
			return err
		}
		person, err = d.holder(token)
		return err
	})
	if jit.CodeOf(err) == jit.SignIn {
		e.log.LogAttrs(ctx, slog.LevelInfo, "a token was refused", slog.String("from", fromAddress(ctx)))
	}
	return person, err
}

// holder finds the token by its hash, which a database dump does not turn back
// into a token: it has 256 random bits.
func (d *deed) holder(token jit.Secret) (jit.Person, error) {
	t, err := d.TokenByHash(hashOf(token))
	if err != nil && !errors.Is(err, ErrMissing) {
		return jit.Person{}, err
	}
	user, known := d.catalog.UserByID(t.Person.ID)
	expired := !t.Expires.IsZero() && !t.Expires.After(d.now)
	if err != nil || !known || user.Disabled || !t.Revoked.IsZero() || expired {
		return jit.Person{}, notSignedIn()
	}
	return user.Person, nil
}

// notSignedIn is the one answer to everybody who is not.
func notSignedIn() *jit.Error {
	return jit.Errorf(jit.SignIn, "sign in", "the token is unknown, expired or revoked, or its user is disabled").
		WithNext("kubectl jit login")
}

// CreateToken makes an API token for a user, named by the catalog. Its text is
// returned here and nowhere else. A ttl of zero never ends. Codes: not_found,
// invalid.
func (e *Engine) CreateToken(ctx context.Context, user, name string, ttl time.Duration) (jit.Secret, Token, error) {
	text := newToken()
	var t Token
	err := e.operate(ctx, "create a token", ActCreateToken, func(d *deed) error {
		owner, ok := d.catalog.User(user)
		switch {
		case !ok:
			return d.fail(jit.NotFound, "there is no user %q in the catalog", user)
		case owner.Disabled:
			return d.fail(jit.Invalid, "%s is disabled in the catalog", owner.Name)
		case ttl < 0:
			return d.fail(jit.Invalid, "a token cannot live for %s", ttl)
		}
		t = Token{ID: newID(), Person: owner.Person, Name: strings.TrimSpace(name), Created: d.now}
		if ttl > 0 {
			t.Expires = d.now.Add(ttl)
		}
		d.event.Token, d.event.Detail = t.ID, "for "+owner.Name
		return d.AddToken(t, hashOf(text))
	})
	if err != nil {
		return jit.Secret{}, Token{}, err
	}
	return text, t, nil
}

// Tokens lists the tokens of a user, or everybody's for "". It asks the ledger alone,
// so that it needs no catalog and finds those of a user who is in none any more. Code:
// not_found.
func (e *Engine) Tokens(ctx context.Context, user string) (tokens []Token, err error) {
	err = e.store.View(ctx, func(tx Tx) (err error) {
		tokens, err = tx.Tokens()
		return err
	})
	if user == "" || err != nil {
		return tokens, err
	}
	tokens = slices.DeleteFunc(tokens, func(t Token) bool { return !strings.EqualFold(t.Person.Name, strings.TrimSpace(user)) })
	if len(tokens) == 0 {
		return nil, jit.Errorf(jit.NotFound, "list tokens", "%s has none", user)
	}
	return tokens, nil
}

// RevokeToken ends a token at once. It needs no catalog. Codes: not_found, invalid
// (revoked already).
func (e *Engine) RevokeToken(ctx context.Context, id string) error {
	return e.operate(ctx, "revoke token "+id, ActRevokeToken, func(d *deed) error {
		d.event.Token = id
		tokens, err := d.Tokens()
		if err != nil {
			return err
		}
		for _, t := range tokens {
			if t.ID == id {
				d.event.Detail = "of " + t.Person.Name
				return d.revoke(t)
			}
		}
		return d.missing(ErrMissing, "token", id)
	})
}

func (d *deed) revoke(t Token) error {
	revoked, err := d.Tx.RevokeToken(t.ID, d.now)
	if err == nil && !revoked {
		return d.fail(jit.Invalid, "it is revoked already")
	}
	return err
}

// operate runs one deed of whoever is on the broker's own machine.
func (e *Engine) operate(ctx context.Context, op, act string, do func(*deed) error) error {
	return e.store.Update(ctx, func(tx Tx) error {
		d, err := e.begin(ctx, tx, operator(), op, act)
		if err != nil {
			return err
		}
		if err := do(d); err != nil {
			return err
		}
		return d.Record(d.event)
	})
}

// newToken makes a token of 47 characters: a client tells API tokens from the
// tokens of sign-in sessions by their being shorter than 50.
func newToken() jit.Secret {
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails: it aborts the program instead
	return jit.NewSecret(tokenPrefix + base64.RawURLEncoding.EncodeToString(random[:]))
}

func hashOf(token jit.Secret) []byte {
	sum := sha256.Sum256([]byte(token.Reveal()))
	return sum[:]
}
