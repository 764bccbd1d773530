package britive_test

import (
	"slices"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	fake "github.com/kubectl-jit/kubectl-jit/test/fake/tenant"
)

// TestStepUp holds that a code opens the next checkout by the cookie that comes with
// it, for as long as that lives, and that a wrong one does not.
func TestStepUp(t *testing.T) {
	withTenant(t, func(a *acme) {
		expect(t, a.alice.StepUp(a.Context(), jit.NewSecret("000000")), jit.StepUp, "give the one-time code: the code is wrong, or was used already")
		_, err := a.alice.Checkout(a.Context(), labs("Code"), jit.Reason{})
		expect(t, err, jit.StepUp)
		if err := a.alice.StepUp(a.Context(), jit.NewSecret("123456")); err != nil {
			t.Fatal(err)
		}
		grant := a.opens(labs("Code"))
		if _, err := a.alice.Checkin(a.Context(), grant.ID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		_, err = a.alice.Checkout(a.Context(), labs("Code"), jit.Reason{})
		expect(t, err, jit.StepUp)

		a.Fail("POST /api/step-up/authenticate/TOTP", fake.Fault{Body: `{"result":"CHALLENGE"}`})
		if err := a.alice.StepUp(a.Context(), jit.NewSecret("123456")); err != nil {
			t.Errorf("a challenge is left to the checkout, and got %v", err)
		}
		a.Fail("POST /api/step-up/authenticate/TOTP", fake.Fault{Code: "E1004", Message: "no such path"})
		expect(t, a.alice.StepUp(a.Context(), jit.NewSecret("123456")), jit.Invalid, "acme.britive-app.com takes no one-time codes")
	})
}

// TestTicketTypes holds that they are read, and that a tenant without the call takes
// nobody's access away.
func TestTicketTypes(t *testing.T) {
	withTenant(t, func(a *acme) {
		types, err := a.alice.TicketTypes(a.Context(), labs("Ticket"))
		if err != nil || !slices.Equal(types, []string{"issue"}) {
			t.Errorf("%q, %v", types, err)
		}
		for _, fault := range []fake.Fault{{Code: "E1004"}, {Body: `{"itsmSetting":null}`}, {Body: `{}`}} {
			a.Fail("GET /api/access/{profile}/environments/{environment}/settings", fault)
			if types, err := a.alice.TicketTypes(a.Context(), labs("Ticket")); err != nil || len(types) > 0 {
				t.Errorf("%+v: %q, %v", fault, types, err)
			}
		}
	})
}

// TestApprovers holds that who may approve is asked for where the request does not
// say, and that a tenant which keeps it to itself hinders nobody.
func TestApprovers(t *testing.T) {
	const route = "POST /api/v1/policy-admin/policies/approvers"
	for name, tt := range map[string]struct {
		request, answer fake.Fault
		want            []string
		calls           int
	}{
		"the request says":   {fake.Fault{}, fake.Fault{}, []string{"bob"}, 0},
		"the request is dry": {fake.Fault{Alter: []fake.Alteration{fake.Without("approvers")}}, fake.Fault{}, []string{"bob"}, 1},
		"nobody says":        {fake.Fault{Alter: []fake.Alteration{fake.Without("approvers")}}, fake.Fault{Code: "PE-0002"}, nil, 1},
	} {
		withTenant(t, func(a *acme) {
			a.Fail("GET /api/v1/approvals/{request}", tt.request)
			a.Fail(route, tt.answer)
			asked, err := a.alice.Ask(a.Context(), labs("Admin"), jit.Reason{Justification: "INC-42"})
			if err != nil || !slices.Equal(asked.Approvers, tt.want) || a.Calls()[route] != tt.calls {
				t.Errorf("%s: %+v after %d calls, %v", name, asked, a.Calls()[route], err)
			}
		})
	}
}

// TestListed holds that both names of an environment lead to one access, without a
// second listing.
func TestListed(t *testing.T) {
	withTenant(t, func(a *acme) {
		want := a.opens(labs("Pods")).Access
		before := a.Calls()["GET /api/access"]
		got, err := a.alice.Listed(a.Context(), labs("Pods"))
		if err != nil || got != want || got.Environment != "196/197 (Labs)" || a.Calls()["GET /api/access"] != before {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// TestNoticed holds that a decision at a tenant that can only be polled is noticed
// within three seconds, however long it was waited for, and that it is not asked
// oftener than every half second at first and every second and a half later on.
func TestNoticed(t *testing.T) {
	const route = "GET /api/v1/approvals/{request}"
	for i := range 50 {
		after := time.Duration(i*i) * 70 * time.Millisecond // up to three minutes
		withTenant(t, func(a *acme) {
			asked, err := a.alice.Ask(a.Context(), labs("Admin"), jit.Reason{Justification: "INC-42"})
			if err != nil {
				t.Fatal(err)
			}
			decided := time.Now().Add(after)
			time.AfterFunc(after, func() { a.patch("/api/v1/approvals/" + asked.ID + "?approveRequest=yes") })
			before := a.Calls()[route]
			r, err := a.alice.Await(a.Context(), asked.ID)
			if late := time.Since(decided); err != nil || r.State != jit.RequestApproved || late > 3*time.Second {
				t.Errorf("after %s: %s, %v, noticed %s late", after, r.State, err, late)
			}
			if calls, most := a.Calls()[route]-before, 4+int(after/(1500*time.Millisecond)); calls > most {
				t.Errorf("within %s it asked %d times, at most %d", after, calls, most)
			}
		})
	}
}
