package broker

import (
	"context"
	"errors"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Store is the ledger: what happened. Every implementation passes the suite in
// test/conformance.
type Store interface {
	// Update runs fn in one transaction. What fn wrote is kept, all of it, when
	// fn returns nil, and none of it otherwise. Transactions behave as if they
	// ran one after the other. A store may run fn again from the start when the
	// database asks for it, so fn must not act on anything but tx.
	Update(ctx context.Context, fn func(tx Tx) error) error

	// View runs fn on one consistent state. Nothing fn writes is kept.
	View(ctx context.Context, fn func(tx Tx) error) error
}

// The ways in which a Tx says no. Every other error is a fault of the store.
var (
	ErrMissing = errors.New("no such row")
	ErrTaken   = errors.New("such a row stands already")
)

// Tx is a transaction on the ledger. A method that moves a row from one state to
// another does so by one statement that names the state it comes from, and
// returns false when the row was no longer in it. Times are kept to the
// millisecond.
type Tx interface {
	CheckoutTable
	RequestTable
	TokenTable

	// Record appends to the audit trail, in which nothing is ever changed.
	Record(event Event) error

	// Events lists at most limit events with a number above after, oldest first.
	Events(after int64, limit int) ([]Event, error)

	// Clock notes the time and returns the latest one that was ever noted.
	// Within View it notes nothing.
	Clock(now time.Time) (latest time.Time, err error)
}

// CheckoutTable holds checkouts and what was minted under them.
type CheckoutTable interface {
	// AddCheckout fails with ErrTaken while the person has an open checkout of
	// that access, or the approval backs another open checkout.
	AddCheckout(c Checkout) error

	// Checkout fails with ErrMissing.
	Checkout(id string) (Checkout, error)

	// Checkouts lists those whose row is active, lapsed ones included, oldest
	// first. A person ID that is not empty keeps only theirs.
	Checkouts(personID string) ([]Checkout, error)

	// EndCheckout moves an active checkout to ended.
	EndCheckout(id, why string, at time.Time) (bool, error)

	// ExtendCheckout moves the end of a checkout that is active and not past its
	// end at now, and counts the extension.
	ExtendCheckout(id string, until, now time.Time) (bool, error)

	// AddMint notes the intent to mint. It stands in state MintIntended.
	AddMint(m Mint) error

	// Mints counts the mints of a checkout.
	Mints(checkoutID string) (int, error)

	// IssueMint notes what was issued, and on its checkout until when it works,
	// if the mint is still intended, and the checkout active and not past its end
	// at now.
	IssueMint(id, accessKeyID string, until, now time.Time) (bool, error)

	// CloseMint moves an intended mint to a state other than issued. For
	// MintUnknown it notes on the checkout until when something could work.
	CloseMint(id string, to MintState) (bool, error)

	// OverdueMints lists the intended mints whose lease ended before now.
	OverdueMints(now time.Time) ([]Mint, error)
}

// RequestTable holds requests for approval and the votes on them.
type RequestTable interface {
	// AddRequest fails with ErrTaken while the person has a pending request for
	// that access.
	AddRequest(r Request) error

	// Request fails with ErrMissing.
	Request(id string) (Request, error)

	// Requests lists what the query keeps, newest first.
	Requests(q RequestQuery) ([]Request, error)

	// DecideRequest moves a request that is pending, and not past its time at
	// d.At, to an end.
	DecideRequest(id string, d Outcome) (bool, error)

	// LapseRequest moves a request that is pending, and past its time at now, to
	// timeout.
	LapseRequest(id string, now time.Time) (bool, error)

	// AddVote fails with ErrTaken when the person has voted on that request.
	AddVote(v Vote) error

	// Votes lists the votes on a request, oldest first.
	Votes(requestID string) ([]Vote, error)
}

// TokenTable holds API tokens.
type TokenTable interface {
	AddToken(t Token, hash []byte) error

	// TokenByHash fails with ErrMissing.
	TokenByHash(hash []byte) (Token, error)

	// Tokens lists all tokens, oldest first.
	Tokens() ([]Token, error)

	// RevokeToken moves a token that is not revoked to revoked.
	RevokeToken(id string, at time.Time) (bool, error)
}

// Checkout is a row of the ledger: a grant, and what it rests on.
type Checkout struct {
	jit.Grant             // of which State is the row's: active past NotAfter until somebody writes it down
	Person     jit.Person // whose it is
	Reason     jit.Reason
	RequestID  string // the approval it uses; empty when none was needed
	Extensions int
	Catalog    string // version of the catalog it was opened under
}

// MintState says what became of an intent to mint.
type MintState string

// The states of a mint. Every state but intended is final.
const (
	MintIntended MintState = "intended" // STS is being asked
	MintIssued   MintState = "issued"   // the credentials were handed out
	MintRefused  MintState = "refused"  // nothing was issued
	MintDropped  MintState = "dropped"  // issued and thrown away: the checkout had ended meanwhile
	MintUnknown  MintState = "unknown"  // may have been issued; nobody here holds it
)

// Mint is one call to STS under a checkout, noted before it is made.
type Mint struct {
	ID         string
	CheckoutID string
	State      MintState
	Created    time.Time
	Lease      time.Time // without a result until then, the result is unknown
	Until      time.Time // no later than this could end what is issued
}

// Request is a row of the ledger: a request for approval.
type Request struct {
	jit.Request           // without Approvers, which the catalog knows
	PersonID    string    // who asks
	DeciderID   string    // who decided; empty for a timeout
	Ticket      [2]string // type and id
}

// RequestQuery chooses requests. A zero field keeps everything.
type RequestQuery struct {
	PersonID    string           // asked by this person
	NotPersonID string           // asked by anybody else
	Access      jit.Access       // by ids
	State       jit.RequestState // the row's: pending past its time until somebody writes it down
	Limit       int              // at most so many; zero: all
}

// Outcome is how a request ends.
type Outcome struct {
	State      jit.RequestState
	By         jit.Person
	Comment    string
	At         time.Time
	ValidUntil time.Time // of an approval
}

// Vote is one approver's answer to a request.
type Vote struct {
	RequestID string
	Person    jit.Person
	Approve   bool
	Comment   string
	At        time.Time
}

// Token is an API token, without its text.
type Token struct {
	ID      string
	Person  jit.Person
	Name    string // what people call it
	Created time.Time
	Expires time.Time // zero: never
	Revoked time.Time // zero: not
}

// Event is a row of the audit trail.
type Event struct {
	Seq      int64 // set by the store, in the order of the commits
	At       time.Time
	Actor    jit.Person // who; the broker itself has no ID
	From     string     // the address it came from, where it is known
	Act      string     // what: see the Act constants
	Outcome  string     // "done", or the jit.Code of the refusal
	Access   string     // on what, as a path
	Checkout string     // ids of the rows it is about
	Request  string
	Token    string
	Mint     string
	Reason   jit.Reason // why
	Approver string     // who approved
	Detail   string     // for people
	Catalog  string     // version of the catalog at that moment; empty where none was needed
}
