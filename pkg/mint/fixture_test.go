package mint_test

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/cache"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/mint"
)

var podManager = jit.Access{
	Application: "Manual - Sigma Labs", Environment: "196226166352 (Sigma Labs)", Profile: "EKS Pod Manager",
}

// broker is a broker with one access and a policy that a test sets.
type broker struct {
	forms
	now func() time.Time

	mu            sync.Mutex
	open          *jit.Grant // the checkout that stands
	lasts         time.Duration
	keysLast      time.Duration
	justification bool // the policy wants one
	approval      bool // the policy wants one
	approved      bool // and a request is approved that can be used
	requests      []jit.Request
	decided       chan jit.Request
	fail          map[string]error         // by method
	slow          map[string]time.Duration // by method
	calls         map[string]int
	skew          time.Duration
	extends       time.Duration // what an extension adds; zero refuses it
	reasons       []jit.Reason
}

// enter counts a call and does what the test told the method to do.
func (b *broker) enter(ctx context.Context, method string) error {
	b.mu.Lock()
	b.calls[method]++
	err, slow := b.fail[method], b.slow[method]
	b.mu.Unlock()
	if slow > 0 {
		select {
		case <-time.After(slow):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return err
}

func (b *broker) count(method string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.calls[method]
}

func (b *broker) Whoami(context.Context) (jit.Person, error) { return jit.Person{}, nil }

func (b *broker) Profiles(context.Context) ([]jit.Profile, error) { return nil, nil }

func (b *broker) Grants(ctx context.Context) ([]jit.Grant, error) {
	if err := b.enter(ctx, "grants"); err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	other := jit.Grant{ID: "other", Access: jit.Access{Application: "a", Environment: "e", Profile: "p"}, State: jit.GrantActive}
	if b.open == nil || !b.open.NotAfter.After(b.now()) {
		return []jit.Grant{other}, nil
	}
	return []jit.Grant{other, *b.open}, nil
}

func (b *broker) Checkout(ctx context.Context, access jit.Access, why jit.Reason) (jit.Grant, error) {
	if err := b.enter(ctx, "checkout"); err != nil {
		return jit.Grant{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reasons = append(b.reasons, why)
	if err := b.lacks(why); err != nil {
		return jit.Grant{}, err
	}
	switch {
	case b.open != nil && b.open.NotAfter.After(b.now()):
		return *b.open, nil
	case b.approval && !b.approved:
		return jit.Grant{}, jit.Errorf(jit.Approval, "check out "+access.Profile, "approval required")
	case b.justification && unfit(why):
		return jit.Grant{}, jit.Errorf(jit.Justification, "check out "+access.Profile, "justification required")
	}
	b.stand(fmt.Sprintf("grant-%d", b.calls["checkout"]))
	return *b.open, nil
}

func (b *broker) CheckoutCredential(ctx context.Context, access jit.Access, why jit.Reason, open bool) (jit.Grant, jit.Credential, error) {
	if err := b.enter(ctx, "checkout credential"); err != nil {
		return jit.Grant{}, jit.Credential{}, err
	}
	b.mu.Lock()
	stands := b.open != nil && b.open.NotAfter.After(b.now())
	b.mu.Unlock()
	if !stands && !open {
		return jit.Grant{}, jit.Credential{}, nil
	}
	grant, err := b.stands(), error(nil)
	if !stands {
		grant, err = b.Checkout(ctx, access, why)
	}
	if err != nil {
		return jit.Grant{}, jit.Credential{}, err
	}
	credential, err := b.Credential(ctx, grant.ID)
	return grant, credential, err
}

func (b *broker) stands() jit.Grant {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open == nil {
		return jit.Grant{}
	}
	return *b.open
}

// Skew implements [jit.Clock].
func (b *broker) Skew() time.Duration { return b.skew }

// stand opens a checkout; the caller holds the mutex or is alone.
func (b *broker) stand(id string) {
	b.open = &jit.Grant{ID: id, Access: podManager, State: jit.GrantActive, NotBefore: b.now(), NotAfter: b.now().Add(b.lasts)}
}

func (b *broker) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open = nil
}

func (b *broker) Extend(ctx context.Context, _ string) (jit.Grant, error) {
	if err := b.enter(ctx, "extend"); err != nil {
		return jit.Grant{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.extends == 0 {
		return jit.Grant{}, jit.Errorf(jit.Denied, "", "the profile allows no extension")
	}
	b.open.NotAfter = b.open.NotAfter.Add(b.extends)
	return *b.open, nil
}

func (b *broker) Credential(ctx context.Context, id string) (jit.Credential, error) {
	if err := b.enter(ctx, "credential"); err != nil {
		return jit.Credential{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open == nil || b.open.ID != id {
		return jit.Credential{}, jit.Errorf(jit.Denied, "", "the window is closed")
	}
	return jit.Credential{
		AccessKeyID:     fmt.Sprintf("ASIA%d", b.calls["credential"]),
		SecretAccessKey: jit.NewSecret("canary-secret-key"),
		SessionToken:    jit.NewSecret("canary-session-token"),
		Expires:         b.now().Add(b.keysLast),
	}, nil
}

func (b *broker) Checkin(ctx context.Context, id string) (jit.Grant, error) {
	if err := b.enter(ctx, "checkin"); err != nil {
		return jit.Grant{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	ended := *b.open
	ended.State, ended.Why, b.open = jit.GrantEnded, "checked in", nil
	return ended, nil
}

func (b *broker) Ask(ctx context.Context, access jit.Access, why jit.Reason) (jit.Request, error) {
	if err := b.enter(ctx, "ask"); err != nil {
		return jit.Request{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.justification && unfit(why) {
		return jit.Request{}, jit.Errorf(jit.Justification, "request "+access.Profile, "justification required")
	}
	r := jit.Request{ID: "req-1", Access: access, Justification: why.Justification, State: jit.RequestPending, Approvers: []string{"bob@example.com", "tag:sre"}}
	b.requests = append([]jit.Request{r}, b.requests...)
	return r, nil
}

func (b *broker) Requests(ctx context.Context, scope jit.RequestScope) ([]jit.Request, error) {
	if err := b.enter(ctx, "requests"); err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if scope != jit.MyRequests {
		return nil, nil
	}
	return b.requests, nil
}

func (b *broker) Await(ctx context.Context, id string) (jit.Request, error) {
	if err := b.enter(ctx, "await"); err != nil {
		return jit.Request{}, err
	}
	select {
	case r := <-b.decided:
		b.mu.Lock()
		b.approved = r.State == jit.RequestApproved
		b.mu.Unlock()
		r.ID = id
		return r, nil
	case <-ctx.Done():
		return jit.Request{}, ctx.Err()
	}
}

func (b *broker) Decide(context.Context, string, jit.Decision) (jit.Request, error) {
	return jit.Request{}, nil
}

func (b *broker) Withdraw(ctx context.Context, _ string) (jit.Request, error) {
	return jit.Request{}, b.enter(ctx, "withdraw")
}

// signer is a TokenIssuer: each token has its number.
type signer struct {
	mu  sync.Mutex
	n   int
	end time.Time // of the checkout, as it was told
}

func (s *signer) Token(_ context.Context, cluster jit.Cluster, credential jit.Credential, now, end time.Time) (jit.Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	s.end = end
	expires := now.Add(14 * time.Minute)
	for _, t := range []time.Time{credential.Expires, end} {
		if t.Before(expires) {
			expires = t
		}
	}
	if expires.Sub(now) < 10*time.Second {
		return jit.Token{}, jit.Errorf(jit.Denied, "sign", "too little time is left")
	}
	return jit.Token{Value: jit.NewSecret(fmt.Sprintf("%s.%s.%d", cluster.Name, credential.AccessKeyID, s.n)), Expires: expires}, nil
}

// person is who sits at the terminal.
type person struct {
	mu       sync.Mutex
	present  bool
	answer   string
	asked    []string
	notes    []string
	progress []string
}

func (p *person) Present() bool { return p.present }

func (p *person) Ask(ctx context.Context, prompt string) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, prompt)
	return p.answer, ctx.Err()
}

func (p *person) Progress(text string) func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.progress = append(p.progress, text)
	return func() {}
}

func (p *person) Note(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.notes = append(p.notes, text)
}

// rig is a pipeline on a machine of its own.
type rig struct {
	*mint.Mint
	broker *broker
	signer *signer
	person *person
	ask    mint.Ask
	dir    string // all that it keeps
}

// inRig runs a test in a bubble, whose time is nobody's. The clock of the rig
// starts at the real time, because files bear real times.
func inRig(t *testing.T, test func(t *testing.T, r *rig)) {
	t.Helper()
	dir, started := t.TempDir(), time.Now()
	synctest.Test(t, func(t *testing.T) {
		inside := time.Now()
		test(t, newRig(dir, func() time.Time { return started.Add(time.Since(inside)) }))
	})
}

func newRig(dir string, now func() time.Time) *rig {
	r := &rig{
		broker: &broker{
			now: now, lasts: time.Hour, keysLast: time.Hour, calls: map[string]int{},
			fail: map[string]error{}, slow: map[string]time.Duration{}, decided: make(chan jit.Request, 1),
		},
		signer: &signer{},
		person: &person{},
		dir:    dir,
		ask: mint.Ask{
			Tenant: "https://127.0.0.1:1", Access: podManager, Name: "eks-pod-manager",
			Cluster: jit.Cluster{Name: "sandbox", Region: "eu-central-1"}, Held: "sandbox-token", Open: mint.OnDemand,
		},
	}
	r.Mint = &mint.Mint{
		Broker: r.broker, Issuer: r.signer, Identity: "alice", Person: r.person, Now: now,
		HeldKeys: cache.File(filepath.Join(dir, "sessions")), Marks: cache.File(filepath.Join(dir, "marks")),
		Locks: cache.Locks{Dir: filepath.Join(dir, "locks")}, CacheDir: filepath.Join(dir, "cache"),
	}
	return r
}

// token gets a token that must be there.
func (r *rig) token(t *testing.T) string {
	t.Helper()
	token, err := r.Token(t.Context(), r.ask)
	if err != nil {
		t.Fatal(err)
	}
	return token.Value.Reveal()
}

// refused is a call for a token that must fail, with the code, and saying what.
func (r *rig) refused(t *testing.T, code jit.Code, says string) {
	t.Helper()
	token, err := r.Token(t.Context(), r.ask)
	if err == nil {
		t.Fatalf("got %s, want an error of code %s", token.Value.Reveal(), code)
	}
	expect(t, err, code, says)
}

// expect holds an error to its code, its text, and naming a next command.
func expect(t *testing.T, err error, code jit.Code, says string) {
	t.Helper()
	if jit.CodeOf(err) != code {
		t.Errorf("error %v has code %q, want %q", err, jit.CodeOf(err), code)
	}
	if err == nil || !strings.Contains(err.Error()+"\nnext: "+jit.NextOf(err), says) {
		t.Errorf("error %v (next: %s) does not say %q", err, jit.NextOf(err), says)
	}
}

// nothingHeld holds that no token and no key lies on the machine.
func (r *rig) nothingHeld(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(r.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if strings.Contains(string(data), "canary") || strings.Contains(string(data), "sandbox.ASIA") {
			t.Errorf("%s holds a secret", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// called holds the broker to the calls it got: "grants=1 checkout=1".
func (r *rig) called(t *testing.T, want map[string]int) {
	t.Helper()
	r.broker.mu.Lock()
	defer r.broker.mu.Unlock()
	if !maps.Equal(r.broker.calls, want) {
		t.Errorf("the broker was called %v, want %v", r.broker.calls, want)
	}
	clear(r.broker.calls)
}
