package jit

import (
	"context"
	"time"
)

// Broker is a broker as one signed-in person sees it: a Britive tenant or a
// jit-broker over HTTP (plugins/britive), or the broker's own engine in the same
// process (broker.Engine.For). test/conformance holds every implementation to
// the same promises.
//
// Every method may fail with an [*Error] of code sign_in (nobody is signed in,
// or no longer), unavailable (not reached, or out of order) or internal.
type Broker interface {
	// Whoami says who is signed in.
	Whoami(ctx context.Context) (Person, error)

	// Profiles lists what the person may ask for, sorted by path.
	Profiles(ctx context.Context) ([]Profile, error)

	// Grants lists the person's checkouts that are submitted or active.
	Grants(ctx context.Context) ([]Grant, error)

	// Checkout opens a window on the access, or returns the one that is open
	// already. Codes: not_found (no such access for this person), approval
	// (somebody must approve first), justification (a justification is missing
	// or not in the form the policy asks), ticket and step_up ([Forms] says more),
	// denied (a policy says no), invalid.
	Checkout(ctx context.Context, access Access, why Reason) (Grant, error)

	// CheckoutCredential returns the checkout that stands on the access or, where
	// open says so, a new one, together with credentials under it: in one exchange
	// where the broker can. A grant without an ID says that none stands and none was
	// to be opened; one with an ID beside an error, that the checkout stands and only
	// its credentials failed. Codes: those of Checkout and Credential.
	CheckoutCredential(ctx context.Context, access Access, why Reason, open bool) (Grant, Credential, error)

	// Extend moves the end of an active checkout where its profile allows it.
	// Codes: not_found, denied.
	Extend(ctx context.Context, grantID string) (Grant, error)

	// Credential gives AWS keys, or a cluster's token, that end with the checkout, or as soon
	// after it as AWS can (its shortest session is 900 s). Codes: not_found,
	// denied (the window is closed; or AWS refused, with AWS's code in the
	// message).
	Credential(ctx context.Context, grantID string) (Credential, error)

	// Checkin ends a checkout: no credential is issued under it any more. The
	// answer says in CredentialsUntil how long the ones that are out still work. One
	// that has ended already is no error: its Why says how. Codes: not_found.
	Checkin(ctx context.Context, grantID string) (Grant, error)

	// Ask makes a request for approval. Codes: not_found, justification, ticket,
	// waiting (one is pending already), invalid (nothing to approve here: check
	// out).
	Ask(ctx context.Context, access Access, why Reason) (Request, error)

	// Requests lists requests, newest first.
	Requests(ctx context.Context, scope RequestScope) ([]Request, error)

	// Await returns the request once it is no longer pending, or ctx's error and,
	// where it is known, the request as it stands. A decision is seen within a
	// second where the broker can tell, within a few where it can only be asked.
	Await(ctx context.Context, requestID string) (Request, error)

	// Decide approves or rejects a pending request. Codes: not_found, denied
	// (not an approver of it, or one's own), invalid (decided already; the
	// message says how).
	Decide(ctx context.Context, requestID string, decision Decision) (Request, error)

	// Withdraw takes back one's own pending request. Codes: not_found, denied,
	// invalid (decided already).
	Withdraw(ctx context.Context, requestID string) (Request, error)
}

// Clock is a [Broker] that knows how far its clock is ahead of this machine's;
// negative when it is behind, zero when they agree or nothing is known yet.
type Clock interface {
	Skew() time.Duration
}

// Teller is a [Broker] that may tell of a decision by itself: where Tells, Await is one
// call that is answered when there is something to say, and asks for nothing
// meanwhile.
type Teller interface {
	Tells(ctx context.Context) bool
}

// Forms is a [Broker] whose policies may ask for more than a justification, as a
// Britive tenant's do.
type Forms interface {
	// StepUp gives a one-time code of the person's authenticator, which the
	// checkouts of the next moments count. Codes: step_up (the code is wrong),
	// invalid (the broker takes no codes).
	StepUp(ctx context.Context, code Secret) error

	// TicketTypes lists what kinds of ticket the policy of an access takes. It is
	// empty where the broker does not say. Codes: not_found.
	TicketTypes(ctx context.Context, access Access) ([]string, error)

	// Listed is an access in the broker's own spelling, with its ids: names may be
	// typed in more than one way. Codes: not_found, invalid (several fit).
	Listed(ctx context.Context, access Access) (Access, error)
}

// Consoles is a [Broker] that can be asked for web consoles. A console has a
// checkout of its own, of which the methods of Broker know nothing but Checkin and
// Extend.
type Consoles interface {
	// CheckoutConsole is [Broker.Checkout] for the console of an access. Code
	// invalid also says that this access, or this broker, has none.
	CheckoutConsole(ctx context.Context, access Access, why Reason) (Grant, error)

	// ConsoleURL gives an address that signs whoever opens it in to the console:
	// https, printable ASCII, and as secret as a key. Codes: not_found, denied
	// (the window is closed).
	ConsoleURL(ctx context.Context, grantID string) (Secret, error)

	// CheckinConsole is [Broker.Checkin] for the console of an access, and leaves its
	// credentials alone. Where none is open, the grant has no ID and its Why says
	// so. Codes: not_found (no such access).
	CheckinConsole(ctx context.Context, access Access) (Grant, error)
}

// TokenIssuer turns a credential into the bearer token of one cluster. It calls
// nobody: signing is local (plugins/eks).
type TokenIssuer interface {
	// Token signs a token for the cluster, dated by now and of no use after end,
	// the end of the checkout, as far as that can be arranged. Codes: invalid (cluster
	// or region missing, token too long for the cluster to take), denied (too
	// little time is left to be worth an answer).
	Token(ctx context.Context, cluster Cluster, credential Credential, now, end time.Time) (Token, error)
}

// RoleAssumer gives keys of a further role (plugins/eks). It asks AWS.
type RoleAssumer interface {
	// Assume gives keys of the role, with which somebody acts who holds the given
	// ones. They last as long as asked for, which AWS allows from 15 minutes to an
	// hour where keys are a role's already. Codes: invalid (the role is ill-formed),
	// denied (AWS refuses; its code is in the message), unavailable.
	Assume(ctx context.Context, role Role, with Credential, now time.Time, lasts time.Duration) (Credential, error)
}

// Cluster names an EKS cluster.
type Cluster struct {
	Name   string
	Region string // e.g. "eu-central-1"; it also tells the AWS partition
}

// Credential is a set of temporary AWS keys or, of an application of type
// [Kubernetes], a token of its cluster.
type Credential struct {
	AccessKeyID     string
	SecretAccessKey Secret
	SessionToken    Secret
	Bearer          Secret    // the token of a cluster; then there are no keys
	Issued          time.Time // not before this; zero when the broker does not say
	Expires         time.Time
}

// Token is a bearer token for a cluster.
type Token struct {
	Value   Secret
	Expires time.Time // when a client must ask again; the token itself may live up to a minute longer
}
