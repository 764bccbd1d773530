package britive_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	fake "github.com/kubectl-jit/kubectl-jit/test/fake/tenant"
)

// TestUnusualAnswers holds that a tenant which says more, less or the same twice
// is understood.
func TestUnusualAnswers(t *testing.T) {
	for name, change := range map[string]fake.Alteration{
		"everything twice":  fake.Doubled(),
		"unknown keys":      fake.Extended(),
		"nulls":             fake.Nulled("appDescription", "environmentDescription", "papDescription", "profileDescription", "description", "sessionAttributes", "profileEnvironmentProperties", "statusText", "approvers", "actionBy", "context", "timeToApprove", "requiresHierarchicalModel", "consoleAccess", "programmaticAccess"),
		"less":              fake.Without("appDescription", "environmentDescription", "papDescription", "profileDescription", "alternateEnvironmentName", "statusText", "errorMessage", "checkedIn", "approvers", "actionBy", "updatedAt", "context", "consumer", "trackingId"),
		"numbers for ids":   fake.Said("userId", 4711),
		"no ids of persons": fake.Nulled("userId", "userIdStr"),
	} {
		for _, form := range []fake.Form{fake.AsAsked, fake.Older, fake.Paged} {
			t.Run(fmt.Sprint(name, form), func(t *testing.T) {
				withTenant(t, func(a *acme) {
					a.SetListing(form)
					a.Fail(fake.Everywhere, fake.Fault{Alter: []fake.Alteration{change}})
					a.day()
				})
			})
		}
	}
}

// day is what a person does.
func (a *acme) day() {
	a.Helper()
	ctx := a.Context()
	who, err := a.alice.Whoami(ctx)
	if err != nil || who.Name != "alice" {
		a.Errorf("%+v, %v", who, err)
	}
	profiles, err := a.alice.Profiles(ctx)
	if err != nil || len(profiles) != 8 || profiles[1].Path() != `Sigma/196\/197 (Labs)/Admin` || profiles[1].Type != "AWS" {
		a.Errorf("%d %+v, %v", len(profiles), profiles, err)
	}
	access := labs("Pods")
	access.Environment = "196/197 (Labs)"
	grant := a.opens(access)
	if grant.Access.Path() != `Sigma/196\/197 (Labs)/Pods` || grant.NotAfter.Sub(grant.NotBefore) != time.Hour {
		a.Errorf("%+v", grant)
	}
	if key, err := a.alice.Credential(ctx, grant.ID); err != nil || !key.Expires.Equal(grant.NotAfter) {
		a.Errorf("keys until %s, %v", key.Expires, err)
	}
	if grants, err := a.alice.Grants(ctx); err != nil || len(grants) == 0 {
		a.Errorf("%+v, %v", grants, err)
	}
	if ended, err := a.alice.Checkin(ctx, grant.ID); err != nil || ended.State != jit.GrantEnded {
		a.Errorf("%+v, %v", ended, err)
	}
	access.Profile = "Admin"
	asked, err := a.alice.Ask(ctx, access, jit.Reason{Justification: "INC-42"})
	if err != nil || asked.State != jit.RequestPending || asked.Access.Path() != `Sigma/196\/197 (Labs)/Admin` {
		a.Fatalf("%+v, %v", asked, err)
	}
	if seen, err := a.bob.Requests(ctx, jit.MyApprovals); err != nil || len(seen) == 0 || seen[0].ID != asked.ID {
		a.Errorf("%+v, %v", seen, err)
	}
	if decided, err := a.bob.Decide(ctx, asked.ID, jit.Decision{Approve: true, Comment: "go on"}); err != nil || decided.State != jit.RequestApproved {
		a.Errorf("%+v, %v", decided, err)
	}
	if heard, err := a.alice.Await(ctx, asked.ID); err != nil || heard.State != jit.RequestApproved {
		a.Errorf("%+v, %v", heard, err)
	}
	a.opens(access)
}

// TestNothingTwice holds that what a tenant says twice is shown once.
func TestNothingTwice(t *testing.T) {
	withTenant(t, func(a *acme) {
		a.opens(labs("Pods"))
		if _, err := a.alice.Ask(a.Context(), labs("Admin"), jit.Reason{Justification: "INC-42"}); err != nil {
			t.Fatal(err)
		}
		a.Fail(fake.Everywhere, fake.Fault{Alter: []fake.Alteration{fake.Doubled()}})
		if grants, err := a.alice.Grants(a.Context()); err != nil || len(grants) != 1 {
			t.Errorf("%+v, %v", grants, err)
		}
		if requests, err := a.alice.Requests(a.Context(), jit.MyRequests); err != nil || len(requests) != 1 {
			t.Errorf("%+v, %v", requests, err)
		}
	})
}

// TestUnknownStates holds that a state which nobody knows is an end that says its
// name, and no endless wait.
func TestUnknownStates(t *testing.T) {
	withTenant(t, func(a *acme) {
		asked, err := a.alice.Ask(a.Context(), labs("Admin"), jit.Reason{Justification: "INC-42"})
		if err != nil {
			t.Fatal(err)
		}
		a.Fail("GET /api/v1/approvals/{request}", fake.Fault{Alter: []fake.Alteration{fake.Said("status", "NO_ACTION_REQUIRED")}})
		if r, err := a.alice.Await(a.Context(), asked.ID); err != nil || r.State != "no_action_required" {
			t.Errorf("%+v, %v", r, err)
		}
		a.Fail("POST /api/access/{profile}/environments/{environment}", fake.Fault{Alter: []fake.Alteration{fake.Said("status", "checkOutPostponed"), fake.Said("statusText", "Postponed")}})
		_, err = a.alice.Checkout(a.Context(), labs("Pods"), jit.Reason{})
		expect(t, err, jit.Denied, "Postponed")
	})
}

// TestNoFeatures holds that a tenant without that call is not asked for it again
// and again, not even while a decision is waited for.
func TestNoFeatures(t *testing.T) {
	for name, fault := range map[string]fake.Fault{
		"not there": {Code: "E1004", Message: "not found"},
		"forbidden": {Code: "PE-0002", Message: "no"},
		"broken":    {Status: 500, Body: "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			withTenant(t, func(a *acme) {
				a.Fail("GET /api/features", fault)
				asked, err := a.alice.Ask(a.Context(), labs("Admin"), jit.Reason{Justification: "INC-42"})
				if err != nil {
					t.Fatal(err)
				}
				time.AfterFunc(5*time.Minute, func() {
					if _, err := a.bob.Decide(a.Context(), asked.ID, jit.Decision{Approve: true}); err != nil {
						t.Error(err)
					}
				})
				if r, err := a.alice.Await(a.Context(), asked.ID); err != nil || r.State != jit.RequestApproved {
					t.Errorf("%+v, %v", r, err)
				}
				if n := a.Calls()["GET /api/features"]; n > 1 {
					t.Errorf("it is asked %d times for its features", n)
				}
			})
		})
	}
}

// TestManyProfiles holds that all of them are read, in few calls also where they
// come in pages.
func TestManyProfiles(t *testing.T) {
	const many = 20_000
	for form, calls := range map[fake.Form]int{fake.AsAsked: 1, fake.Paged: 202} {
		withTenant(t, func(a *acme) {
			a.SetListing(form)
			var profiles []fake.Profile
			for i := range many {
				profiles = append(profiles, fake.Profile{Name: fmt.Sprintf("P %05d", i), Members: []string{"alice"}})
			}
			a.AddApp(fake.App{Name: "Many", Type: "AWS", Environments: []fake.Environment{{Name: "e"}}, Profiles: profiles})
			listed, err := a.alice.Profiles(a.Context())
			if err != nil || len(listed) != many+8 {
				t.Errorf("%d profiles, %v", len(listed), err)
			}
			if n := a.Calls()["GET /api/access"]; n != calls { // a first page of 20 shows that there are more
				t.Errorf("form %d takes %d calls, want %d", form, n, calls)
			}
			a.opens(jit.Access{Application: "many", Environment: "E", Profile: "p 19999"})
		})
	}
}
