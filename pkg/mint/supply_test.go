package mint_test

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// forms is what the policy of a broker asks for beside a justification.
type forms struct {
	otp         string // the one-time code that is right; empty: none is asked for
	once        bool   // each code is good for one checkout
	steppedUp   bool
	given       []string // the codes that were given
	ticketTypes []string // empty: no ticket is asked for
	secretive   bool     // the types are not told
	alternate   string   // the environment's second name
}

func (f *forms) lacks(why jit.Reason) error {
	switch {
	case len(f.ticketTypes) > 0 && (why.TicketID != "INC-42" || !slices.Contains(f.ticketTypes, why.TicketType)):
		return jit.Errorf(jit.Ticket, "", "a ticket is wanted")
	case f.otp != "" && !f.steppedUp:
		return jit.Errorf(jit.StepUp, "", "a one-time code is wanted")
	}
	f.steppedUp = f.steppedUp && !f.once
	return nil
}

// unfit reports whether a justification is missing or not in the form that is asked
// for.
func unfit(why jit.Reason) bool { return !strings.HasPrefix(why.Justification, "INC-") }

func (f *forms) StepUp(_ context.Context, code jit.Secret) error {
	f.given = append(f.given, code.Reveal())
	if f.otp == "" {
		return jit.Errorf(jit.Invalid, "", "no codes here")
	}
	if f.steppedUp = code.Reveal() == f.otp; !f.steppedUp {
		return jit.Errorf(jit.StepUp, "", "the code is wrong")
	}
	return nil
}

func (f *forms) TicketTypes(context.Context, jit.Access) ([]string, error) {
	if f.secretive {
		return nil, jit.Errorf(jit.Unavailable, "", "out of order")
	}
	return f.ticketTypes, nil
}

func (f *forms) Listed(_ context.Context, access jit.Access) (jit.Access, error) {
	if f.alternate != "" && access.Environment == f.alternate {
		access.Environment = podManager.Environment
	}
	return access, nil
}

// AskSecret answers with the next of the words of p.answer.
func (p *person) AskSecret(_ context.Context, prompt string) (jit.Secret, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, prompt)
	word, rest, _ := strings.Cut(p.answer, "|")
	p.answer = rest
	if word == "" {
		return jit.Secret{}, io.EOF
	}
	return jit.NewSecret(word), nil
}

// TestOneTimeCode holds when a code is asked for, how often, and what is said where
// nobody can be asked.
func TestOneTimeCode(t *testing.T) {
	const next = "next: kubectl jit login eks-pod-manager --otp CODE"
	for name, tt := range map[string]struct {
		flag, typed string // what is given with the call, and at the prompt
		present     bool
		code        jit.Code
		says        string
		given       string // the codes that reach the broker
	}{
		"nobody is there":          {code: jit.StepUp, says: next},
		"with the call":            {flag: "123 456", given: "123456"},
		"wrong with a program's":   {flag: "111111", typed: "123456", code: jit.StepUp, says: "the code is wrong\n" + next, given: "111111"},
		"wrong with the call":      {flag: "111111", present: true, typed: "123456", given: "111111 123456"},
		"typed":                    {present: true, typed: "123456", given: "123456"},
		"typed, at the second try": {present: true, typed: "111111|123456", given: "111111 123456"},
		"typed, at the third try":  {present: true, typed: "111111|222222|123456", given: "111111 222222 123456"},
		"wrong each time":          {present: true, typed: "1|2|3|123456", code: jit.StepUp, says: "the code is wrong\n" + next, given: "1 2 3"},
		"Ctrl-D":                   {present: true, code: jit.StepUp, says: "no one-time code was given: EOF\n" + next},
		"only blanks":              {present: true, typed: "  |123456", given: "123456"},
	} {
		t.Run(name, func(t *testing.T) {
			inRig(t, func(t *testing.T, r *rig) {
				r.broker.otp = "123456"
				r.person.present, r.person.answer = tt.present, tt.typed
				if tt.flag != "" {
					r.ask.OTP = jit.NewSecret(tt.flag)
				}
				grant, err := r.Checkout(t.Context(), r.ask)
				switch {
				case tt.code != "":
					expect(t, err, tt.code, tt.says)
				case err != nil || grant.State != jit.GrantActive:
					t.Errorf("%+v, %v", grant, err)
				}
				if wrong := len(r.person.notes); tt.flag == "111111" && tt.present && wrong != 1 {
					t.Errorf("that the code is wrong is said %d times", wrong)
				}
				if got := strings.Join(r.broker.given, " "); got != tt.given {
					t.Errorf("the broker was given %q, want %q", got, tt.given)
				}
			})
		})
	}
}

// TestCodeAfterApproval holds that a code which went stale while an approver was
// waited for is asked for again, and once.
func TestCodeAfterApproval(t *testing.T) {
	withApproval(t, func(t *testing.T, r *rig) {
		r.broker.otp, r.broker.once = "123456", true
		r.person.present, r.person.answer = true, "123456|123456|123456"
		r.ask.Reason.Justification = "INC-42"
		r.broker.decided <- jit.Request{State: jit.RequestApproved}
		if _, err := r.Checkout(t.Context(), r.ask); err != nil {
			t.Fatal(err)
		}
		if len(r.broker.given) != 2 {
			t.Errorf("given %q", r.broker.given)
		}
	})
}

// TestUnasked holds that a call which may not wait names the command that gives
// what the policy asks for, and prompts for nothing.
func TestUnasked(t *testing.T) {
	for says, set := range map[string]func(*broker){
		"next: kubectl jit login eks-pod-manager --otp CODE":                     func(b *broker) { b.otp = "123456" },
		"next: kubectl jit login eks-pod-manager --ticket-type TYPE --ticket ID": func(b *broker) { b.ticketTypes = []string{"issue"} },
		"next: kubectl jit login eks-pod-manager --justification":                func(b *broker) { b.justification = true },
		"approval required\nnext: kubectl jit login eks-pod-manager":             func(b *broker) { b.approval = true },
		"waiting for bob@example.com to approve request req-7\nnext: kubectl jit lo": func(b *broker) {
			b.approval = true
			b.requests = []jit.Request{{ID: "req-7", Access: podManager, State: jit.RequestPending, Approvers: []string{"bob@example.com"}}}
		},
	} {
		inRig(t, func(t *testing.T, r *rig) {
			set(r.broker)
			r.person.present = true
			_, err := r.Token(t.Context(), r.ask)
			expect(t, err, jit.CodeOf(err), says)
			if len(r.person.asked) > 0 {
				t.Errorf("%s: it asks %q", says, r.person.asked)
			}
		})
	}
}

// TestPendingWithoutPerson holds that a program is told of the request that its
// person made elsewhere.
func TestPendingWithoutPerson(t *testing.T) {
	inRig(t, func(t *testing.T, r *rig) {
		r.broker.requests = []jit.Request{{ID: "req-7", Access: podManager, State: jit.RequestPending}}
		r.refused(t, jit.Waiting, "waiting for an approver to approve request req-7\nnext: kubectl jit login eks-pod-manager")
		r.broker.fail["requests"] = jit.Errorf(jit.Unavailable, "", "away")
		r.refused(t, jit.Denied, "no checkout is open")
	})
}

// TestTicket holds what is asked for of a ticket, and that half of one is completed.
func TestTicket(t *testing.T) {
	for name, tt := range map[string]struct {
		types     []string
		secretive bool
		flags     jit.Reason
		typed     string // the answer to every question
		asked     []string
		code      jit.Code
		says      string
	}{
		"one type": {types: []string{"issue"}, typed: " INC-42 ", asked: []string{"Ticket of type issue for eks-pod-manager: "}},
		"several":  {types: []string{"issue", "INC-42"}, typed: "INC-42", asked: []string{"Type of the ticket for eks-pod-manager (issue, INC-42): ", "Ticket of type INC-42 for eks-pod-manager: "}},
		"not told": {types: []string{"INC-42"}, secretive: true, typed: "INC-42", asked: []string{"Type of the ticket for eks-pod-manager: ", "Ticket of type INC-42 for eks-pod-manager: "}},
		"half":     {types: []string{"issue", "change"}, flags: jit.Reason{TicketType: "change"}, typed: "INC-42", asked: []string{"Ticket of type change for eks-pod-manager: "}},
		"nothing":  {types: []string{"issue"}, typed: " ", asked: []string{"Ticket of type issue for eks-pod-manager: "}, code: jit.Ticket, says: "no ticket was given\nnext: kubectl jit login eks-pod-manager --ticket-type TYPE --ticket ID"},
		"wrong":    {types: []string{"issue"}, typed: "INC-1", asked: []string{"Ticket of type issue for eks-pod-manager: "}, code: jit.Ticket, says: "a ticket is wanted"},
		"wrong, with the call": {types: []string{"issue"}, flags: jit.Reason{TicketType: "issue", TicketID: "INC-1"}, code: jit.Ticket,
			says: "a ticket is wanted\nnext: kubectl jit login eks-pod-manager --ticket-type TYPE --ticket ID"},
	} {
		t.Run(name, func(t *testing.T) {
			inRig(t, func(t *testing.T, r *rig) {
				r.broker.ticketTypes, r.broker.secretive = tt.types, tt.secretive
				r.person.present, r.person.answer, r.ask.Reason = true, tt.typed, tt.flags
				_, err := r.Checkout(t.Context(), r.ask)
				if tt.code != "" {
					expect(t, err, tt.code, tt.says)
				} else if err != nil {
					t.Error(err)
				}
				if !slices.Equal(r.person.asked, tt.asked) {
					t.Errorf("asked %q, want %q", r.person.asked, tt.asked)
				}
			})
		})
	}
}

// TestApprovedAlready holds that an answer which says so is followed by a checkout,
// and that a tenant which contradicts itself does not keep the program busy.
func TestApprovedAlready(t *testing.T) {
	for _, contradicts := range []bool{false, true} {
		withApproval(t, func(t *testing.T, r *rig) {
			r.ask.Reason.Justification = "INC-42"
			r.broker.fail["ask"] = jit.Errorf(jit.Invalid, "", "it is approved already")
			if !contradicts {
				time.AfterFunc(time.Second, func() {
					r.broker.mu.Lock()
					defer r.broker.mu.Unlock()
					r.broker.approved = true
				})
				r.broker.slow["ask"] = 2 * time.Second
			}
			_, err := r.Checkout(t.Context(), r.ask)
			if !contradicts {
				if err != nil {
					t.Error(err)
				}
			} else {
				expect(t, err, jit.Approval, "approval required")
			}
			r.called(t, calls{"checkout": 2, "requests": 1, "ask": 1})
		})
	}
}

// TestJoined holds that a request is joined whose environment is typed by its second
// name.
func TestJoined(t *testing.T) {
	withApproval(t, func(t *testing.T, r *rig) {
		r.broker.requests = []jit.Request{{ID: "req-7", Access: podManager, State: jit.RequestPending}}
		r.broker.alternate, r.ask.Access.Environment = "sigma", "sigma"
		r.broker.decided <- jit.Request{State: jit.RequestApproved}
		if _, err := r.Checkout(t.Context(), r.ask); err != nil {
			t.Fatal(err)
		}
		r.called(t, calls{"checkout": 2, "requests": 1, "await": 1})
	})
}

// TestWithdrawn holds that Ctrl-C withdraws where that was asked for.
func TestWithdrawn(t *testing.T) {
	for _, fails := range []bool{false, true} {
		withApproval(t, func(t *testing.T, r *rig) {
			says := "request req-1 is withdrawn: context canceled"
			if fails {
				r.broker.fail["withdraw"] = jit.Errorf(jit.Unavailable, "", "away")
				says = "request req-1 could not be withdrawn (away): context canceled\nnext: kubectl jit login eks-pod-manager"
			}
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Minute, cancel)
			r.ask.Withdraw = true
			_, err := r.Checkout(ctx, r.ask)
			expect(t, err, jit.Waiting, says)
			if said := strings.Join(r.person.progress, "\n"); !strings.Contains(said, "Ctrl-C withdraws it") {
				t.Errorf("it says %q", said)
			}
			r.called(t, calls{"checkout": 1, "requests": 1, "ask": 1, "await": 1, "withdraw": 1})
		})
	}
}
