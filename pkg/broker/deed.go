package broker

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker/catalog"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// tolerance is how far the clock may stand behind the latest time in the ledger
// before nothing is issued any more.
const tolerance = 5 * time.Second

// deed is one act in one transaction: its clock, its catalog, and the row it
// leaves in the audit trail.
type deed struct {
	Tx
	op      string // for errors: "check out app/env/profile"
	now     time.Time
	behind  time.Duration // by how much the clock stands behind the ledger
	catalog *catalog.Catalog
	person  jit.Person

	event  Event // recorded when the act is done; an empty Act records nothing
	answer error // a refusal that is answered although the transaction is kept
}

// begin opens a deed. The ledger's time never goes back: what ended stays ended
// when the clock is set back.
func (e *Engine) begin(ctx context.Context, tx Tx, person jit.Person, op, act string) (*deed, error) {
	now := e.now().UTC().Truncate(time.Millisecond)
	latest, err := tx.Clock(now)
	if err != nil {
		return nil, err
	}
	d := &deed{Tx: tx, op: op, now: now, catalog: e.catalog.Load(), person: person}
	if latest.After(now) {
		d.now, d.behind = latest, latest.Sub(now)
	}
	d.event = Event{
		At: d.now, Actor: person, From: fromAddress(ctx),
		Act: act, Outcome: outcomeDone, Catalog: d.catalog.Version(),
	}
	return d, nil
}

// steady refuses while the clock cannot be trusted. Ending things needs no such
// trust.
func (d *deed) steady() error {
	if d.behind <= tolerance {
		return nil
	}
	return d.fail(jit.Unavailable, "the broker's clock stands %s behind the latest time in its ledger (%s); nothing is issued until it is mended",
		d.behind.Round(time.Second), d.now.Format(time.RFC3339))
}

// ahead reports whether a time that was noted lies in the future. The ledger's time
// never goes back by itself, but its operator may set it back after a clock ran
// ahead, and then a window of an hour would last until then.
func ahead(noted, now time.Time) bool { return noted.After(now.Add(tolerance)) }

// fail makes the error of this deed.
func (d *deed) fail(code jit.Code, format string, args ...any) *jit.Error {
	return jit.Errorf(code, d.op, format, args...)
}

// act runs one deed of the person and records it in the same transaction.
func (v *view) act(ctx context.Context, op, act string, do func(*deed) error) error {
	var d *deed
	err := v.engine.store.Update(ctx, func(tx Tx) (err error) {
		if d, err = v.engine.begin(ctx, tx, v.person, op, act); err != nil {
			return err
		}
		if err := d.present(); err != nil {
			return err
		}
		if err := do(d); err != nil {
			return err
		}
		if d.event.Act == "" {
			return nil
		}
		return d.Record(d.event)
	})
	if err != nil {
		if d != nil {
			v.engine.refused(ctx, d.event, err)
		}
		return err
	}
	return d.answer
}

// look runs a deed that changes nothing and leaves no trace.
func (v *view) look(ctx context.Context, op string, do func(*deed) error) error {
	return v.engine.store.View(ctx, func(tx Tx) error {
		d, err := v.engine.begin(ctx, tx, v.person, op, "")
		if err != nil {
			return err
		}
		if err := d.present(); err != nil {
			return err
		}
		return do(d)
	})
}

// present refuses who was taken out of the catalog since they signed in.
func (d *deed) present() error {
	if user, ok := d.catalog.UserByID(d.person.ID); !ok || user.Disabled {
		return notSignedIn()
	}
	return nil
}

// find returns an access that some policy gives the person. Any other does not
// exist for them.
func (d *deed) find(access jit.Access) (*catalog.Entry, error) {
	d.event.Access = named(access)
	entry, ok := d.catalog.Find(access)
	if ok {
		d.event.Access = entry.Path()
	}
	if !ok || !visible(entry, d.person.ID) {
		return nil, d.fail(jit.NotFound, "there is no such profile for %s", d.person.Name).WithNext("kubectl jit profiles")
	}
	return entry, nil
}

// longestTicket bounds the type and the id of a ticket, in characters.
const longestTicket = 255

// legible refuses a ticket that nobody would read. No policy asks for one; what is
// given is kept with the checkout, the request and the audit trail.
func (d *deed) legible(why jit.Reason) error {
	for _, text := range []string{why.TicketType, why.TicketID} {
		if !fits(text, longestTicket) {
			return d.fail(jit.Invalid, "the type and the id of a ticket have at most %d characters", longestTicket)
		}
	}
	return nil
}

// fits reports whether people could read a text, and whether it has no more than so
// many characters: it stays in the audit trail for ever.
func fits(text string, most int) bool {
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= most
}

// visible reports whether some policy names the person. Otherwise the access does
// not exist for them.
func visible(entry *catalog.Entry, personID string) bool {
	return slices.ContainsFunc(entry.Policies, func(p catalog.Policy) bool { return p.Members.Has(personID) })
}

// missing turns a row that is not there, or is somebody else's, into not_found.
func (d *deed) missing(err error, what, id string) error {
	if errors.Is(err, ErrMissing) {
		return d.fail(jit.NotFound, "there is no %s %q", what, id)
	}
	return err
}

// also records a step that this deed takes along, done by the broker itself.
func (d *deed) also(event Event) error {
	event.At, event.Actor, event.Outcome = d.now, self(), outcomeDone
	event.Catalog = d.catalog.Version()
	return d.Record(event)
}

// newID makes an ID that cannot be guessed: 80 random bits, easy to type.
func newID() string { return strings.ToLower(rand.Text()[:16]) }

// named writes an access as its path, or by ids where names were not given.
func named(a jit.Access) string {
	if a.Profile == "" {
		return a.ProfileID + "/" + a.EnvironmentID
	}
	return a.Path()
}
