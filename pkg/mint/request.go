package mint

import (
	"context"
	"fmt"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// request returns the pending request for the access: one that was made before,
// here or elsewhere, or a new one. The reason is what was given with it.
func (m *Mint) request(ctx context.Context, ask Ask) (jit.Request, jit.Reason, error) {
	if pending, found, err := m.pending(ctx, ask); err != nil || found {
		return pending, ask.Reason, err
	}
	if ask.Reason.Justification == "" && m.Person.Present() {
		reason, err := m.justified(ctx, ask, nil)
		if err != nil {
			return jit.Request{}, ask.Reason, err
		}
		ask.Reason = reason
	}
	made, err := m.Broker.Ask(ctx, ask.Access, ask.Reason)
	switch jit.CodeOf(err) {
	case jit.Waiting: // another of our calls made one in the same moment
		if pending, found, listErr := m.pending(ctx, ask); listErr == nil && found {
			return pending, ask.Reason, nil
		}
	case jit.Justification:
		err = next(err, ask.Login()+` --justification "…"`)
	}
	return made, ask.Reason, err
}

func (m *Mint) pending(ctx context.Context, ask Ask) (jit.Request, bool, error) {
	requests, err := m.Broker.Requests(ctx, jit.MyRequests)
	if err != nil {
		return jit.Request{}, false, err
	}
	for _, r := range requests {
		if r.State == jit.RequestPending && r.Access.Same(ask.Access) {
			return r, true, nil
		}
	}
	return jit.Request{}, false, nil
}

// justified has the person give a justification. Without a person, or with one
// that was given and is not good enough, the broker's error stands.
func (m *Mint) justified(ctx context.Context, ask Ask, wanted error) (jit.Reason, error) {
	reason := ask.Reason
	if wanted != nil && (reason.Justification != "" || !m.Person.Present()) {
		return reason, next(wanted, ask.Login()+` --justification "…"`)
	}
	text, err := m.Person.Ask(ctx, "Why do you need "+ask.name()+"? ")
	if err != nil {
		return reason, jit.Errorf(jit.Justification, ask.op(), "no justification was given: %w", err)
	}
	if reason.Justification = strings.TrimSpace(text); reason.Justification == "" {
		return reason, jit.Errorf(jit.Justification, ask.op(), "no justification was given").
			WithNext("%s", ask.Login()+` --justification "…"`)
	}
	return reason, nil
}

// waitingText says what is waited for. The program that shows it adds how long.
func (a Ask) waitingText(r jit.Request) string {
	who := "an approver"
	if len(r.Approvers) > 0 {
		who = strings.Join(r.Approvers, " or ")
	}
	return fmt.Sprintf("waiting for %s to approve %s (request %s; Ctrl-C leaves it pending)", who, a.name(), r.ID)
}

// undecided is the error of a wait that ended before the request did.
func (a Ask) undecided(ctx, bounded context.Context, r jit.Request, err error) error {
	resume := a.Login() + ", which waits for the same request, or kubectl jit request withdraw " + quoted(r.ID)
	switch {
	case ctx.Err() != nil:
		return jit.Errorf(jit.Waiting, a.op(), "request %s stays pending: %w", r.ID, ctx.Err()).WithNext("%s", resume)
	case bounded.Err() != nil:
		return jit.Errorf(jit.Waiting, a.op(), "nobody has decided request %s within %s; it stays pending", r.ID, a.Wait).WithNext("%s", resume)
	}
	return next(err, resume)
}

// verdict is nil for an approval, and otherwise the error that says what became
// of the request, by whom, and in their words.
func (a Ask) verdict(r jit.Request) error {
	who := r.DecidedBy
	if who == "" {
		who = "an approver"
	}
	said := ""
	if r.Comment != "" {
		said = ": " + r.Comment
	}
	switch r.State {
	case jit.RequestApproved:
		return nil
	case jit.RequestRejected:
		return jit.Errorf(jit.Denied, a.op(), "%s rejected request %s%s", who, r.ID, said)
	case jit.RequestWithdrawn:
		return jit.Errorf(jit.Denied, a.op(), "request %s was withdrawn%s", r.ID, said).WithNext("%s", a.Login())
	case jit.RequestCancelled:
		return jit.Errorf(jit.Denied, a.op(), "the approval of request %s was revoked%s", r.ID, said).WithNext("%s", a.Login())
	case jit.RequestTimedOut:
		return jit.Errorf(jit.Approval, a.op(), "nobody decided request %s in time", r.ID).WithNext("%s", a.Login())
	}
	return jit.Errorf(jit.Waiting, a.op(), "request %s is %s", r.ID, r.State).WithNext("%s", a.Login())
}
