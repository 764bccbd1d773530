package broker_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
	"github.com/kubectl-jit/kubectl-jit/pkg/broker/catalog"
	"github.com/kubectl-jit/kubectl-jit/pkg/broker/store"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// story is the catalog of most tests. Lines that a test replaces are unique.
const story = `apiVersion: jit.kubectl-jit.dev/v1alpha1
kind: Catalog
users:
  - {name: alice@example.com, id: u-alice}
  - {name: bob@example.com, id: u-bob}
  - {name: carol@example.com, id: u-carol}
  - {name: mallory@example.com, id: u-mallory}
tags:
  - name: sre
    users: [bob@example.com, carol@example.com]
applications:
  - name: Sigma
    type: AWS
    environments:
      - name: Labs
        aws: {account: "196226166352", samlProvider: jit-broker}
    profiles:
      - name: Pods
        environments: [Labs]
        role: EKS-Pod-Manager
        duration: 1h
        extension: {by: 30m, limit: 2}
        policies:
          - {name: owners, members: {users: [alice@example.com, bob@example.com]}}
      - name: Reader
        environments: [Labs]
        role: BritiveEKSReader
        duration: 8h
        maxSession: 4h
        policies:
          - {name: readers, members: {users: [alice@example.com]}, justification: required}
      - name: Admin
        environments: [Labs]
        role: EKS-Cluster-Admin
        duration: 1h
        extension: {by: 2h, limit: 1}
        policies:
          - name: with approval
            members: {users: [alice@example.com, bob@example.com]}
            justification: required
            approval:
              approvers: {tags: [sre]}
              timeToApprove: 10m
              validFor: 2h
`

// world is an engine with a clock, a ledger and an STS that tests can bend.
type world struct {
	*testing.T
	*broker.Engine
	faults *faultyStore
	sts    *fakeSTS
	path   string // of the ledger

	mu  sync.Mutex
	now time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, path: filepath.Join(t.TempDir(), "ledger.db"), now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)}
	w.sts = &fakeSTS{now: w.clock}
	w.restart()
	return w
}

// restart is a broker that was killed and started again.
func (w *world) restart() {
	w.Helper()
	ledger, err := store.OpenSQLite(w.Context(), w.path)
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = ledger.Close() })
	w.faults = &faultyStore{Store: ledger}
	w.Engine = broker.New(broker.Parts{Catalog: w.declare(story), Store: w.faults, AWS: w.sts, Now: w.clock})
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// pass moves the clock.
func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) declare(text string) *catalog.Catalog {
	w.Helper()
	path := filepath.Join(w.TempDir(), "catalog.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		w.Fatal(err)
	}
	c, err := catalog.Load(path)
	if err != nil {
		w.Fatal(err)
	}
	return c
}

// change puts the story with one change into force.
func (w *world) change(old, replacement string) {
	w.Helper()
	text := strings.Replace(story, old, replacement, 1)
	if text == story {
		w.Fatalf("nothing to change: %q", old)
	}
	w.SetCatalog(w.declare(text))
}

func person(name string) jit.Person { return jit.Person{ID: "u-" + name, Name: name + "@example.com"} }

// as is the broker as somebody sees it.
func (w *world) as(name string) jit.Broker { return w.For(person(name)) }

// ctx is a call that comes from an address.
func (w *world) ctx() context.Context {
	return broker.From(w.Context(), netip.MustParseAddr("192.0.2.7"))
}

func access(profile string) jit.Access {
	return jit.Access{Application: "Sigma", Environment: "Labs", Profile: profile}
}

func because(text string) jit.Reason { return jit.Reason{Justification: text} }

// checkout opens a window that must open.
func (w *world) checkout(name, profile string, why jit.Reason) jit.Grant {
	w.Helper()
	g, err := w.as(name).Checkout(w.ctx(), access(profile), why)
	if err != nil {
		w.Fatal(err)
	}
	return g
}

// ask makes a request for the Admin profile that must be taken.
func (w *world) ask(name string) jit.Request {
	w.Helper()
	r, err := w.as(name).Ask(w.ctx(), access("Admin"), because("it is broken"))
	if err != nil {
		w.Fatal(err)
	}
	return r
}

// decide makes a decision that must count.
func (w *world) decide(name, id string, approve bool) jit.Request {
	w.Helper()
	r, err := w.as(name).Decide(w.ctx(), id, jit.Decision{Approve: approve, Comment: "seen"})
	if err != nil {
		w.Fatal(err)
	}
	return r
}

// refused holds that an error has a code and says something.
func (w *world) refused(err error, code jit.Code, says string) {
	w.Helper()
	if jit.CodeOf(err) != code {
		w.Errorf("%v (%s), want %s", err, jit.CodeOf(err), code)
	} else if !strings.Contains(err.Error(), says) {
		w.Errorf("%v does not say %q", err, says)
	}
}

// events lists the audit trail as "who act outcome".
func (w *world) events() (lines []string) {
	w.Helper()
	for _, e := range w.trail() {
		lines = append(lines, fmt.Sprintf("%s %s %s", e.Actor.Name, e.Act, e.Outcome))
	}
	return lines
}

func (w *world) trail() (events []broker.Event) {
	w.Helper()
	err := w.faults.View(w.Context(), func(tx broker.Tx) (err error) {
		events, err = tx.Events(0, 10_000)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return events
}

// row reads a checkout as the ledger has it.
func (w *world) row(id string) (c broker.Checkout) {
	w.Helper()
	err := w.faults.View(w.Context(), func(tx broker.Tx) (err error) {
		c, err = tx.Checkout(id)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return c
}

// fakeSTS answers as STS would, without looking at anything.
type fakeSTS struct {
	now   func() time.Time
	mu    sync.Mutex
	calls []broker.AWSSession
	err   error  // answered instead of credentials
	while func() // run while STS thinks
}

func (s *fakeSTS) Mint(ctx context.Context, session broker.AWSSession) (jit.Credential, error) {
	s.mu.Lock()
	s.calls = append(s.calls, session)
	n, err, while := len(s.calls), s.err, s.while
	s.mu.Unlock()
	if while != nil {
		while()
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return jit.Credential{}, err
	}
	end := s.now().Add(session.Duration)
	if session.End.Before(end) {
		end = session.End
	}
	return jit.Credential{
		AccessKeyID: fmt.Sprintf("ASIA%d", n), SecretAccessKey: jit.NewSecret("canary-secret"),
		SessionToken: jit.NewSecret("canary-session"), Expires: end,
	}, nil
}

// faultyStore fails its n-th transaction from now: before it, as when the
// database is gone, or after it, as when the answer of a commit is lost.
type faultyStore struct {
	broker.Store
	mu     sync.Mutex
	before int
	after  int
}

var errCrash = errors.New("crash")

func (s *faultyStore) Update(ctx context.Context, fn func(broker.Tx) error) error {
	s.mu.Lock()
	s.before--
	s.after--
	before, after := s.before == 0, s.after == 0
	s.mu.Unlock()
	if before {
		return errCrash
	}
	if err := s.Store.Update(ctx, fn); err != nil {
		return err
	}
	if after {
		return errCrash
	}
	return nil
}
