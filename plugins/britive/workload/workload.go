package workload

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/jwt"
)

// Place is where this program runs, as far as providers look.
type Place struct {
	Getenv func(string) string
	HTTP   *http.Client     // for what is on the network; nil: one that is patient with nobody
	Now    func() time.Time // nil: time.Now
}

// Token is what a workload signs in with.
type Token struct {
	Value   jit.Secret // PREFIX::TOKEN
	Owner   string     // differs from workload to workload; no secret
	Expires time.Time  // zero where it is not known
}

// Provider is a place that gives tokens, and its option.
type Provider struct {
	name   string
	option string
	get    func(ctx context.Context, p Place, option, tenant string) (Token, error)
}

// providers is the list: a new one is a file and a line.
func providers() []Provider {
	return []Provider{
		{name: "aws", get: aws},
		{name: "awsstsjwt", get: awsSTSJWT},
		{name: "azuresmi", get: azureSystem},
		{name: "azureumi", get: azureUser},
		{name: "bitbucket", get: variable("BITBUCKET_STEP_OIDC_TOKEN")},
		{name: "gcp", get: gcp},
		{name: "github", get: github},
		{name: "gitlab", get: gitlab},
		{name: "spacelift", get: variable("SPACELIFT_OIDC_TOKEN")},
	}
}

// Names lists the providers.
func Names() []string {
	var names []string
	for _, p := range providers() {
		names = append(names, p.name)
	}
	return names
}

// Parse reads NAME or NAME-OPTION. Codes: invalid.
func Parse(text string) (Provider, error) {
	name, option, _ := strings.Cut(text, "-")
	all := providers()
	at := slices.IndexFunc(all, func(p Provider) bool { return p.name == name })
	if at < 0 {
		return Provider{}, jit.Errorf(jit.Invalid, "", "there is no federation provider %q: there are %s", name, strings.Join(Names(), ", "))
	}
	provider := all[at]
	provider.option = option
	return provider, nil
}

// Token gets a token for the tenant at this host. Codes: sign_in (this is not
// where the provider gives tokens, or it gives none), unavailable, invalid.
func (p Provider) Token(ctx context.Context, place Place, tenant string) (Token, error) {
	op := "sign in by " + p.name
	token, err := p.get(ctx, place, p.option, tenant)
	if err != nil {
		code := jit.CodeOf(err)
		if code == jit.Internal {
			code = jit.SignIn
		}
		return Token{}, &jit.Error{Code: code, Op: op, Err: err}
	}
	bad := func(r rune) bool { return r <= ' ' || r >= 0x7f }
	if strings.IndexFunc(token.Value.Reveal(), bad) >= 0 {
		return Token{}, jit.Errorf(jit.SignIn, op, "what it gives holds blanks or other characters that no token has")
	}
	return token, nil
}

// oidc is the token of an OpenID Connect provider.
func oidc(text string) (Token, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return Token{}, jit.Errorf(jit.SignIn, "", "it gives an empty token")
	}
	claims, ok := jwt.Parse(text)
	owner := claims.Issuer + " " + claims.Subject
	if !ok || claims.Subject == "" {
		sum := sha256.Sum256([]byte(text))
		owner = hex.EncodeToString(sum[:])
	}
	return Token{Value: jit.NewSecret("OIDC::" + text), Owner: owner, Expires: claims.Expires()}, nil
}

func (p Place) now() time.Time {
	if p.Now == nil {
		return time.Now()
	}
	return p.Now()
}
