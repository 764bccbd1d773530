package mint

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// request returns the pending request for the access: one that was made before,
// here or elsewhere, or a new one. The reason is what was given with it.
func (m *Mint) request(ctx context.Context, ask Ask) (jit.Request, jit.Reason, error) {
	if pending, found, err := m.pending(ctx, ask); err != nil || found {
		return pending, ask.Reason, err
	}
	made, reason, err := m.make(ctx, ask)
	if jit.CodeOf(err) == jit.Waiting { // another of our calls made one in the same moment
		if pending, found, listErr := m.pending(ctx, ask); listErr == nil && found {
			return pending, reason, nil
		}
	}
	return made, reason, err
}

// Request asks the approvers of an access and waits for nobody. What the policy asks
// for beside is asked for where a person is there. Codes: those of [jit.Broker] for
// Ask.
func (m *Mint) Request(ctx context.Context, ask Ask) (jit.Request, error) {
	ask.requests = true
	made, _, err := m.make(ctx, ask)
	return made, err
}

// make makes a request, and returns what the person gave with it.
func (m *Mint) make(ctx context.Context, ask Ask) (jit.Request, jit.Reason, error) {
	supplied := supplies{}
	if ask.Reason.Justification == "" && m.Person.Present() {
		supplied[jit.Justification]++
		reason, err := m.justified(ctx, ask, nil)
		if err != nil {
			return jit.Request{}, ask.Reason, err
		}
		ask.Reason = reason
	}
	for {
		made, err := m.asked(ctx, ask)
		if code := jit.CodeOf(err); code != jit.Justification && code != jit.Ticket {
			return made, ask.Reason, err
		}
		if ask, err = m.supply(ctx, ask, err, supplied); err != nil {
			return jit.Request{}, ask.Reason, err
		}
	}
}

func (m *Mint) asked(ctx context.Context, ask Ask) (jit.Request, error) {
	defer m.Person.Progress("asking for an approval of " + ask.name())()
	made, err := m.Broker.Ask(ctx, ask.Access, ask.Reason)
	return made, ask.inWords(err)
}

// pending finds the person's own request for the access that nobody has decided.
func (m *Mint) pending(ctx context.Context, ask Ask) (jit.Request, bool, error) {
	requests, err := m.Broker.Requests(ctx, jit.MyRequests)
	if err != nil {
		return jit.Request{}, false, err
	}
	isPending := func(r jit.Request) bool { return r.State == jit.RequestPending }
	if !slices.ContainsFunc(requests, isPending) {
		return jit.Request{}, false, nil
	}
	access := m.listed(ctx, ask.Access) // a request names it in the broker's own way
	at := slices.IndexFunc(requests, func(r jit.Request) bool { return isPending(r) && r.Access.Same(access) })
	if at < 0 {
		return jit.Request{}, false, nil
	}
	return requests[at], true, nil
}

// listed is the access in the broker's own spelling, as far as it tells.
func (m *Mint) listed(ctx context.Context, access jit.Access) jit.Access {
	forms, ok := m.Broker.(jit.Forms)
	if !ok {
		return access
	}
	listed, err := forms.Listed(ctx, access)
	if err != nil {
		return access
	}
	return listed
}

// listedSoon is listed within a short time: what is held here lies under the
// broker's own spelling, and must be found also when it is not reached.
func (m *Mint) listedSoon(ctx context.Context, access jit.Access) jit.Access {
	ctx, cancel := context.WithTimeout(ctx, askBudget)
	defer cancel()
	return m.listed(ctx, access)
}

// waits is the error of a call that waits for nobody while a request for the access
// is pending; any other error where none is.
func (m *Mint) waits(ctx context.Context, ask Ask, refusal error) error {
	r, found, err := m.pending(ctx, ask)
	if err != nil || !found {
		return refusal
	}
	return jit.Errorf(jit.Waiting, ask.op(), "waiting for %s to approve request %s", approvers(r), r.ID).WithNext("%s", ask.Login())
}

// waitingText says what is waited for. The program that shows it adds how long.
func (a Ask) waitingText(r jit.Request) string {
	ctrlC := "leaves it pending"
	if a.Withdraw {
		ctrlC = "withdraws it"
	}
	return fmt.Sprintf("waiting for %s to approve %s (request %s; Ctrl-C %s)", approvers(r), a.name(), r.ID, ctrlC)
}

// approvers says who may decide.
func approvers(r jit.Request) string {
	if len(r.Approvers) == 0 {
		return "an approver"
	}
	return strings.Join(r.Approvers, " or ")
}

// withdrawBudget is how long a withdrawal may take after Ctrl-C.
const withdrawBudget = 5 * time.Second

// undecided is the error of a wait that ended before the request did.
func (m *Mint) undecided(ctx, bounded context.Context, ask Ask, r jit.Request, err error) error {
	resume := ask.Login() + ", which waits for the same request, or kubectl jit request withdraw " + jit.Quote(r.ID)
	switch {
	case ctx.Err() != nil && ask.Withdraw:
		after, cancel := context.WithTimeout(context.WithoutCancel(ctx), withdrawBudget)
		defer cancel()
		if _, err := m.Broker.Withdraw(after, r.ID); err != nil {
			return jit.Errorf(jit.Waiting, ask.op(), "request %s could not be withdrawn (%w): %w", r.ID, err, ctx.Err()).WithNext("%s", resume)
		}
		return jit.Errorf(jit.Waiting, ask.op(), "request %s is withdrawn: %w", r.ID, ctx.Err())
	case ctx.Err() != nil:
		return jit.Errorf(jit.Waiting, ask.op(), "request %s stays pending: %w", r.ID, ctx.Err()).WithNext("%s", resume)
	case bounded.Err() != nil:
		return jit.Errorf(jit.Waiting, ask.op(), "nobody has decided request %s within %s; it stays pending", r.ID, ask.Wait).WithNext("%s", resume)
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
