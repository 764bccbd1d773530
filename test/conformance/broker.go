package conformance

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Parties are persons at one broker that offers what [Catalog] declares.
type Parties struct {
	Alice   jit.Broker // a member of everything
	Bob     jit.Broker // a member of the guarded access, and who approves it
	Mallory jit.Broker // known, and in no policy
	Nobody  jit.Broker // not signed in
}

// Offers is what a broker says beyond what [jit.Broker] promises. The suite holds
// it either way: what is not offered must not come, so that no row of a table
// goes stale.
type Offers struct {
	Hears     time.Duration // within this, who waits for a decision hears of it
	Approvers bool          // who may decide a request
	Comments  bool          // what the decider said
	Issued    bool          // since when credentials are good
	KeysEnd   bool          // at a check-in, until when the keys that are out still work
}

// Catalog declares what the suite of [Broker] wants to find.
const Catalog = `apiVersion: jit.kubectl-jit.dev/v1alpha1
kind: Catalog
users:
  - name: alice@example.com
  - name: bob@example.com
  - name: carol@example.com
  - name: mallory@example.com
tags:
  - name: sre
    users: [carol@example.com]
applications:
  - name: Manual - Sigma Labs
    type: AWS
    environments:
      - name: 196226166352 (Sigma Labs)
        aws: {account: "196226166352", samlProvider: jit-broker}
    profiles:
      - name: EKS Pod Manager
        description: All verbs on pods
        environments: ["196226166352 (Sigma Labs)"]
        role: EKS-Pod-Manager
        duration: 1h
        extension: {by: 30m, limit: 1}
        policies:
          - {name: owners, members: {users: [alice@example.com]}}
      - name: EKS Reader
        environments: ["196226166352 (Sigma Labs)"]
        role: BritiveEKSReader
        duration: 1h
        policies:
          - {name: readers, members: {users: [alice@example.com]}, justification: required}
      - name: EKS Cluster Admin
        environments: ["196226166352 (Sigma Labs)"]
        role: EKS-Cluster-Admin
        duration: 1h
        policies:
          - name: with approval
            members: {users: [alice@example.com, bob@example.com]}
            justification: required
            approval:
              approvers: {users: [bob@example.com], tags: [sre]}
              timeToApprove: 10m
              validFor: 2h
`

// Broker holds a broker to the promises of [jit.Broker], and to what it offers
// beyond them. open opens one of its own for each part, in which nothing has happened yet. It is called in a bubble
// of testing/synctest, whose clock the broker must use: what it starts must end
// with the test, and nothing in it may go through the network.
func Broker(t *testing.T, offers Offers, open func(t *testing.T) Parties) {
	parts := []struct {
		name string
		test func(*persons)
	}{
		{"who is signed in", (*persons).whoami},
		{"nobody is let in without a sign-in", (*persons).nobody},
		{"profiles are those of the person, sorted", (*persons).profiles},
		{"a checkout is opened once", (*persons).checkout},
		{"many checkouts at once open one", (*persons).together},
		{"what is not there cannot be checked out", (*persons).unknown},
		{"a justification is given where it is required", (*persons).justification},
		{"credentials end with the checkout", (*persons).credential},
		{"a checkout and its credentials are given at once", (*persons).session},
		{"after a check-in nothing is issued", (*persons).checkin},
		{"after its end nothing is issued", (*persons).expiry},
		{"a checkout is extended as its profile allows", (*persons).extend},
		{"a checkout is its person's", (*persons).foreign},
		{"an approval by a second person", (*persons).approval},
		{"a rejection", (*persons).rejection},
		{"nobody approves their own request", (*persons).ownRequest},
		{"a request can be taken back", (*persons).withdrawal},
		{"a request times out", (*persons).timeout},
		{"what needs no request gets none", (*persons).needless},
		{"requests are listed newest first", (*persons).newest},
		{"mallory sees nothing", (*persons).mallory},
		{"a decision is heard of", (*persons).await},
		{"a wait ends with its context", (*persons).awaitEnds},
	}
	for _, part := range parts {
		t.Run(part.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { part.test(&persons{T: t, Parties: open(t), offers: offers}) })
		})
	}
}

// persons are the parties of one test.
type persons struct {
	*testing.T
	Parties
	offers Offers
}

func named(profile string) jit.Access {
	return jit.Access{Application: "Manual - Sigma Labs", Environment: "196226166352 (Sigma Labs)", Profile: profile}
}

// The accesses of the catalog.
func pods() jit.Access   { return named("EKS Pod Manager") }
func reader() jit.Access { return named("EKS Reader") }
func admin() jit.Access  { return named("EKS Cluster Admin") }

func because(text string) jit.Reason { return jit.Reason{Justification: text} }

// refused holds that an error is a [*jit.Error] with one of the codes, and says
// why.
func (p *persons) refused(what string, err error, codes ...jit.Code) {
	p.Helper()
	e, ok := errors.AsType[*jit.Error](err)
	switch {
	case !ok:
		p.Errorf("%s: %v is no error of package jit, want %v", what, err, codes)
	case !slices.Contains(codes, e.Code):
		p.Errorf("%s: %v (%s), want %v", what, err, e.Code, codes)
	case e.Err == nil || strings.TrimSpace(e.Err.Error()) == "":
		p.Errorf("%s: %v does not say why", what, err)
	}
}

// open checks an access out that must open.
func (p *persons) open(who jit.Broker, access jit.Access, why jit.Reason) jit.Grant {
	p.Helper()
	grant, err := who.Checkout(p.Context(), access, why)
	if err != nil {
		p.Fatal(err)
	}
	if grant.State != jit.GrantActive || grant.ID == "" {
		p.Fatalf("checked out: %+v", grant)
	}
	return grant
}

// ask makes alice's request for the guarded access.
func (p *persons) ask() jit.Request {
	p.Helper()
	request, err := p.Alice.Ask(p.Context(), admin(), because("INC-42"))
	if err != nil {
		p.Fatal(err)
	}
	return request
}

// grants lists what stands, which must be as many as wanted.
func (p *persons) grants(who jit.Broker, want int) []jit.Grant {
	p.Helper()
	grants, err := who.Grants(p.Context())
	if err != nil || len(grants) != want {
		p.Fatalf("%d checkouts stand (%v), want %d: %+v", len(grants), err, want, grants)
	}
	return grants
}

// requests lists requests, which must be as many as wanted.
func (p *persons) requests(who jit.Broker, scope jit.RequestScope, want int) []jit.Request {
	p.Helper()
	requests, err := who.Requests(p.Context(), scope)
	if err != nil || len(requests) != want {
		p.Fatalf("%d requests in %s (%v), want %d: %+v", len(requests), scope, err, want, requests)
	}
	return requests
}

func (p *persons) whoami() {
	for name, who := range map[string]jit.Broker{"alice@example.com": p.Alice, "bob@example.com": p.Bob, "mallory@example.com": p.Mallory} {
		person, err := who.Whoami(p.Context())
		if err != nil || person.Name != name || person.ID == "" {
			p.Errorf("%s is %+v, %v", name, person, err)
		}
	}
}

func (p *persons) nobody() {
	ctx := p.Context()
	grant := p.open(p.Alice, pods(), jit.Reason{})
	request := p.ask()
	calls := map[string]func() error{
		"whoami":     func() error { _, err := p.Nobody.Whoami(ctx); return err },
		"profiles":   func() error { _, err := p.Nobody.Profiles(ctx); return err },
		"grants":     func() error { _, err := p.Nobody.Grants(ctx); return err },
		"checkout":   func() error { _, err := p.Nobody.Checkout(ctx, grant.Access, jit.Reason{}); return err },
		"extend":     func() error { _, err := p.Nobody.Extend(ctx, grant.ID); return err },
		"credential": func() error { _, err := p.Nobody.Credential(ctx, grant.ID); return err },
		"checkin":    func() error { _, err := p.Nobody.Checkin(ctx, grant.ID); return err },
		"ask":        func() error { _, err := p.Nobody.Ask(ctx, request.Access, because("x")); return err },
		"requests":   func() error { _, err := p.Nobody.Requests(ctx, jit.MyApprovals); return err },
		"await":      func() error { _, err := p.Nobody.Await(ctx, request.ID); return err },
		"decide":     func() error { _, err := p.Nobody.Decide(ctx, request.ID, jit.Decision{}); return err },
		"withdraw":   func() error { _, err := p.Nobody.Withdraw(ctx, request.ID); return err },
	}
	for name, call := range calls {
		p.refused(name, call(), jit.SignIn)
	}
	p.grants(p.Alice, 1)
	p.requests(p.Alice, jit.MyRequests, 1)
}

func (p *persons) profiles() {
	profiles, err := p.Alice.Profiles(p.Context())
	if err != nil {
		p.Fatal(err)
	}
	var paths []string
	for _, profile := range profiles {
		paths = append(paths, profile.Path())
		if profile.ApplicationID == "" || profile.EnvironmentID == "" || profile.ProfileID == "" || profile.Type != "AWS" {
			p.Errorf("%+v lacks ids or type", profile)
		}
		if wrong := profile.Profile == "EKS Pod Manager" && profile.Description != "All verbs on pods"; wrong {
			p.Errorf("the description is %q", profile.Description)
		}
	}
	if want := []string{admin().Path(), pods().Path(), reader().Path()}; !slices.Equal(paths, want) {
		p.Errorf("alice may have %q, want %q", paths, want)
	}
	if profiles, err := p.Mallory.Profiles(p.Context()); err != nil || len(profiles) != 0 {
		p.Errorf("mallory may have %+v, %v", profiles, err)
	}
}
