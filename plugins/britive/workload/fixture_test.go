package workload_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/plugins/britive/workload"
	"github.com/kubectl-jit/kubectl-jit/test/fake/tenant"
)

const host = "acme.britive-app.com"

// network is what answers at the addresses that providers ask.
type network struct{ *http.ServeMux }

// RoundTrip implements [http.RoundTripper].
func (n network) RoundTrip(r *http.Request) (*http.Response, error) {
	served := r.Clone(r.Context())
	served.RequestURI, served.Host = r.URL.RequestURI(), r.URL.Host
	if served.Body == nil {
		served.Body = http.NoBody
	}
	if _, pattern := n.Handler(served); pattern == "" {
		return nil, fmt.Errorf("nobody is at %s", r.URL.Host)
	}
	w := httptest.NewRecorder()
	n.ServeHTTP(w, served)
	return w.Result(), nil
}

// on answers a GET, where the call has these headers and this query.
func (n network) on(pattern, query, header, value, answer string) {
	n.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery != query || r.Header.Get(header) != value {
			http.Error(w, `{"message":"not so"}`, http.StatusBadRequest)
			return
		}
		fmt.Fprint(w, answer)
	})
}

// place is a machine with these variables.
func (n network) place(vars map[string]string) workload.Place {
	return workload.Place{Getenv: func(name string) string { return vars[name] }, HTTP: &http.Client{Transport: n}}
}

// issuer gives tokens that a tenant takes for its service identity.
func issuer(t *testing.T) (*tenant.Tenant, string) {
	t.Helper()
	x := tenant.New(tenant.Options{Host: host})
	x.AddPerson(tenant.Person{Name: "ci", Service: true})
	trusted := x.AddIssuer(tenant.Issuer{URL: "https://ci.example.com", Audience: "britive", Members: map[string]string{"repo:a": "ci"}})
	return x, trusted.Token("repo:a", time.Hour)
}

// signsIn holds that the tenant takes the token for the service identity.
func signsIn(t *testing.T, x *tenant.Tenant, token workload.Token) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+host+"/api/features", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "WorkloadToken "+token.Value.Reveal())
	response, err := x.Wire().RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("the tenant answers %s", response.Status)
	}
}

// get parses a provider and asks it.
func get(t *testing.T, text string, p workload.Place) (workload.Token, error) {
	t.Helper()
	provider, err := workload.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return provider.Token(t.Context(), p, host)
}

// fails holds the code of a failure.
func fails(t *testing.T, text string, p workload.Place, code jit.Code, says string) {
	t.Helper()
	_, err := get(t, text, p)
	if jit.CodeOf(err) != code || !contains(err, says) {
		t.Errorf("%s: %v, want %s with %q", text, err, code, says)
	}
}
