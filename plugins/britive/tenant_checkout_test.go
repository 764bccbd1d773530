package britive_test

import (
	"context"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	fake "github.com/kubectl-jit/kubectl-jit/test/fake/tenant"
)

// TestSlowSetup holds that a checkout is waited for, and a check-in of the same
// access before it.
func TestSlowSetup(t *testing.T) {
	withTenant(t, func(a *acme) {
		began := time.Now()
		first := a.opens(labs("Slow"))
		if took := time.Since(began); took < 90*time.Second || took > 92*time.Second {
			t.Errorf("it is ready after %s", took)
		}
		if _, err := a.alice.Checkin(a.Context(), first.ID); err != nil {
			t.Fatal(err)
		}
		if grants, err := a.alice.Grants(a.Context()); err != nil || len(grants) != 0 {
			t.Errorf("what is being checked in stands: %+v, %v", grants, err)
		}
		if second := a.opens(labs("Slow")); second.ID == first.ID {
			t.Error("what was checked in is used")
		}
	})
}

// TestInterruptedSetup holds that who gives up while a checkout is set up finds it
// again.
func TestInterruptedSetup(t *testing.T) {
	withTenant(t, func(a *acme) {
		ctx, cancel := context.WithTimeout(a.Context(), 10*time.Second)
		defer cancel()
		_, err := a.alice.Checkout(ctx, labs("Slow"), jit.Reason{})
		expect(t, err, jit.Unavailable, "kubectl jit status")
		grants, err := a.alice.Grants(a.Context())
		if err != nil || len(grants) != 1 || grants[0].State != jit.GrantSubmitted {
			t.Fatalf("%+v, %v", grants, err)
		}
		if grant := a.opens(labs("Slow")); grant.ID != grants[0].ID {
			t.Error("another one is opened")
		}
	})
}

// TestSetupThrough holds that a tenant which fails for a moment while a checkout
// is set up does no harm.
func TestSetupThrough(t *testing.T) {
	for name, fault := range map[string]fake.Fault{
		"busy":         {Status: 503, Body: "\n", Times: 3},
		"busy for 5 s": {Status: 429, Body: "\n", Header: map[string]string{"Retry-After": "5"}, Times: 1},
		"a proxy":      {Status: 502, Body: "<html>", ContentType: "text/html", Times: 3},
		"cut off":      {CutOff: true, Times: 3},
		"hung up":      {HangUp: true, Times: 3},
	} {
		t.Run(name, func(t *testing.T) {
			withTenant(t, func(a *acme) {
				time.AfterFunc(30*time.Second, func() { a.Fail(statusPath, fault) })
				a.opens(labs("Slow"))
			})
		})
	}
}

// TestTenantRefuses holds what a person reads when a tenant has no credentials to
// give.
func TestTenantRefuses(t *testing.T) {
	withTenant(t, func(a *acme) {
		for profile, tt := range map[string]struct {
			code jit.Code
			says string
		}{
			"Broken": {jit.Denied, "no such role"},
			"Ticket": {jit.Ticket, "the policy asks for a ticket: Ticket is required.\nnext: kubectl jit login PROFILE --ticket-type TYPE --ticket ID"},
			"Code":   {jit.StepUp, "the policy asks for a one-time code: Step up authentication required.\nnext: kubectl jit login PROFILE --otp CODE"},
			"Web":    {jit.Invalid, "programmatic access is not enabled"},
			"Admin":  {jit.Approval, "Approval is required"},
		} {
			_, err := a.alice.Checkout(a.Context(), labs(profile), jit.Reason{})
			expect(t, err, tt.code, "check out Sigma/labs/"+profile, tt.says)
		}
		if _, err := a.alice.Checkout(a.Context(), labs("Ticket"), jit.Reason{TicketType: "issue", TicketID: "INC-1"}); err != nil {
			t.Error(err)
		}
	})
}

// TestKubernetesProfile holds that a profile of a Kubernetes application gives its
// cluster's token, until the checkout ends.
func TestKubernetesProfile(t *testing.T) {
	withTenant(t, func(a *acme) {
		view := jit.Access{Application: "Clusters", Environment: "prod", Profile: "View"}
		grant, credential, err := a.alice.CheckoutCredential(a.Context(), view, jit.Reason{}, true)
		if err != nil || credential.AccessKeyID != "" || !credential.Expires.Equal(grant.NotAfter) {
			t.Errorf("%+v, %v", credential, err)
		}
		if claims, ok := a.Claims(credential.Bearer.Reveal()); !ok || claims["sub"] != "alice" {
			t.Errorf("%v, %v", claims, ok)
		}
	})
}

// TestConsoleBeside holds that a web console that somebody has open is neither
// taken for credentials nor in their way.
func TestConsoleBeside(t *testing.T) {
	withTenant(t, func(a *acme) {
		grant := a.opens(labs("Pods"))
		if _, err := a.alice.Checkin(a.Context(), grant.ID); err != nil {
			t.Fatal(err)
		}
		path := "/api/access/" + grant.Access.ProfileID + "/environments/" + grant.Access.EnvironmentID + "?accessType=CONSOLE"
		a.post(path)
		if grants, err := a.alice.Grants(a.Context()); err != nil || len(grants) != 0 {
			t.Errorf("%+v, %v", grants, err)
		}
		if again := a.opens(labs("Pods")); again.ID == grant.ID {
			t.Error("it was checked in")
		}
	})
}

// TestConsoleInTheWay holds what is said by a tenant that gives no credentials while
// a console is open.
func TestConsoleInTheWay(t *testing.T) {
	withTenant(t, func(a *acme) {
		grant := a.opens(labs("Pods"))
		if _, err := a.alice.Checkin(a.Context(), grant.ID); err != nil {
			t.Fatal(err)
		}
		const route = "POST /api/access/{profile}/environments/{environment}"
		taken := fake.Fault{Code: "E1001", Message: "User has already checked out profile for this environment"}
		a.Fail(route, taken)
		_, err := a.alice.Checkout(a.Context(), labs("Pods"), jit.Reason{})
		expect(t, err, jit.Unavailable, "User has already checked out")
		a.Fail(route, fake.Fault{})
		a.post("/api/access/" + grant.Access.ProfileID + "/environments/" + grant.Access.EnvironmentID + "?accessType=CONSOLE")
		a.Fail(route, taken)
		_, err = a.alice.Checkout(a.Context(), labs("Pods"), jit.Reason{})
		expect(t, err, jit.Denied, "its web console is checked out, and acme.britive-app.com gives one of the two at a time")
		if got := jit.NextOf(err); got != "kubectl jit checkin PROFILE --console" {
			t.Errorf("next: %s", got)
		}
	})
}

// TestCheckinConsole holds that a console is given back apart from the credentials.
func TestCheckinConsole(t *testing.T) {
	withTenant(t, func(a *acme) {
		grant := a.opens(labs("Pods"))
		console, err := a.alice.CheckoutConsole(a.Context(), labs("Pods"), jit.Reason{})
		if err != nil {
			t.Fatal(err)
		}
		ended, err := a.alice.CheckinConsole(a.Context(), labs("Pods"))
		if err != nil || ended.ID != console.ID || ended.State != jit.GrantEnded {
			t.Errorf("%+v, %v", ended, err)
		}
		ended, err = a.alice.CheckinConsole(a.Context(), labs("Pods"))
		if err != nil || ended.ID != "" || ended.State != jit.GrantEnded {
			t.Errorf("a second time: %+v, %v", ended, err)
		}
		if still := a.opens(labs("Pods")); still.ID != grant.ID {
			t.Error("the credentials were given back too")
		}
		_, err = a.alice.CheckinConsole(a.Context(), labs("Nothing"))
		expect(t, err, jit.NotFound, "there is no such profile")
	})
}

// TestRevoked holds that an approval which is taken back ends its checkout.
func TestRevoked(t *testing.T) {
	withTenant(t, func(a *acme) {
		asked, err := a.alice.Ask(a.Context(), labs("Admin"), jit.Reason{Justification: "INC-42"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.bob.Decide(a.Context(), asked.ID, jit.Decision{Approve: true, Comment: "go on"}); err != nil {
			t.Fatal(err)
		}
		if got := a.Comment(asked.ID); got != "go on" {
			t.Errorf("the comment that arrives is %q", got)
		}
		grant := a.opens(labs("Admin"))
		a.patch("/api/v1/approvals/" + asked.ID + "?approveRequest=revoke")
		_, err = a.alice.Credential(a.Context(), grant.ID)
		expect(t, err, jit.Denied, "already checked in")
		if r, err := a.alice.Await(a.Context(), asked.ID); err != nil || r.State != jit.RequestCancelled {
			t.Errorf("%+v, %v", r, err)
		}
		_, err = a.alice.Checkout(a.Context(), labs("Admin"), jit.Reason{})
		expect(t, err, jit.Approval)
	})
}
