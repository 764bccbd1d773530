package tenant_test

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/test/fake/tenant"
)

const host = "https://acme.britive-app.com"

// newTenant is one with a little of everything.
func newTenant(options tenant.Options) *tenant.Tenant {
	x := tenant.New(options)
	for _, p := range []tenant.Person{
		{Name: "alice", Password: "pw-a", OTP: "123456"}, {Name: "bob", Tags: []string{"leads"}}, {Name: "carol"}, {Name: "ci", Service: true},
	} {
		x.AddPerson(p)
	}
	both := []string{"alice", "bob", "ci"}
	x.AddApp(tenant.App{
		Name: "Labs", Type: "AWS", Environments: []tenant.Environment{{Name: "196 (Labs)", ID: "e1", Alternate: "labs"}, {Name: "197", ID: "e2"}},
		Profiles: []tenant.Profile{
			{Name: "Pods", ID: "pods", Members: both, ExtendBy: 30 * time.Minute, ExtensionLimit: 1, Console: true, Role: "EKS-Pod-Manager"},
			{Name: "Slow", ID: "slow", Members: both, Environments: []string{"197"}, Setup: time.Minute, Leave: 10 * time.Second},
			{Name: "Broken", ID: "broken", Members: both, Environments: []string{"197"}, Setup: time.Second, SetupFails: "no such role"},
			{Name: "Ticket", ID: "ticket", Members: both, Environments: []string{"197"}, TicketTypes: []string{"issue"}, Tickets: []string{"INC-1"}},
			{Name: "Code", ID: "code", Members: both, Environments: []string{"197"}, StepUp: tenant.StepUpAlways},
			{Name: "Codes", ID: "codes", Members: both, Environments: []string{"197"}, StepUp: tenant.StepUp15Min},
			{Name: "Web", ID: "web", Members: both, Environments: []string{"197"}, Console: true, NoCredentials: true},
			{Name: "Admin", ID: "admin", Members: both, Environments: []string{"197"}, Approval: &tenant.Approval{Tags: []string{"leads"}}},
			{Name: "Reason", ID: "reason", Members: both, Environments: []string{"197"}, Justification: true, JustificationRegex: regexp.MustCompile("^INC-")},
		},
	})
	x.AddApp(tenant.App{
		Name: "Clusters", Type: "Kubernetes",
		Environments: []tenant.Environment{{
			Name: "prod", ID: "e3", APIServerURL: "https://k8s.example.com", CertificateAuthorityData: "Q0E=", OIDCIssuerURL: host, ClientID: "k8s",
		}},
		Profiles: []tenant.Profile{{Name: "View", ID: "view", Members: both, Groups: []string{"viewers"}}},
	})
	return x
}

// wire calls a tenant as a program does.
type wire struct {
	*testing.T
	client *http.Client
	auth   string // the header
	kind   string // of content
}

func as(t *testing.T, x *tenant.Tenant, auth string) *wire {
	return &wire{t, &http.Client{Transport: x.Wire()}, auth, "application/json"}
}

// alice is signed in.
func alice(t *testing.T, x *tenant.Tenant) *wire { return as(t, x, "Bearer "+x.NewSession("alice")) }

// call returns the status and the JSON of an answer, nil for none.
func (w *wire) call(method, path, body string) (int, any) {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), method, host+path, strings.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	if w.auth != "" {
		r.Header.Set("Authorization", w.auth)
	}
	r.Header.Set("Content-Type", w.kind)
	response, err := w.client.Do(r)
	if err != nil {
		w.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		w.Fatal(err)
	}
	var value any
	if len(text) > 0 {
		if err := json.Unmarshal(text, &value); err != nil {
			w.Fatalf("%s %s: %d %s", method, path, response.StatusCode, text)
		}
	}
	return response.StatusCode, value
}

// fails holds the status and code of a refusal.
func (w *wire) fails(status int, code, method, path, body string) {
	w.Helper()
	got, value := w.call(method, path, body)
	envelope, _ := value.(map[string]any)
	if got != status || envelope["errorCode"] != code || envelope["status"] != float64(status) || envelope["message"] == "" {
		w.Errorf("%s %s %s: %d %v, want %d %s", method, path, body, got, value, status, code)
	}
}

// must returns the object or list of a call that must succeed.
func (w *wire) must(method, path, body string) any {
	w.Helper()
	status, value := w.call(method, path, body)
	if status > 299 {
		w.Fatalf("%s %s: %d %v", method, path, status, value)
	}
	return value
}

// field is one of an object.
func (w *wire) field(value any, name string) string {
	w.Helper()
	object, _ := value.(map[string]any)
	text, ok := object[name].(string)
	if !ok {
		w.Fatalf("%v has no %s", value, name)
	}
	return text
}
