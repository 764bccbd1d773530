package broker_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// TestCheckoutRules holds every rule that stands between a person and an access.
func TestCheckoutRules(t *testing.T) {
	longest := strings.Repeat("ä", 255)
	tests := []struct {
		name, who, profile string
		why                jit.Reason
		change             [2]string
		code               jit.Code // empty: it opens
		says               string
	}{
		{name: "nothing is asked", who: "alice", profile: "Pods"},
		{name: "a justification nobody asked for", who: "alice", profile: "Pods", why: because("x")},
		{name: "a justification that is too long", who: "alice", profile: "Pods", why: because(longest + "ä"), code: jit.Justification, says: "255"},
		{name: "a justification that is no text", who: "alice", profile: "Pods", why: because("\xff"), code: jit.Justification},
		{name: "a ticket", who: "alice", profile: "Pods", why: jit.Reason{TicketType: longest, TicketID: longest}},
		{name: "a ticket's type that is too long", who: "alice", profile: "Pods", why: jit.Reason{TicketType: longest + "ä"}, code: jit.Invalid, says: "255"},
		{name: "a ticket's id that is no text", who: "alice", profile: "Pods", why: jit.Reason{TicketID: "\xff"}, code: jit.Invalid, says: "255"},
		{name: "in no policy", who: "mallory", profile: "Pods", code: jit.NotFound},
		{name: "in a policy of another profile", who: "bob", profile: "Reader", why: because("x"), code: jit.NotFound},
		{name: "only an approver", who: "carol", profile: "Admin", why: because("x"), code: jit.NotFound},
		{name: "no such profile", who: "alice", profile: "Other", code: jit.NotFound},
		{name: "a justification is missing", who: "alice", profile: "Reader", code: jit.Justification},
		{name: "a justification of blanks", who: "alice", profile: "Reader", why: because(" \t\n"), code: jit.Justification},
		{name: "a justification is given", who: "alice", profile: "Reader", why: because(longest)},
		{name: "an approval is needed", who: "alice", profile: "Admin", why: because("x"), code: jit.Approval, says: "tag:sre"},
		{name: "approval goes before justification", who: "alice", profile: "Admin", code: jit.Approval},
		{
			name: "one content policy is enough", who: "alice", profile: "Reader",
			change: [2]string{"justification: required}", "justification: required}\n          - {name: also, members: {users: [alice@example.com]}}"},
		},
		{
			name: "what asks least is said", who: "alice", profile: "Admin", code: jit.Justification,
			change: [2]string{"          - name: with approval", "          - {name: first, members: {users: [alice@example.com]}, approval: {approvers: {tags: [sre]}}}\n          - {name: plain, members: {users: [alice@example.com]}, justification: required}\n          - name: with approval"},
		},
		{
			name: "through a tag", who: "carol", profile: "Pods",
			change: [2]string{"members: {users: [alice@example.com, bob@example.com]}}", "members: {tags: [sre]}}"},
		},
		{
			name: "disabled", who: "alice", profile: "Pods", code: jit.SignIn,
			change: [2]string{"id: u-alice}", "id: u-alice, disabled: true}"},
		},
		{
			name: "gone from the catalog", who: "mallory", profile: "Pods", code: jit.SignIn,
			change: [2]string{"  - {name: mallory@example.com, id: u-mallory}\n", ""},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			if tt.change[0] != "" {
				w.change(tt.change[0], tt.change[1])
			}
			g, err := w.as(tt.who).Checkout(w.ctx(), access(tt.profile), tt.why)
			if tt.code != "" {
				w.refused(err, tt.code, tt.says)
				return
			}
			if err != nil || g.State != jit.GrantActive || g.Access.Profile != tt.profile || g.Access.ProfileID == "" {
				t.Errorf("%+v, %v", g, err)
			}
		})
	}
}

// TestUnknownAccessIsTold holds that the audit trail says what was refused, by
// whichever name it was asked for.
func TestUnknownAccessIsTold(t *testing.T) {
	w := newWorld(t)
	for want, asked := range map[string]jit.Access{
		"Sigma/Labs/Other": access("Other"), "p-other/e-other": {ProfileID: "p-other", EnvironmentID: "e-other"},
	} {
		_, err := w.as("alice").Checkout(w.ctx(), asked, jit.Reason{})
		w.refused(err, jit.NotFound, want)
		trail := w.trail()
		if last := trail[len(trail)-1]; last.Access != want || last.Outcome != string(jit.NotFound) {
			t.Errorf("recorded as %+v", last)
		}
	}
}

func TestProfiles(t *testing.T) {
	w := newWorld(t)
	want := map[string][]string{"alice": {"Admin", "Pods", "Reader"}, "bob": {"Admin", "Pods"}, "carol": nil, "mallory": nil}
	for who, profiles := range want {
		listed, err := w.as(who).Profiles(w.ctx())
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, p := range listed {
			names = append(names, p.Profile)
		}
		if diff := cmp.Diff(profiles, names); diff != "" {
			t.Errorf("%s: %s", who, diff)
		}
	}
	if me, err := w.as("alice").Whoami(w.ctx()); err != nil || me != person("alice") {
		t.Errorf("%+v, %v", me, err)
	}
}

func TestWindow(t *testing.T) {
	w := newWorld(t)
	w.pass(700 * time.Millisecond)
	g := w.checkout("alice", "Pods", jit.Reason{})
	if !g.NotBefore.Equal(w.clock()) || !g.NotAfter.Equal(w.clock().Add(time.Hour).Truncate(time.Second)) {
		t.Errorf("from %s to %s at %s", g.NotBefore, g.NotAfter, w.clock())
	}
	byIDs := jit.Access{EnvironmentID: g.Access.EnvironmentID, ProfileID: g.Access.ProfileID}
	again, err := w.as("alice").Checkout(w.ctx(), byIDs, because("again"))
	if err != nil || again != g {
		t.Errorf("a second checkout is not the first: %+v, %v", again, err)
	}
	if bobs := w.checkout("bob", "Pods", jit.Reason{}); bobs.ID == g.ID {
		t.Error("bob has alice's checkout")
	}
	grants, err := w.as("alice").Grants(w.ctx())
	if err != nil || len(grants) != 1 || grants[0] != g {
		t.Errorf("%+v, %v", grants, err)
	}
	w.pass(g.NotAfter.Sub(w.clock()))
	if grants, err := w.as("alice").Grants(w.ctx()); err != nil || len(grants) != 0 {
		t.Errorf("at its end: %+v, %v", grants, err)
	}
	next := w.checkout("alice", "Pods", jit.Reason{})
	if next.ID == g.ID {
		t.Error("a window that has closed is open again")
	}
	if old := w.row(g.ID); old.State != jit.GrantEnded || old.Why != "expired" {
		t.Errorf("written down as %+v", old)
	}
}

func TestCheckin(t *testing.T) {
	w := newWorld(t)
	g := w.checkout("alice", "Pods", jit.Reason{})
	if _, err := w.as("bob").Checkin(w.ctx(), g.ID); jit.CodeOf(err) != jit.NotFound {
		t.Errorf("bob checks alice's in: %v", err)
	}
	credential, err := w.as("alice").Credential(w.ctx(), g.ID)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		ended, err := w.as("alice").Checkin(w.ctx(), g.ID)
		if err != nil || ended.State != jit.GrantEnded || ended.Why != "checked in" || !ended.CredentialsUntil.Equal(credential.Expires) {
			t.Errorf("%+v, %v", ended, err)
		}
	}
	_, err = w.as("alice").Credential(w.ctx(), g.ID)
	w.refused(err, jit.Denied, "checked in")
	if jit.NextOf(err) != "kubectl jit login Sigma/Labs/Pods" {
		t.Errorf("next: %q", jit.NextOf(err))
	}
	_, err = w.as("alice").Extend(w.ctx(), g.ID)
	w.refused(err, jit.Denied, "checked in")
	if next := w.checkout("alice", "Pods", jit.Reason{}); next.ID == g.ID {
		t.Error("the checked-in one was opened again")
	}
	_, err = w.as("alice").Checkin(w.ctx(), "nothing")
	w.refused(err, jit.NotFound, "nothing")
}

func TestCheckinAfterTheEnd(t *testing.T) {
	w := newWorld(t)
	g := w.checkout("alice", "Pods", jit.Reason{})
	w.pass(2 * time.Hour)
	if ended, err := w.as("alice").Checkin(w.ctx(), g.ID); err != nil || ended.State != jit.GrantEnded || ended.Why != "expired" || !ended.Ended.Equal(g.NotAfter) {
		t.Errorf("%+v, %v", ended, err)
	}
}

// TestExtensionIsTold holds that the audit trail says why an access lasts longer, and
// who approved of it.
func TestExtensionIsTold(t *testing.T) {
	w := newWorld(t)
	w.decide("bob", w.ask("alice").ID, true)
	g := w.checkout("alice", "Admin", jit.Reason{})
	if _, err := w.as("alice").Extend(w.ctx(), g.ID); err != nil {
		t.Fatal(err)
	}
	trail := w.trail()
	if last := trail[len(trail)-1]; last.Act != broker.ActExtend || last.Reason != because("it is broken") || last.Approver != "bob@example.com" {
		t.Errorf("%+v", last)
	}
}

func TestExtend(t *testing.T) {
	w := newWorld(t)
	g := w.checkout("alice", "Pods", jit.Reason{})
	for i := 1; i <= 2; i++ {
		longer, err := w.as("alice").Extend(w.ctx(), g.ID)
		if err != nil || !longer.NotAfter.Equal(g.NotAfter.Add(time.Duration(i)*30*time.Minute)) {
			t.Errorf("extension %d: %+v, %v", i, longer, err)
		}
	}
	_, err := w.as("alice").Extend(w.ctx(), g.ID)
	w.refused(err, jit.Denied, "as often as the profile allows (2 of 2)")
	_, err = w.as("bob").Extend(w.ctx(), g.ID)
	w.refused(err, jit.NotFound, "")
	reader := w.checkout("alice", "Reader", because("x"))
	_, err = w.as("alice").Extend(w.ctx(), reader.ID)
	w.refused(err, jit.Denied, "no extension")
	w.pass(3 * time.Hour)
	_, err = w.as("alice").Extend(w.ctx(), g.ID)
	w.refused(err, jit.Denied, "expired")
}

// TestCatalogTakesBack holds that a catalog that no longer gives an access ends
// it, wherever one looks first.
func TestCatalogTakesBack(t *testing.T) {
	looks := map[string]func(w *world, id string) error{
		"credential": func(w *world, id string) error { _, err := w.as("alice").Credential(w.ctx(), id); return err },
		"extend":     func(w *world, id string) error { _, err := w.as("alice").Extend(w.ctx(), id); return err },
		"settle":     func(w *world, _ string) error { return w.Settle(w.ctx()) },
		"checkout": func(w *world, _ string) error {
			_, err := w.as("alice").Checkout(w.ctx(), access("Pods"), jit.Reason{})
			return err
		},
	}
	for name, look := range looks {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			g := w.checkout("alice", "Pods", jit.Reason{})
			w.change("members: {users: [alice@example.com, bob@example.com]}}", "members: {users: [bob@example.com]}}")
			if grants, err := w.as("alice").Grants(w.ctx()); err != nil || len(grants) > 0 {
				t.Errorf("listed all the same: %+v, %v", grants, err)
			}
			if err := look(w, g.ID); err != nil && jit.CodeOf(err) != jit.Denied && jit.CodeOf(err) != jit.NotFound {
				t.Error(err)
			}
			if name != "checkout" { // to which the access does not exist any more
				if row := w.row(g.ID); row.State != jit.GrantEnded || !strings.HasPrefix(row.Why, "revoked") {
					t.Errorf("written down as %+v", row)
				}
			}
			w.SetCatalog(w.declare(story))
			if name != "checkout" && len(w.sts.calls) > 0 {
				t.Error("something was minted")
			}
		})
	}
}
