package mint

import (
	"context"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// supplies counts what was supplied to one checkout, by the code that asked for it.
type supplies map[jit.Code]int

// mostOf bounds how often something is supplied: a justification that the policy does
// not take is typed anew, and a one-time code again when it went stale while an
// approval was waited for.
func mostOf(code jit.Code) int {
	switch code {
	case jit.Justification:
		return mostTries
	case jit.StepUp:
		return 2
	}
	return 1
}

// mostTries is how often a person may type what the policy asks for, at one prompt.
const mostTries = 3

// supply gets what a refused checkout lacks, so that it can be tried again:
//
//	justification, ticket  from the person
//	step_up                a one-time code from the person, hidden
//	approval, waiting      from an approver, within Ask.Wait
//
// Anything else, and what was supplied in vain, is the refusal itself.
func (m *Mint) supply(ctx context.Context, ask Ask, refusal error, supplied supplies) (Ask, error) {
	code := jit.CodeOf(refusal)
	if code == jit.Waiting {
		code = jit.Approval
	}
	refusal = ask.lacks(refusal)
	if supplied[code]++; supplied[code] > mostOf(code) {
		return ask, refusal
	}
	err := refusal
	switch code {
	case jit.Justification:
		ask.Reason, err = m.justified(ctx, ask, refusal)
	case jit.Ticket:
		ask.Reason, err = m.ticketed(ctx, ask, refusal)
	case jit.StepUp:
		err = m.confirmed(ctx, ask, refusal)
	case jit.Approval:
		if ask.Wait <= 0 {
			return ask, next(refusal, ask.requestCreate()+` --justification "…"`)
		}
		ask.Reason, err = m.await(ctx, ask)
	}
	return ask, err
}

// justified has the person give a justification, in place of one that the policy does
// not take, which is said. Without a person the broker's error stands.
func (m *Mint) justified(ctx context.Context, ask Ask, wanted error) (jit.Reason, error) {
	reason := ask.Reason
	if wanted != nil {
		if !m.Person.Present() {
			return reason, wanted
		}
		if reason.Justification != "" {
			m.note("%v", wanted)
		}
	}
	text, err := m.Person.Ask(ctx, "Why do you need "+ask.name()+"? ")
	if err != nil {
		return reason, jit.Errorf(jit.Justification, ask.op(), "no justification was given: %w", err)
	}
	if reason.Justification = strings.TrimSpace(text); reason.Justification == "" {
		return reason, jit.Errorf(jit.Justification, ask.op(), "no justification was given").
			WithNext("%s", ask.lacking(jit.Justification))
	}
	return reason, nil
}

// ticketed has the person name a ticket, or the half of one that is missing. Without
// a person, or with a whole one that the policy does not take, the broker's error
// stands.
func (m *Mint) ticketed(ctx context.Context, ask Ask, wanted error) (jit.Reason, error) {
	reason, login := ask.Reason, ask.lacking(jit.Ticket)
	if reason.TicketType != "" && reason.TicketID != "" || !m.Person.Present() {
		return reason, wanted
	}
	var err error
	if reason.TicketType == "" {
		if reason.TicketType, err = m.ticketType(ctx, ask); err != nil {
			return ask.Reason, noTicket(ask, err).WithNext("%s", login)
		}
	}
	if reason.TicketID == "" {
		text, err := m.Person.Ask(ctx, "Ticket of type "+reason.TicketType+" for "+ask.name()+": ")
		if err != nil {
			return ask.Reason, noTicket(ask, err).WithNext("%s", login)
		}
		reason.TicketID = strings.TrimSpace(text)
	}
	if reason.TicketType == "" || reason.TicketID == "" {
		return ask.Reason, jit.Errorf(jit.Ticket, ask.op(), "no ticket was given").WithNext("%s", login)
	}
	return reason, nil
}

func noTicket(ask Ask, err error) *jit.Error {
	return jit.Errorf(jit.Ticket, ask.op(), "no ticket was given: %w", err)
}

// ticketType is the one that the policy takes, or what the person says where there
// are several or the broker does not tell.
func (m *Mint) ticketType(ctx context.Context, ask Ask) (string, error) {
	var types []string
	if forms, ok := m.Broker.(jit.Forms); ok {
		types, _ = forms.TicketTypes(ctx, ask.Access) // the person may know it nevertheless
	}
	prompt := "Type of the ticket for " + ask.name()
	switch len(types) {
	case 0:
	case 1:
		return types[0], nil
	default:
		prompt += " (" + strings.Join(types, ", ") + ")"
	}
	text, err := m.Person.Ask(ctx, prompt+": ")
	return strings.TrimSpace(text), err
}

// confirmed has the person give a one-time code. Without a person the broker's
// error stands.
func (m *Mint) confirmed(ctx context.Context, ask Ask, wanted error) error {
	if !m.Person.Present() {
		return wanted
	}
	for try := 1; ; try++ {
		code, err := m.Person.AskSecret(ctx, "One-time code for "+ask.name()+": ")
		if err != nil {
			return jit.Errorf(jit.StepUp, ask.op(), "no one-time code was given: %w", err).WithNext("%s", ask.lacking(jit.StepUp))
		}
		if err = m.stepUp(ctx, ask, code); jit.CodeOf(err) != jit.StepUp || try == mostTries {
			return err
		}
		m.note("%v", err)
	}
}

// stepUp gives a one-time code to the broker. Blanks in it are how an authenticator
// shows it.
func (m *Mint) stepUp(ctx context.Context, ask Ask, code jit.Secret) error {
	login := ask.lacking(jit.StepUp)
	digits := strings.Join(strings.Fields(code.Reveal()), "")
	if digits == "" {
		return jit.Errorf(jit.StepUp, ask.op(), "no one-time code was given").WithNext("%s", login)
	}
	forms, ok := m.Broker.(jit.Forms)
	if !ok {
		return jit.Errorf(jit.Invalid, ask.op(), "this broker takes no one-time codes")
	}
	defer m.Person.Progress("giving the one-time code")()
	err := forms.StepUp(ctx, jit.NewSecret(digits))
	if jit.CodeOf(err) == jit.StepUp {
		return next(err, login)
	}
	return err
}
