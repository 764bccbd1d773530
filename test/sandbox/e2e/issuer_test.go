package e2e_test

import (
	"context"
	"encoding/base64"
	"maps"
	"os"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-jit/kubectl-jit/test/fake/tenant"
	"github.com/kubectl-jit/kubectl-jit/test/sandbox"
)

// audience is the client id by which the cluster knows itself.
const audience = "kubernetes"

// issuer starts a Britive tenant and a cluster whose API server trusts it as its
// OIDC issuer, and which is an environment of an application of the tenant's:
// Clusters/prod-eu. $TENANT and $TENANT_CA are the tenant's, alice.token is alice's
// API token; $SERVER, $CA and $ADMIN are the cluster's from then on.
//
// Three tokens for the cluster lie in files: good, ended, and forged, which another
// key has signed.
func issuer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: issuer")
	}
	x := tenant.New(tenant.Options{Host: "127.0.0.1"})
	server, err := tenant.Start(x, ts.Getenv("WORK"))
	ts.Check(err)
	ts.Defer(server.Close)
	cluster, err := world.StartExtraCluster(context.Background(), "prod-eu", sandbox.Issuer{URL: server.URL(), CAFile: server.CAFile(), ClientID: audience})
	ts.Check(err)
	authority, err := os.ReadFile(cluster.CAFile)
	ts.Check(err)
	offer(x, tenant.Environment{
		APIServerURL: cluster.Server, CertificateAuthorityData: base64.StdEncoding.EncodeToString(authority),
		OIDCIssuerURL: server.URL(), ClientID: audience,
	})
	ts.Setenv("TENANT", server.URL())
	ts.Setenv("TENANT_CA", server.CAFile())
	ts.Setenv("SERVER", cluster.Server)
	ts.Setenv("CA", cluster.CAFile)
	ts.Setenv("ADMIN", cluster.Admin)

	good := map[string]any{"iss": server.URL(), "aud": audience, "sub": "alice@example.com", "groups": []string{"readers"}, "exp": time.Now().Add(time.Hour).Unix()}
	ended := maps.Clone(good)
	ended["exp"] = time.Now().Add(-time.Second).Unix()
	for name, text := range map[string]string{
		"alice.token": x.NewAPIToken("alice@example.com", time.Hour),
		"good":        x.Sign(good), "ended": x.Sign(ended), "forged": tenant.New(tenant.Options{}).Sign(good),
	} {
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600))
	}
}

// offer declares the cluster under its name, and once more with a client id that is
// not the cluster's.
func offer(x *tenant.Tenant, cluster tenant.Environment) {
	x.AddPerson(tenant.Person{Name: "alice@example.com"})
	alice := []string{"alice@example.com"}
	other := cluster
	cluster.Name, other.Name, other.ClientID = "prod-eu", "other-client", "another"
	x.AddApp(tenant.App{
		Name: "Clusters", Type: "Kubernetes", Environments: []tenant.Environment{cluster, other},
		Profiles: []tenant.Profile{
			{Name: "Pods", Members: alice, Groups: []string{"pod-managers"}},
			{Name: "Read", Members: alice, Groups: []string{"readers"}, TokenLasts: 15 * time.Second},
		},
	})
}
