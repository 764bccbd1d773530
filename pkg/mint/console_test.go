package mint_test

import (
	"context"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/mint"
)

// withConsoles is a broker that has consoles too, under the same policy.
type withConsoles struct{ *broker }

func (b withConsoles) CheckoutConsole(ctx context.Context, access jit.Access, why jit.Reason) (jit.Grant, error) {
	grant, err := b.Checkout(ctx, access, why)
	grant.ID = "console of " + grant.ID
	b.open = nil // it is no checkout for keys
	return grant, err
}

func (b withConsoles) ConsoleURL(ctx context.Context, grantID string) (jit.Secret, error) {
	return jit.NewSecret("https://console.example.com/?canary=" + grantID), b.enter(ctx, "url")
}

func (b withConsoles) CheckinConsole(ctx context.Context, access jit.Access) (jit.Grant, error) {
	return jit.Grant{ID: "console", Access: access, State: jit.GrantEnded}, b.enter(ctx, "checkin console")
}

func TestConsole(t *testing.T) {
	inRig(t, func(t *testing.T, r *rig) {
		if _, _, err := r.Console(t.Context(), r.ask); jit.CodeOf(err) != jit.Invalid {
			t.Errorf("a broker without consoles: %v", err)
		}
		if _, err := r.CheckinConsole(t.Context(), r.ask); jit.CodeOf(err) != jit.Invalid {
			t.Errorf("a broker without consoles: %v", err)
		}
		if _, err := r.Checkin(t.Context(), r.ask); err != nil {
			t.Fatal(err)
		}

		r.Broker = withConsoles{r.broker}
		r.broker.approval = true
		ask := r.ask
		ask.Open, ask.Wait = mint.Always, time.Minute
		ask.Reason.Justification = "to look"
		r.broker.decided <- jit.Request{State: jit.RequestApproved}
		grant, address, err := r.Console(t.Context(), ask)
		if err != nil || grant.ID != "console of grant-2" || address.Reveal() != "https://console.example.com/?canary="+grant.ID {
			t.Fatalf("%+v %q %v", grant, address.Reveal(), err)
		}
		r.nothingHeld(t)
		r.refused(t, jit.Denied, "it rests until the next login") // a console is no login
	})
}

// TestCheckinConsole holds that giving a console back leaves the credentials and the
// access alone.
func TestCheckinConsole(t *testing.T) {
	inRig(t, func(t *testing.T, r *rig) {
		r.Broker = withConsoles{r.broker}
		if _, err := r.Checkout(t.Context(), r.ask); err != nil {
			t.Fatal(err)
		}
		before := r.token(t)
		if grant, err := r.CheckinConsole(t.Context(), r.ask); err != nil || grant.ID != "console" {
			t.Errorf("%+v %v", grant, err)
		}
		if after := r.token(t); after != before || r.broker.count("checkin") != 0 {
			t.Errorf("what was checked out for the credentials is another: %v, %v", before, after)
		}
	})
}
