package conformance_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/plugins/britive"
	"github.com/kubectl-jit/kubectl-jit/test/conformance"
	"github.com/kubectl-jit/kubectl-jit/test/fake/tenant"
)

// TestTenant holds the client over the stand-in for a tenant to the contract, in
// every form of its listing.
func TestTenant(t *testing.T) { overTenant(t, "fake tenant", tenant.AsAsked) }

// TestOlderTenant is the same over the older listing.
func TestOlderTenant(t *testing.T) { overTenant(t, "older tenant", tenant.Older) }

// TestPagedTenant is the same over a listing in pages.
func TestPagedTenant(t *testing.T) { overTenant(t, "paged tenant", tenant.Paged) }

func overTenant(t *testing.T, name string, form tenant.Form) {
	conformance.Broker(t, offers()[name], func(t *testing.T) conformance.Parties {
		x := newTenant()
		x.SetListing(form)
		with := func(token string) jit.Broker {
			return &britive.Client{URL: "https://acme.britive-app.com", Token: jit.NewSecret(token), HTTP: &http.Client{Transport: x.Wire()}, Version: "test"}
		}
		return conformance.Parties{
			Alice:   with(x.NewSession("alice@example.com")),
			Bob:     with(x.NewAPIToken("bob@example.com", 24*time.Hour)),
			Mallory: with(x.NewSession("mallory@example.com")),
			Nobody:  with("unknown"),
		}
	})
}

// newTenant offers what [conformance.Catalog] declares.
func newTenant() *tenant.Tenant {
	x := tenant.New(tenant.Options{})
	for _, name := range []string{"alice", "bob", "mallory"} {
		x.AddPerson(tenant.Person{Name: name + "@example.com"})
	}
	x.AddPerson(tenant.Person{Name: "carol@example.com", Tags: []string{"sre"}})
	alice := []string{"alice@example.com"}
	x.AddApp(tenant.App{
		Name: "Manual - Sigma Labs", Type: "AWS",
		Environments: []tenant.Environment{{Name: "196226166352 (Sigma Labs)"}},
		Profiles: []tenant.Profile{
			{
				Name: "EKS Pod Manager", Description: "All verbs on pods", Role: "EKS-Pod-Manager", Members: alice,
				ExtendBy: 30 * time.Minute, ExtensionLimit: 1,
			},
			{Name: "EKS Reader", Role: "BritiveEKSReader", Members: alice, Justification: true},
			{
				Name: "EKS Cluster Admin", Role: "EKS-Cluster-Admin", Members: append(alice, "bob@example.com"), Justification: true,
				Approval: &tenant.Approval{Users: []string{"bob@example.com"}, Tags: []string{"sre"}, TimeToApprove: 10 * time.Minute, ValidFor: 2 * time.Hour},
			},
		},
	})
	return x
}
