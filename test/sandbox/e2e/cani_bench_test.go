package e2e_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"k8s.io/client-go/discovery"
	authorization "k8s.io/client-go/kubernetes/typed/authorization/v1"
	"k8s.io/client-go/rest"

	"github.com/kubectl-jit/kubectl-jit/test/sandbox"
)

// side is how many access reviews the views that are compared with ask at once:
// as many as ours.
const side = 64

// BenchmarkCanI measures the whole view as a person waits for it, the program's
// start and its token included, beside two other ways to learn the same: one
// access review for each cell, one after the other or side by side. Those are
// made here, so they pay for no program; "start" is what one costs that does
// nothing. "From nothing" they are made on a connection of their own, by a client
// that asks the cluster what it serves, as whoever knows no cells must.
//
//	go test ./e2e -run '^$' -bench CanI -benchtime 5x
func BenchmarkCanI(b *testing.B) {
	grant(b)
	alice, bob := newPerson(b, "alice"), newPerson(b, "bob")
	binding{"cluster-admin", "bob@example.com", ""}.give(b)
	for name, profile := range map[string]string{"alice": "eks-pod-manager", "bob": "eks-reader"} {
		who := map[string]person{"alice": alice, "bob": bob}[name]
		who.must("kubectl", "jit", "login", profile)
		who.must("kubectl", "jit", "login", profile, "--context", far(b, who), "--cluster", sandbox.ClusterName, "--region", sandbox.Region)
	}
	binding{"cluster-admin", "bob@example.com", ""}.await(b, bob)
	for _, who := range []struct {
		name string
		person
	}{{"pod-manager", alice}, {"cluster-admin", bob}} {
		cells := slices.Collect(viewOf(b, who.person, "-n", "default").cells())
		reviews := reviewsOf(b, who.person)
		b.Run(who.name+"/start", func(b *testing.B) {
			for b.Loop() {
				who.must("kubectl-jit", "version")
			}
		})
		b.Run(who.name+"/view", func(b *testing.B) { runs(b, who.person) })
		b.Run(who.name+"/fast", func(b *testing.B) { runs(b, who.person, "--fast") })
		b.Run(who.name+"/each-cell-serial", func(b *testing.B) {
			for b.Loop() {
				askAll(b, reviews, cells, 1)
			}
		})
		b.Run(who.name+"/each-cell-parallel", func(b *testing.B) {
			for b.Loop() {
				askAll(b, reviews, cells, side)
			}
		})
		b.Run(who.name+"/each-cell-parallel-from-nothing", func(b *testing.B) {
			for b.Loop() {
				askAll(b, fromNothing(b, who.person), cells, side)
			}
		})
		b.Run(who.name+"/view-20ms-away", func(b *testing.B) { runs(b, who.person, "--context", "far") })
		b.Run(who.name+"/fast-20ms-away", func(b *testing.B) { runs(b, who.person, "--context", "far", "--fast") })
	}
}

// runs measures the program.
func runs(b *testing.B, who person, flags ...string) {
	for b.Loop() {
		viewOf(b, who, append([]string{"-n", "default"}, flags...)...)
	}
}

// askAll makes an access review for each cell.
func askAll(b *testing.B, reviews authorization.SelfSubjectAccessReviewInterface, cells []question, parallel int) {
	next := make(chan question)
	var all sync.WaitGroup
	for range parallel {
		all.Go(func() {
			for cell := range next {
				if _, err := ask(b.Context(), reviews, cell.spec("")); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for _, cell := range cells {
		next <- cell
	}
	close(next)
	all.Wait()
	b.ReportMetric(float64(len(cells)), "cells")
}

// fromNothing is a client with a connection of its own, which has asked what the
// cluster serves.
func fromNothing(b *testing.B, who person) authorization.SelfSubjectAccessReviewInterface {
	b.Helper()
	config := configOf(b, who)
	config.Dial = new(net.Dialer).DialContext // client-go shares connections between configurations without one
	own, err := rest.HTTPClientFor(config)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(own.CloseIdleConnections)
	served, err := discovery.NewDiscoveryClientForConfigAndClient(config, own)
	if err != nil {
		b.Fatal(err)
	}
	if _, _, err := served.ServerGroupsAndResources(); err != nil {
		b.Fatal(err)
	}
	client, err := authorization.NewForConfigAndClient(config, own)
	if err != nil {
		b.Fatal(err)
	}
	return client.SelfSubjectAccessReviews()
}

// far gives somebody a context "far", whose API server is the same and 20 ms away.
func far(b *testing.B, who person) string {
	b.Helper()
	target, err := url.Parse(world.Cluster.Server)
	if err != nil {
		b.Fatal(err)
	}
	authority, err := os.ReadFile(world.Cluster.CAFile)
	if err != nil {
		b.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(20 * time.Millisecond)
		proxy.ServeHTTP(w, r)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	b.Cleanup(server.Close)
	ca := filepath.Join(b.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		b.Fatal(err)
	}
	for _, args := range [][]string{
		{"set-cluster", "far", "--server", server.URL, "--certificate-authority", ca},
		{"set-credentials", "far", "--token", "old"},
		{"set-context", "far", "--cluster", "far", "--user", "far"},
	} {
		who.must(append([]string{"kubectl", "config"}, args...)...)
	}
	return "far"
}
