// Package plugins is the list of providers: one line each. A new one is a folder
// below and a line here; nothing else of the program names any of them.
//
//	broker  ─▶ grants and AWS keys     britive: Britive tenants and jit-broker
//	issuer  ─▶ the token of a cluster  eks: Amazon EKS
//	assumer ─▶ keys of a further role  eks: AWS STS
package plugins

import (
	"context"
	"crypto/x509"

	"github.com/kubectl-jit/kubectl-jit/pkg/cache"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/plugins/britive"
	"github.com/kubectl-jit/kubectl-jit/plugins/britive/workload"
	"github.com/kubectl-jit/kubectl-jit/plugins/eks"
)

// Tenant is what the client of a broker is made of.
type Tenant struct {
	URL     string         // such as https://example.britive-app.com
	Token   jit.Secret     // of a sign-in, or an API token
	Roots   *x509.CertPool // whom to trust; nil means the system's
	Version string         // of this program, for the broker's log
	Memory  cache.Store    // what the broker said of itself to this person; nil remembers nothing
	Person  string         // differs from person to person

	Login     string                                      // the command that signs in here
	Renew     func() (context.Context, jit.Secret, error) // signs in again, within the command; nil: nobody can
	Log       func(line string)                           // gets what Verbosity asks for
	Verbosity int                                         // as kubectl's -v
}

// Broker returns the tenant as the person behind its token sees it. It asks
// nobody yet.
func Broker(t Tenant) jit.Broker { return client(t) }

func client(t Tenant) *britive.Client {
	client := britive.New(t.URL, t.Token, t.Roots, t.Version)
	client.Memory = britive.Memory{Store: t.Memory, Name: t.URL + " " + t.Person}
	client.Login, client.Renew, client.Log, client.Verbosity = t.Login, t.Renew, t.Log, t.Verbosity
	return client
}

// SignIn begins a sign-in through the browser; ok is false where the tenant has no
// page for it.
func SignIn(ctx context.Context, t Tenant, sso string) (s britive.SignIn, ok bool, err error) {
	return client(t).SignIn(ctx, sso)
}

// SignOut ends a sign-in at the tenant.
func SignOut(ctx context.Context, t Tenant) error { return client(t).SignOut(ctx) }

// Workloads are the names of the federation providers.
func Workloads() []string { return workload.Names() }

// Workload gets the token of the place this program runs in, by a federation
// provider, for the tenant at this host.
func Workload(ctx context.Context, provider, host string, getenv func(string) string) (workload.Token, error) {
	by, err := workload.Parse(provider)
	if err != nil {
		return workload.Token{}, err
	}
	return by.Token(ctx, workload.Place{Getenv: getenv}, host)
}

// Issuer returns what signs cluster tokens.
func Issuer() jit.TokenIssuer { return eks.Issuer{} }

// Assumer returns what assumes further roles.
func Assumer() jit.RoleAssumer { return eks.Assumer{} }
