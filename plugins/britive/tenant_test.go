package britive_test

import (
	"context"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/plugins/britive"
	fake "github.com/kubectl-jit/kubectl-jit/test/fake/tenant"
)

// acme is a stand-in for a tenant with a little of everything, and alice's client
// of it.
type acme struct {
	*testing.T
	*fake.Tenant
	alice, bob *britive.Client
}

// withTenant plays a test in a bubble of its own.
func withTenant(t *testing.T, test func(*acme)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		x := fake.New(fake.Options{})
		x.AddPerson(fake.Person{Name: "alice", OTP: "123456"})
		x.AddPerson(fake.Person{Name: "bob"})
		x.AddPerson(fake.Person{Name: "carol"})
		all := []string{"alice"}
		x.AddApp(fake.App{
			Name: "Sigma", Type: "AWS", Environments: []fake.Environment{{Name: "196/197 (Labs)", Alternate: "labs"}},
			Profiles: []fake.Profile{
				{Name: "Pods", Members: all, ExtendBy: 30 * time.Minute, ExtensionLimit: 1, Console: true},
				{Name: "Slow", Members: all, Setup: 90 * time.Second, Leave: 5 * time.Second},
				{Name: "Broken", Members: all, Setup: time.Second, SetupFails: "no such role"},
				{Name: "Ticket", Members: all, TicketTypes: []string{"issue"}, Tickets: []string{"INC-1"}},
				{Name: "Code", Members: all, StepUp: fake.StepUpAlways},
				{Name: "Web", Members: all, Console: true, NoCredentials: true},
				{Name: "Admin", Members: all, Approval: &fake.Approval{Users: []string{"bob"}, TimeToApprove: 10 * time.Minute}},
			},
		})
		x.AddApp(fake.App{
			Name: "Clusters", Type: "Kubernetes", Environments: []fake.Environment{{Name: "prod", APIServerURL: "https://k8s.example.com"}},
			Profiles: []fake.Profile{{Name: "View", Members: all}},
		})
		as := func(name string) *britive.Client {
			jar, err := cookiejar.New(nil)
			if err != nil {
				t.Fatal(err)
			}
			return &britive.Client{
				URL: "https://acme.britive-app.com", Token: jit.NewSecret(x.NewSession(name)), HTTP: &http.Client{Transport: x.Wire(), Jar: jar}, Version: "1.2.3",
			}
		}
		test(&acme{t, x, as("alice"), as("bob")})
	})
}

func labs(profile string) jit.Access {
	return jit.Access{Application: "Sigma", Environment: "labs", Profile: profile}
}

// opens checks out what must open.
func (a *acme) opens(access jit.Access) jit.Grant {
	a.Helper()
	grant, err := a.alice.Checkout(a.Context(), access, jit.Reason{})
	if err != nil || grant.State != jit.GrantActive {
		a.Fatalf("%+v, %v", grant, err)
	}
	return grant
}

// post is a call of alice's that the client does not make, patch one of bob's.
func (a *acme) post(path string)  { a.by(a.alice, http.MethodPost, path) }
func (a *acme) patch(path string) { a.by(a.bob, http.MethodPatch, path) }

func (a *acme) by(c *britive.Client, method, path string) {
	a.Helper()
	r, err := http.NewRequestWithContext(a.Context(), method, c.URL+path, strings.NewReader("{}"))
	if err != nil {
		a.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.Token.Reveal())
	r.Header.Set("Content-Type", "application/json")
	response, err := c.HTTP.Do(r)
	if err != nil || response.StatusCode > 299 {
		a.Fatalf("%s %s: %v, %v", method, path, response, err)
	}
}

// calls are the methods of a broker, by name, each with what it needs.
func (a *acme) calls(ctx context.Context, grant, request string) map[string]func() error {
	c := a.alice
	return map[string]func() error{
		"whoami":     func() error { _, err := c.Whoami(ctx); return err },
		"profiles":   func() error { _, err := c.Profiles(ctx); return err },
		"grants":     func() error { _, err := c.Grants(ctx); return err },
		"checkout":   func() error { _, err := c.Checkout(ctx, labs("Ticket"), jit.Reason{}); return err },
		"extend":     func() error { _, err := c.Extend(ctx, grant); return err },
		"credential": func() error { _, err := c.Credential(ctx, grant); return err },
		"checkin":    func() error { _, err := c.Checkin(ctx, grant); return err },
		"ask":        func() error { _, err := c.Ask(ctx, labs("Admin"), jit.Reason{Justification: "x"}); return err },
		"requests":   func() error { _, err := c.Requests(ctx, jit.MyRequests); return err },
		"await":      func() error { _, err := c.Await(ctx, request); return err },
		"decide":     func() error { _, err := c.Decide(ctx, request, jit.Decision{}); return err },
		"withdraw":   func() error { _, err := c.Withdraw(ctx, request); return err },
	}
}

// TestEveryCode holds what each error code of the contract comes to, on every
// call, and that the tenant's own words reach the person.
func TestEveryCode(t *testing.T) {
	codes := map[string]jit.Code{
		"E0000": jit.SignIn, "E1003": jit.Invalid, "E1004": jit.NotFound, "MAINT0001": jit.Unavailable, "PE-0028": jit.StepUp,
		"PE-0002": jit.Denied, "PE-0010": jit.Waiting, "PE-0011": jit.Approval, "AS-0001": jit.Justification, "AS-0002": jit.Justification, "MA-0010": jit.Approval,
		"MA-0011": jit.Waiting, "MA-0008": jit.Denied, "PP-0001": jit.Denied, "PR-0001": jit.Invalid,
	}
	for _, n := range []string{"14", "15", "16", "17", "18", "19", "20", "21"} {
		codes["AU-00"+n] = jit.SignIn
	}
	for _, n := range []string{"3", "4", "5", "6", "7"} {
		codes["AS-000"+n] = jit.Ticket // a justification does not mend a ticket
	}
	for _, n := range []string{"1", "2", "3", "4", "5", "6", "7"} {
		codes["MA-000"+n], codes["CI-000"+n], codes["CO-000"+n] = jit.Denied, jit.Denied, jit.Denied
	}
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		withTenant(t, func(a *acme) {
			a.Fail(fake.Everywhere, fake.Fault{Code: code, Message: "planted " + code})
			for name, call := range a.calls(a.Context(), "t1", "r1") {
				err := call()
				if got := jit.CodeOf(err); got != codes[code] {
					a.Errorf("%s on %s: %v (%s), want %s", code, name, err, got, codes[code])
				}
				expect(a.T, err, codes[code], "planted "+code)
			}
		})
	}
}

// TestSignInEnds holds that a sign-in which ends amid a command says how to go
// on, wherever it does.
func TestSignInEnds(t *testing.T) {
	for after := range 3 {
		withTenant(t, func(a *acme) {
			a.EndSessions("alice", after)
			_, _, err := a.alice.CheckoutCredential(a.Context(), labs("Pods"), jit.Reason{}, true)
			expect(a.T, err, jit.SignIn, "Unauthorized", "kubectl jit login")
		})
	}
}

// TestLostAnswer holds that a checkout whose answer is lost is found again, and
// not made twice.
func TestLostAnswer(t *testing.T) {
	const route = "POST /api/access/{profile}/environments/{environment}"
	for name, fault := range map[string]fake.Fault{
		"a hang-up":         {HangUp: true, After: true, Times: 1},
		"half an answer":    {CutOff: true, Times: 1},
		"a proxy's page":    {Status: 502, Body: "<html>", ContentType: "text/html", After: true, Times: 1},
		"an empty answer":   {Body: " ", After: true, Times: 1},
		"a late answer":     {Delay: time.Minute, Times: 1},
		"a wrong redirect":  {Status: 302, Body: " ", Header: map[string]string{"Location": "/login"}, After: true, Times: 1},
		"too many requests": {Status: 429, Body: " ", Header: map[string]string{"Retry-After": "5"}, Times: 1},
	} {
		withTenant(t, func(a *acme) {
			a.Fail(route, fault)
			_, err := a.alice.Checkout(a.Context(), labs("Pods"), jit.Reason{})
			expect(a.T, err, jit.Unavailable, "acme.britive-app.com")
			if n := a.Calls()[route]; n != 1 {
				a.Errorf("%s: it was sent %d times", name, n)
			}
			a.opens(labs("Pods"))
			if grants, err := a.alice.Grants(a.Context()); err != nil || len(grants) != 1 {
				a.Errorf("%s: %+v, %v", name, grants, err)
			}
		})
	}
}
