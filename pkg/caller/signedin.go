package caller

import (
	"context"
	"net/url"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/cache"
	"github.com/kubectl-jit/kubectl-jit/pkg/config"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/term"
	"github.com/kubectl-jit/kubectl-jit/plugins"
)

// SignInWait is how long a person may take to sign in through the browser.
const SignInWait = 5 * time.Minute

// signedIn is who is signed in:
//
//	BRITIVE_API_TOKEN      an API token
//	--federation, or the tenant's setting: the token of the place we run in
//	the stored sign-in     of "kubectl jit login"
//	pybritive's session    where it left one
//
// The tenant comes back with what is known of it by that. What is nobody's wins, so
// that a job is never somebody who once signed in on its machine.
func (c *Caller) signedIn(ctx context.Context, settings *config.Config, f Folders, tenant config.Tenant, login string) (SignIn, config.Tenant, error) {
	if text := c.Getenv(EnvToken); text != "" {
		token, err := CleanToken(text)
		return SignIn{Token: token}, c.trusting(settings, tenant), err
	}
	if tenant.Federation != "" {
		who, err := c.Federated(ctx, tenant)
		return who, c.trusting(settings, tenant), err
	}
	if who, ok := f.SignIns.Get(tenant.URL); ok {
		return who, tenant, nil
	}
	return c.signedInByTheirs(ctx, settings, f, tenant, login)
}

// Federated signs in by the token of the place we run in. It asks that place, and
// not the tenant.
func (c *Caller) Federated(ctx context.Context, tenant config.Tenant) (SignIn, error) {
	at, err := url.Parse(tenant.URL)
	if err != nil {
		return SignIn{}, jit.Errorf(jit.Invalid, "sign in", "%q is no address", tenant.URL)
	}
	token, err := plugins.Workload(ctx, tenant.Federation, at.Hostname(), c.Getenv)
	return SignIn{Owner: token.Owner, Token: token.Value, By: ByFederation, Expires: token.Expires}, err
}

// Whoami asks the tenant who that is.
func (c *Caller) Whoami(ctx context.Context, tenant config.Tenant, who SignIn) (SignIn, error) {
	at, err := c.seenBy(Folders{}, tenant, who)
	if err != nil {
		return SignIn{}, err
	}
	defer c.Person.Progress("signing in at " + tenant.URL)()
	who.Person, err = plugins.Broker(at).Whoami(ctx)
	return who, err
}

// ByBrowser signs a person in through their browser, and waits for them; ok is
// false where the tenant has no page for it. The address is always shown: the
// browser that opens may be on another screen, or the wrong one.
func (c *Caller) ByBrowser(ctx context.Context, tenant config.Tenant, open bool) (who SignIn, ok bool, err error) {
	at, err := c.seenBy(Folders{}, tenant, SignIn{})
	if err != nil {
		return SignIn{}, false, err
	}
	begun, ok, err := plugins.SignIn(ctx, at, tenant.SSO)
	if err != nil || !ok {
		return SignIn{}, ok, err
	}
	c.Person.Note("Sign in at " + tenant.URL + " in your browser, by this address:")
	c.Person.Note("  " + begun.Address)
	if open && !term.Browse(begun.Address) {
		c.Person.Note("No browser could be opened here: open the address in any.")
	}
	bounded, cancel := context.WithTimeout(ctx, SignInWait)
	defer cancel()
	done := c.Person.Countdown("waiting for the browser", time.Now().Add(SignInWait))
	got, err := begun.Wait(bounded)
	done()
	switch {
	case ctx.Err() != nil:
		return SignIn{}, true, jit.Errorf(jit.SignIn, "sign in", "nobody has signed in through the browser: %w", ctx.Err())
	case bounded.Err() != nil:
		return SignIn{}, true, jit.Errorf(jit.SignIn, "sign in", "nobody has signed in through the browser within %s", SignInWait).WithNext("kubectl jit login --tenant %s", tenant.URL)
	case err != nil:
		return SignIn{}, true, err
	}
	token, err := CleanToken(got.Token.Reveal())
	if err != nil {
		return SignIn{}, true, err
	}
	who, err = c.Whoami(ctx, tenant, SignIn{Token: token, By: ByBrowser, Expires: got.Expires})
	return who, true, err
}

// renewal signs in again, the same way, when a sign-in ends in the middle of a
// command: a workload whenever it has to, a person once, at a terminal. An API
// token has no second one. It is done within the command's own time: the call that
// was refused may have had little.
func (c *Caller) renewal(ctx context.Context, f Folders, tenant config.Tenant, who SignIn, login string) func() (context.Context, jit.Secret, error) {
	switch who.By {
	case ByFederation:
		return func() (context.Context, jit.Secret, error) {
			again, err := c.Federated(ctx, tenant)
			return ctx, again.Token, err
		}
	case ByBrowser:
		return func() (context.Context, jit.Secret, error) {
			again, err := c.browserAgain(ctx, f, tenant, who, login)
			return ctx, again.Token, err
		}
	case ByToken:
	}
	return nil
}

// browserAgain lets one process of many sign the person in. Where no lock is to be
// had (a read-only home), each does. It is kept where the sign-in that ended still
// stands there: not over that of somebody who signed in meanwhile, nor after a
// logout.
func (c *Caller) browserAgain(ctx context.Context, f Folders, tenant config.Tenant, who SignIn, login string) (SignIn, error) {
	look := func() (SignIn, bool) {
		stored, ok := f.SignIns.Get(tenant.URL)
		return stored, ok && stored.By == ByBrowser && stored.Person.ID == who.Person.ID && !stored.Token.Equal(who.Token)
	}
	fetched := false
	fetch := func(ctx context.Context) (SignIn, error) {
		fetched = true
		again, err := c.sameAgain(ctx, tenant, who, login)
		if stored, ok := f.SignIns.Get(tenant.URL); err == nil && ok && stored.Token.Equal(who.Token) {
			_ = f.SignIns.Put(tenant.URL, again) // where it cannot be kept, the next command asks again
		}
		return again, err
	}
	again, err := cache.Once(ctx, f.Locks, "sign in "+tenant.URL, look, fetch)
	if err == nil || fetched || ctx.Err() != nil {
		return again, err
	}
	return fetch(ctx)
}

// sameAgain signs the same person in again. What a command has begun as one person
// it does not end as another.
func (c *Caller) sameAgain(ctx context.Context, tenant config.Tenant, who SignIn, login string) (SignIn, error) {
	ended := jit.Errorf(jit.SignIn, "", "the sign-in of %s at %s has ended", who.Person.Name, tenant.URL).WithNext("%s", login)
	if !c.Person.Present() {
		return SignIn{}, ended
	}
	c.Person.Note(ended.Error())
	again, ok, err := c.ByBrowser(ctx, tenant, true)
	switch {
	case err != nil:
		return SignIn{}, err
	case !ok:
		return SignIn{}, ended
	case again.Person.ID != who.Person.ID:
		return SignIn{}, jit.Errorf(jit.SignIn, "sign in again", "this is %s, and the command is %s's", again.Person.Name, who.Person.Name).WithNext("%s", login)
	}
	return again, nil
}

// SignOut ends a sign-in at the tenant.
func (c *Caller) SignOut(ctx context.Context, tenant config.Tenant, who SignIn) error {
	at, err := c.seenBy(Folders{}, tenant, who)
	if err != nil {
		return err
	}
	return plugins.SignOut(ctx, at)
}
