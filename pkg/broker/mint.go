package broker

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker/catalog"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const (
	// shortestAWSSession is the floor that AWS has.
	shortestAWSSession = 15 * time.Minute

	// leastRest is how much of a window must be left for credentials to be of use.
	leastRest = 5 * time.Second

	// lease is how long a mint may take: two calls to STS, and some more. After
	// it, no result will come.
	lease = 30 * time.Second

	// mostMints bounds what one checkout can be made to issue by a client that
	// asks in a loop.
	mostMints = 1000
)

// Credential implements [jit.Broker]. It is the one place where credentials come
// into being; the package comment draws its steps.
func (v *view) Credential(ctx context.Context, grantID string) (jit.Credential, error) {
	op := "get credentials for checkout " + grantID
	mint, session, err := v.intend(ctx, op, grantID)
	if err != nil {
		return jit.Credential{}, err
	}
	// From here on an AWS session may exist, so the outcome is noted even when the
	// client has hung up.
	ctx = context.WithoutCancel(ctx)
	bounded, cancel := context.WithTimeout(ctx, lease)
	defer cancel()
	credential, err := v.engine.aws.Mint(bounded, session)
	if err != nil {
		v.fruitless(ctx, mint, err)
		return jit.Credential{}, jit.Errorf(jit.CodeOf(err), op, "%w", err)
	}
	return v.issue(ctx, op, mint, credential)
}

// CheckoutCredential implements [jit.Broker].
func (v *view) CheckoutCredential(ctx context.Context, access jit.Access, why jit.Reason, open bool) (jit.Grant, jit.Credential, error) {
	grant, err := v.window(ctx, access, why, open)
	if err != nil || grant.ID == "" {
		return jit.Grant{}, jit.Credential{}, err
	}
	credential, err := v.Credential(ctx, grant.ID)
	return grant, credential, err
}

// window is the checkout that stands, or a new one where one may be opened.
func (v *view) window(ctx context.Context, access jit.Access, why jit.Reason, open bool) (jit.Grant, error) {
	if open {
		return v.Checkout(ctx, access, why)
	}
	grants, err := v.Grants(ctx)
	for _, grant := range grants {
		if grant.Access.Same(access) {
			return grant, nil
		}
	}
	return jit.Grant{}, err
}

// intend judges the checkout again and notes the intent, so that whatever
// happens afterwards, the ledger knows that an AWS session may exist.
func (v *view) intend(ctx context.Context, op, grantID string) (Mint, AWSSession, error) {
	var m Mint
	var s AWSSession
	err := v.act(ctx, op, ActMint, func(d *deed) error {
		if err := d.steady(); err != nil {
			return err
		}
		c, err := d.own(grantID)
		if err != nil {
			return err
		}
		if c.State != jit.GrantActive {
			d.closed(c)
			return nil
		}
		entry, _ := d.catalog.Find(c.Access) // own has judged the checkout by it
		if err := d.mayMint(c); err != nil {
			return err
		}
		s = awsSession(entry, c, d.now)
		m = Mint{
			ID: newID(), CheckoutID: c.ID, State: MintIntended, Created: d.now,
			Lease: d.now.Add(lease), Until: d.now.Add(lease + s.Duration),
		}
		d.event.Mint, d.event.Reason = m.ID, c.Reason
		d.event.Detail = s.Role + ", for " + s.Duration.String()
		return d.AddMint(m)
	})
	return m, s, err
}

// mayMint refuses what would be of no use, and what never ends.
func (d *deed) mayMint(c Checkout) error {
	if left := c.NotAfter.Sub(d.now); left < leastRest {
		return d.fail(jit.Denied, "the checkout ends in %s: too little to be of use", left.Round(time.Second))
	}
	minted, err := d.Mints(c.ID)
	if err != nil {
		return err
	}
	if minted >= mostMints {
		return d.fail(jit.Denied, "%d credentials were issued under this checkout: something asks in a loop", minted).
			WithNext("kubectl jit checkin %s", jit.Quote(c.Access.Path()))
	}
	return nil
}

// awsSession says what to mint: as long as the window's rest and no longer, as far
// as AWS can. Below AWS's floor, End cuts what Duration cannot.
func awsSession(entry *catalog.Entry, c Checkout, now time.Time) AWSSession {
	rest := c.NotAfter.Sub(now).Truncate(time.Second)
	s := AWSSession{
		Partition: entry.AWS.Partition,
		Region:    entry.AWS.Region,
		Role:      entry.AWS.Role,
		Provider:  entry.AWS.Provider,
		Recipient: entry.AWS.Recipient,
		Audience:  entry.AWS.Audience,
		Person:    c.Person,
		Duration:  min(max(rest, shortestAWSSession), entry.AWS.MaxSession),
		End:       c.NotAfter,
	}
	if entry.AWS.Tags {
		s.Tags = map[string]string{"checkout": c.ID, "profile": entry.Profile.Profile}
		if c.RequestID != "" {
			s.Tags["request"] = c.RequestID
		}
	}
	return s
}

// issue hands the credentials out if the window is still open, and drops them
// otherwise.
func (v *view) issue(ctx context.Context, op string, m Mint, credential jit.Credential) (jit.Credential, error) {
	err := v.act(ctx, op, ActIssue, func(d *deed) error {
		d.event.Checkout, d.event.Mint = m.CheckoutID, m.ID
		c, err := d.own(m.CheckoutID)
		if err != nil {
			return err
		}
		if c.State != jit.GrantActive {
			d.event.Act = ActCloseMint
			d.closed(c)
			_, err := d.CloseMint(m.ID, MintDropped)
			return err
		}
		issued, err := d.IssueMint(m.ID, credential.AccessKeyID, credential.Expires, d.now)
		if err == nil && !issued {
			err = d.fail(jit.Unavailable, "AWS answered too late; the credentials are dropped")
		}
		if err != nil {
			return err
		}
		d.event.Detail = credential.AccessKeyID + ", until " + credential.Expires.UTC().Format(time.RFC3339)
		return nil
	})
	if err != nil {
		return jit.Credential{}, err
	}
	return credential, nil
}

// fruitless notes that no credentials came. Only a refusal of AWS, and a call
// that never left, are certain to have issued none.
func (v *view) fruitless(ctx context.Context, m Mint, cause error) {
	to := MintUnknown
	if jit.CodeOf(cause) == jit.Denied || errors.Is(cause, ErrUnsent) {
		to = MintRefused
	}
	err := v.engine.store.Update(ctx, func(tx Tx) error {
		d, err := v.engine.begin(ctx, tx, self(), "", "")
		if err != nil {
			return err
		}
		return d.closeMint(m, to, cause.Error())
	})
	if err != nil {
		v.engine.log.ErrorContext(ctx, "the outcome of a mint is not written down yet", slog.String("mint", m.ID), slog.Any("error", err))
	}
}

// closeMint writes down what became of a mint that handed nothing out.
func (d *deed) closeMint(m Mint, to MintState, detail string) error {
	closed, err := d.CloseMint(m.ID, to)
	if err != nil || !closed {
		return err
	}
	if to == MintUnknown {
		detail = "credentials may have been issued that work until " + m.Until.Format(time.RFC3339) + ": " + detail
	}
	return d.also(Event{Act: ActCloseMint, Checkout: m.CheckoutID, Mint: m.ID, Detail: string(to) + ": " + detail})
}
