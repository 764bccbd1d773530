package conformance_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/britiveapi"
	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
	"github.com/kubectl-jit/kubectl-jit/pkg/broker/catalog"
	"github.com/kubectl-jit/kubectl-jit/pkg/broker/store"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/plugins/britive"
	"github.com/kubectl-jit/kubectl-jit/test/conformance"
)

// offers is what each broker says beyond the promises.
func offers() map[string]conformance.Offers {
	return map[string]conformance.Offers{
		"engine":       {Hears: 0, Approvers: true, Comments: true, Issued: true, KeysEnd: true},
		"over HTTP":    {Hears: time.Second, Approvers: true, Comments: true, Issued: true, KeysEnd: true},
		"plain":        {Hears: 3 * time.Second},
		"fake tenant":  {Hears: 3 * time.Second, Approvers: true},
		"older tenant": {Hears: 3 * time.Second, Approvers: true},
		"paged tenant": {Hears: 3 * time.Second, Approvers: true},
	}
}

// TestEngine holds the engine in the same process to the contract.
func TestEngine(t *testing.T) {
	conformance.Broker(t, offers()["engine"], func(t *testing.T) conformance.Parties {
		engine, declared := newEngine(t)
		as := func(name string) jit.Broker {
			user, ok := declared.User(name)
			if !ok {
				t.Fatalf("no user %s", name)
			}
			return engine.For(user.Person)
		}
		return conformance.Parties{
			Alice: as("alice@example.com"), Bob: as("bob@example.com"), Mallory: as("mallory@example.com"),
			Nobody: engine.For(jit.Person{ID: "gone", Name: "gone@example.com"}),
		}
	})
}

// TestOverHTTP holds the client over the server half to the same contract, with
// all that a jit-broker offers.
func TestOverHTTP(t *testing.T) { overHTTP(t, nil, offers()["over HTTP"]) }

// TestPlain is the same without anything that a plain tenant lacks: then a
// decision can only be polled for.
func TestPlain(t *testing.T) {
	off := map[string]bool{britiveapi.FeatureWait: false, britiveapi.FeatureDetails: false, britiveapi.FeatureSession: false}
	overHTTP(t, off, offers()["plain"])
}

func overHTTP(t *testing.T, features map[string]bool, offers conformance.Offers) {
	conformance.Broker(t, offers, func(t *testing.T) conformance.Parties {
		engine, _ := newEngine(t)
		wire := &http.Client{Transport: inProcess{britiveapi.Handler(engine, britiveapi.Options{Features: features})}}
		with := func(token jit.Secret) jit.Broker {
			return &britive.Client{URL: "https://broker.example.com", Token: token, HTTP: wire, Version: "test"}
		}
		as := func(name string) jit.Broker {
			token, _, err := engine.CreateToken(t.Context(), name, "test", 0)
			if err != nil {
				t.Fatal(err)
			}
			return with(token)
		}
		return conformance.Parties{
			Alice: as("alice@example.com"), Bob: as("bob@example.com"), Mallory: as("mallory@example.com"),
			Nobody: with(jit.NewSecret("jit_unknown")),
		}
	})
}

func newEngine(t *testing.T) (*broker.Engine, *catalog.Catalog) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "catalog.yaml")
	if err := os.WriteFile(path, []byte(conformance.Catalog), 0o600); err != nil {
		t.Fatal(err)
	}
	declared, err := catalog.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	ledger, err := store.OpenSQLite(t.Context(), filepath.Join(dir, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ledger.Close() })
	return broker.New(broker.Parts{Catalog: declared, Store: ledger, AWS: account{}}), declared
}

// account issues whatever it is asked for.
type account struct{}

func (account) Mint(_ context.Context, s broker.AWSSession) (jit.Credential, error) {
	end := time.Now().Add(s.Duration)
	if s.End.Before(end) {
		end = s.End
	}
	return jit.Credential{
		AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: jit.NewSecret("secret"), SessionToken: jit.NewSecret("session"),
		Issued: time.Now(), Expires: end,
	}, nil
}

// inProcess carries HTTP without a network, which would stop the bubble's clock.
type inProcess struct{ http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	answered := make(chan *http.Response, 1)
	served := r.Clone(r.Context())
	served.RequestURI, served.RemoteAddr = r.URL.RequestURI(), "192.0.2.7:1234"
	if served.Body == nil {
		served.Body = http.NoBody
	}
	go func() {
		recorder := httptest.NewRecorder()
		p.ServeHTTP(recorder, served)
		answered <- recorder.Result()
	}()
	select {
	case response := <-answered:
		return response, nil
	case <-r.Context().Done():
		return nil, fmt.Errorf("round trip: %w", r.Context().Err())
	}
}
