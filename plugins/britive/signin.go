package britive

import (
	"context"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/britiveapi"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/jwt"
)

const (
	// knockEvery is how often the tenant is asked whether the person is through. Who has
	// just signed in waits no longer than that.
	knockEvery = time.Second

	retrievePath = "/api/auth/cli/retrieve-tokens"
)

// SignIn is a sign-in through the browser that has begun. The browser carries the
// hash of a secret, and this program proves with the secret that the sign-in is
// its own: who sees the address can sign in, and cannot fetch the token.
type SignIn struct {
	Address  string // the page for the browser
	client   *Client
	verifier string
}

// SignedIn is what a sign-in through the browser ends with.
type SignedIn struct {
	Token   jit.Secret
	Expires time.Time // zero where the tenant does not tell
}

// SignIn begins a sign-in through the browser, by the company's sign-on of that
// name where one is given. It asks the tenant whether there is such a way at all:
// ok is false where there is no page. Codes: unavailable, invalid.
func (c *Client) SignIn(ctx context.Context, sso string) (s SignIn, ok bool, err error) {
	verifier, hash := verifiers()
	page, query := "/login", url.Values{"token": {hash}}
	if sso != "" {
		page = "/sso"
		query.Set("idp", sso)
		if strings.EqualFold(sso, "saml") {
			query.Set("idp", "SAML") // the page knows it in capitals only
		}
	}
	address, err := c.address(request{path: page, query: query})
	if err != nil {
		return SignIn{}, false, err
	}
	s = SignIn{Address: address, client: c, verifier: verifier}
	_, _, status, err := s.fetch(ctx)
	if err != nil {
		return SignIn{}, false, err
	}
	if status == http.StatusNotFound && c.isMissing(ctx, page) {
		return SignIn{}, false, nil
	}
	return s, true, nil
}

// verifiers makes the secret and its hash. A firewall before the tenants refuses
// two dashes in a row.
func verifiers() (verifier, hash string) {
	for {
		var random [32]byte
		_, _ = rand.Read(random[:]) // never fails
		verifier = base64.RawURLEncoding.EncodeToString(random[:])
		sum := sha512.Sum512([]byte(verifier))
		hash = base64.RawURLEncoding.EncodeToString(sum[:])
		if !strings.Contains(verifier, "--") && !strings.Contains(hash, "--") {
			return verifier, hash
		}
	}
}

// isMissing reports whether a page is not there. One that comes with a 404 is
// there: some who serve an application for browsers do that.
func (c *Client) isMissing(ctx context.Context, page string) bool {
	x, err := c.send(ctx, request{method: http.MethodGet, path: page, open: true})
	return err == nil && x.status == http.StatusNotFound && x.isJSON()
}

// Wait returns the token once the person is through, or ctx's error. Codes:
// unavailable.
func (s SignIn) Wait(ctx context.Context) (SignedIn, error) {
	losses := 0
	for wait(ctx, knockEvery) {
		got, ready, _, err := s.fetch(ctx)
		switch {
		case ctx.Err() != nil:
			return SignedIn{}, ctx.Err()
		case ready:
			return got, nil
		case err == nil:
			losses = 0
		case hasCode(err, britiveapi.CodeMaintenance) || losses == mostLosses:
			return SignedIn{}, err
		default:
			losses++
		}
	}
	return SignedIn{}, ctx.Err()
}

// retrieved is the answer to who is through.
type retrieved struct {
	AuthenticationResult struct {
		AccessToken       string  `json:"accessToken"`
		AuthTime          float64 `json:"authTime"`          // milliseconds since 1970
		MaxSessionTimeout float64 `json:"maxSessionTimeout"` // milliseconds
	} `json:"authenticationResult"`
}

// fetch asks once. Clients agree that any refusal means "not yet"; only what says
// that nobody could be asked is an error.
func (s SignIn) fetch(ctx context.Context) (got SignedIn, ready bool, status int, err error) {
	const op = "sign in"
	c := s.client
	x, err := c.send(ctx, request{
		method: http.MethodPost, path: retrievePath, open: true,
		body: map[string]any{"authParameters": map[string]string{"cliToken": s.verifier}},
	})
	switch {
	case err != nil:
		return SignedIn{}, false, 0, c.unreached(ctx, op, err)
	case x.status >= 300 && x.status < 400, x.status >= 500, x.status == http.StatusTooManyRequests:
		return SignedIn{}, false, x.status, c.refused(op, x)
	case x.status >= 400:
		return SignedIn{}, false, x.status, nil
	}
	var answer retrieved
	if err := c.read(op, x, &answer); err != nil {
		return SignedIn{}, false, x.status, err
	}
	result := answer.AuthenticationResult
	if result.AccessToken == "" {
		return SignedIn{}, false, x.status, nil
	}
	got = SignedIn{Token: jit.NewSecret(result.AccessToken)}
	if claims, isJWT := jwt.Parse(result.AccessToken); isJWT {
		got.Expires = claims.Expires()
	}
	if got.Expires.IsZero() && result.AuthTime > 0 && result.MaxSessionTimeout > 0 && result.AuthTime+result.MaxSessionTimeout < 1<<53 {
		got.Expires = time.UnixMilli(int64(result.AuthTime + result.MaxSessionTimeout))
	}
	return got, true, x.status, nil
}

// SignOut ends the sign-in at the tenant. Codes: those of [jit.Broker].
func (c *Client) SignOut(ctx context.Context) error {
	r := request{method: http.MethodDelete, path: "/api/auth", again: true}
	if claims, ok := jwt.Parse(c.token().Reveal()); ok && strings.HasPrefix(claims.Username, "SAML") {
		r.query = url.Values{"type": {"sso"}}
	}
	return c.do(ctx, "sign out", r, nil)
}
