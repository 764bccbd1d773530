package conformance

import (
	"context"
	"errors"
	"slices"
	"testing/synctest"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

func (p *persons) approval() {
	_, err := p.Alice.Checkout(p.Context(), admin(), because("INC-42"))
	p.refused("a checkout without an approval", err, jit.Approval)
	asked := p.ask()
	if asked.ID == "" || asked.State != jit.RequestPending || asked.Requester != "alice@example.com" || asked.Justification != "INC-42" || !asked.Access.Same(admin()) {
		p.Errorf("asked: %+v", asked)
	}
	if length := asked.Expires.Sub(asked.Created); length != 10*time.Minute {
		p.Errorf("it can be decided for %s", length)
	}
	var approvers []string
	if p.offers.Approvers {
		approvers = []string{"bob@example.com", "tag:sre"}
	}
	if !slices.Equal(asked.Approvers, approvers) {
		p.Errorf("its approvers are %q", asked.Approvers)
	}
	_, err = p.Alice.Ask(p.Context(), admin(), because("again"))
	p.refused("a second request", err, jit.Waiting)
	_, err = p.Alice.Checkout(p.Context(), admin(), because("INC-42"))
	p.refused("a checkout before the decision", err, jit.Approval, jit.Waiting)

	seen := p.requests(p.Bob, jit.MyApprovals, 1)[0]
	if seen.ID != asked.ID || seen.State != jit.RequestPending || seen.Requester != "alice@example.com" || seen.Justification != "INC-42" || seen.Access.Path() != admin().Path() {
		p.Errorf("bob sees %+v", seen)
	}
	decided, err := p.Bob.Decide(p.Context(), asked.ID, jit.Decision{Approve: true, Comment: "go on"})
	if err != nil {
		p.Fatal(err)
	}
	p.holds(decided, jit.RequestApproved, "go on")
	p.holds(p.requests(p.Alice, jit.MyRequests, 1)[0], jit.RequestApproved, "go on")
	p.holds(p.requests(p.Bob, jit.MyApprovals, 1)[0], jit.RequestApproved, "go on")
	if until := decided.ValidUntil.Sub(decided.Created); until != 2*time.Hour {
		p.Errorf("the approval is good for %s", until)
	}
	_, err = p.Bob.Decide(p.Context(), asked.ID, jit.Decision{})
	p.refused("a second decision", err, jit.Invalid)
	_, err = p.Alice.Withdraw(p.Context(), asked.ID)
	p.refused("taking an approval back", err, jit.Invalid)
	_, err = p.Alice.Ask(p.Context(), admin(), because("again"))
	p.refused("a request beside an approval", err, jit.Invalid)
	p.open(p.Alice, admin(), because("INC-42"))
}

// holds holds how a request was decided.
func (p *persons) holds(r jit.Request, state jit.RequestState, comment string) {
	p.Helper()
	if !p.offers.Comments {
		comment = ""
	}
	if r.State != state || r.DecidedBy != "bob@example.com" || r.Comment != comment {
		p.Errorf("decided: %+v", r)
	}
}

func (p *persons) rejection() {
	asked := p.ask()
	decided, err := p.Bob.Decide(p.Context(), asked.ID, jit.Decision{Comment: "not on a Friday"})
	if err != nil {
		p.Fatal(err)
	}
	p.holds(decided, jit.RequestRejected, "not on a Friday")
	_, err = p.Alice.Checkout(p.Context(), admin(), because("INC-42"))
	p.refused("a checkout after a rejection", err, jit.Approval)
	_, err = p.Bob.Decide(p.Context(), asked.ID, jit.Decision{Approve: true})
	p.refused("an approval after a rejection", err, jit.Invalid)
	if again := p.ask(); again.ID == asked.ID {
		p.Error("a request that was rejected is made again")
	}
}

func (p *persons) ownRequest() {
	asked := p.ask()
	_, err := p.Alice.Decide(p.Context(), asked.ID, jit.Decision{Approve: true})
	p.refused("alice approves her own", err, jit.Denied)
	own, err := p.Bob.Ask(p.Context(), admin(), because("for me"))
	if err != nil {
		p.Fatal(err)
	}
	for _, approve := range []bool{true, false} {
		_, err = p.Bob.Decide(p.Context(), own.ID, jit.Decision{Approve: approve})
		p.refused("bob decides his own", err, jit.Denied)
	}
	if seen := p.requests(p.Bob, jit.MyApprovals, 1)[0]; seen.ID != asked.ID {
		p.Errorf("bob may decide %+v", seen)
	}
	_, err = p.Bob.Checkout(p.Context(), admin(), because("for me"))
	p.refused("bob without an approval", err, jit.Approval, jit.Waiting)
}

func (p *persons) withdrawal() {
	asked := p.ask()
	_, err := p.Bob.Withdraw(p.Context(), asked.ID)
	p.refused("bob takes it back", err, jit.Denied, jit.NotFound)
	withdrawn, err := p.Alice.Withdraw(p.Context(), asked.ID)
	if err != nil || withdrawn.ID != asked.ID || withdrawn.State != jit.RequestWithdrawn {
		p.Errorf("taken back: %+v, %v", withdrawn, err)
	}
	_, err = p.Alice.Withdraw(p.Context(), asked.ID)
	p.refused("taken back twice", err, jit.Invalid)
	_, err = p.Bob.Decide(p.Context(), asked.ID, jit.Decision{Approve: true})
	p.refused("approved when it is taken back", err, jit.Invalid)
	if listed := p.requests(p.Alice, jit.MyRequests, 1)[0]; listed.State != jit.RequestWithdrawn {
		p.Errorf("listed: %+v", listed)
	}
	p.ask()
}

func (p *persons) timeout() {
	asked := p.ask()
	time.Sleep(10 * time.Minute)
	if listed := p.requests(p.Alice, jit.MyRequests, 1)[0]; listed.State != jit.RequestTimedOut {
		p.Errorf("listed: %+v", listed)
	}
	if r, err := p.Alice.Await(p.Context(), asked.ID); err != nil || r.State != jit.RequestTimedOut {
		p.Errorf("heard %+v, %v", r, err)
	}
	_, err := p.Bob.Decide(p.Context(), asked.ID, jit.Decision{Approve: true})
	p.refused("approved too late", err, jit.Invalid)
	p.ask()
}

func (p *persons) needless() {
	_, err := p.Alice.Ask(p.Context(), pods(), because("x"))
	p.refused("a request for what needs none", err, jit.Invalid)
	_, err = p.Alice.Ask(p.Context(), admin(), jit.Reason{})
	p.refused("a request without a justification", err, jit.Justification)
	p.requests(p.Alice, jit.MyRequests, 0)
	for _, id := range []string{"none", "..", "a/b"} {
		_, err := p.Bob.Decide(p.Context(), id, jit.Decision{Approve: true})
		p.refused("deciding "+id, err, jit.NotFound)
		_, err = p.Alice.Withdraw(p.Context(), id)
		p.refused("taking back "+id, err, jit.NotFound)
		_, err = p.Alice.Await(p.Context(), id)
		p.refused("waiting for "+id, err, jit.NotFound)
	}
}

func (p *persons) newest() {
	var want []string
	for range 3 {
		asked := p.ask()
		want = append([]string{asked.ID}, want...)
		time.Sleep(10*time.Minute + time.Second)
	}
	for who, requests := range map[string][]jit.Request{
		"alice": p.requests(p.Alice, jit.MyRequests, 3), "bob": p.requests(p.Bob, jit.MyApprovals, 3),
	} {
		for i, r := range requests {
			if r.ID != want[i] {
				p.Errorf("%s reads %s at %d, want %q", who, r.ID, i, want)
			}
		}
	}
}

func (p *persons) mallory() {
	asked := p.ask()
	p.requests(p.Mallory, jit.MyRequests, 0)
	p.requests(p.Mallory, jit.MyApprovals, 0)
	p.requests(p.Bob, jit.MyRequests, 0)
	for _, access := range []jit.Access{pods(), admin(), asked.Access} {
		_, err := p.Mallory.Checkout(p.Context(), access, because("please"))
		p.refused("mallory checks out", err, jit.NotFound)
		_, err = p.Mallory.Ask(p.Context(), access, because("please"))
		p.refused("mallory asks", err, jit.NotFound)
	}
	_, err := p.Mallory.Decide(p.Context(), asked.ID, jit.Decision{Approve: true})
	p.refused("mallory approves", err, jit.Denied, jit.NotFound)
	_, err = p.Mallory.Withdraw(p.Context(), asked.ID)
	p.refused("mallory takes back", err, jit.Denied, jit.NotFound)
	_, err = p.Mallory.Await(p.Context(), asked.ID)
	p.refused("mallory waits", err, jit.NotFound)
	if r := p.requests(p.Alice, jit.MyRequests, 1)[0]; r.State != jit.RequestPending {
		p.Errorf("it is %+v", r)
	}
}

func (p *persons) await() {
	asked := p.ask()
	heard := make(chan time.Time, 2)
	for _, who := range []jit.Broker{p.Alice, p.Bob} {
		go func() {
			r, err := who.Await(p.Context(), asked.ID)
			if err != nil || r.State != jit.RequestApproved || r.ID != asked.ID {
				p.Errorf("heard %+v, %v", r, err)
			}
			heard <- time.Now()
		}()
	}
	time.Sleep(4 * time.Minute)
	synctest.Wait()
	if len(heard) > 0 {
		p.Fatal("the wait ended before the decision")
	}
	decided := time.Now()
	if _, err := p.Bob.Decide(p.Context(), asked.ID, jit.Decision{Approve: true}); err != nil {
		p.Fatal(err)
	}
	for range cap(heard) {
		if took := (<-heard).Sub(decided); took > p.offers.Hears {
			p.Errorf("heard after %s, want %s at most", took, p.offers.Hears)
		}
	}
	if r, err := p.Alice.Await(p.Context(), asked.ID); err != nil || r.State != jit.RequestApproved || time.Now().After(decided.Add(p.offers.Hears)) {
		p.Errorf("heard again %+v, %v", r, err)
	}
}

func (p *persons) awaitEnds() {
	asked := p.ask()
	began := time.Now()
	ctx, cancel := context.WithTimeout(p.Context(), 90*time.Second)
	defer cancel()
	if _, err := p.Alice.Await(ctx, asked.ID); !errors.Is(err, context.DeadlineExceeded) {
		p.Errorf("the wait ended with %v", err)
	}
	if took := time.Since(began); took != 90*time.Second {
		p.Errorf("it took %s", took)
	}
	ctx, cancel = context.WithCancel(p.Context())
	time.AfterFunc(10*time.Second, cancel)
	if _, err := p.Alice.Await(ctx, asked.ID); !errors.Is(err, context.Canceled) {
		p.Errorf("the wait ended with %v", err)
	}
	if r := p.requests(p.Alice, jit.MyRequests, 1)[0]; r.State != jit.RequestPending {
		p.Errorf("it is %+v", r)
	}
}
