// Package plugins is the list of providers: one line each. A new one is a folder
// below and a line here; nothing else of the program names any of them.
//
//	broker  ─▶ grants and AWS keys     britive: Britive tenants and jit-broker
//	issuer  ─▶ the token of a cluster  eks: Amazon EKS
//	assumer ─▶ keys of a further role  eks: AWS STS
package plugins

import (
	"crypto/x509"

	"github.com/kubectl-jit/kubectl-jit/pkg/cache"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/plugins/britive"
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
}

// Broker returns the tenant as the person behind its token sees it. It asks
// nobody yet.
func Broker(t Tenant) jit.Broker {
	client := britive.New(t.URL, t.Token, t.Roots, t.Version)
	client.Memory = britive.Memory{Store: t.Memory, Name: t.URL + " " + t.Person}
	return client
}

// Issuer returns what signs cluster tokens.
func Issuer() jit.TokenIssuer { return eks.Issuer{} }

// Assumer returns what assumes further roles.
func Assumer() jit.RoleAssumer { return eks.Assumer{} }
