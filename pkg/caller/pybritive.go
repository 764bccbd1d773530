package caller

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/config"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/pybritive"
)

// What pybritive keeps is used where it lies, and never written. Its configuration
// lies under ours; its session signs in where nobody did with us:
//
//	Settings ─▶ ours ─▶ Over(pybritive's)
//	ConnectTo ─▶ BRITIVE_API_TOKEN, else our sign-in, else pybritive's session
//
// A client's call looks at its files in the last case, and for the certificates that
// pybritive trusts where no sign-in of ours has kept them.

// theirs is pybritive's configuration; nil where there is none, or it is to be
// ignored.
func (c *Caller) theirs(settings *config.Config) (*pybritive.Config, error) {
	if settings.Pybritive == "ignore" {
		return nil, nil
	}
	found, err := pybritive.Read(pybritive.Folder(c.Getenv))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return found, err
}

// over lays our configuration over pybritive's. One that cannot be read is named and
// left out.
func (c *Caller) over(settings *config.Config) *config.Config {
	found, err := c.theirs(settings)
	if err != nil && !c.leftOut {
		c.leftOut = true
		c.Note("pybritive's configuration is left out: %v", err)
	}
	if found == nil {
		return settings
	}
	under := Translated(found)
	if c.Getenv(EnvTenant) != "" { // as in pybritive, it names the tenant of an alias too
		for name, alias := range under.Aliases {
			alias.Tenant = ""
			under.Aliases[name] = alias
		}
	}
	return settings.Over(under)
}

// Translated is another tool's configuration in the terms of ours. Its aliases are of
// its default tenant, where it has one.
func Translated(found *pybritive.Config) *config.Config {
	t := &config.Config{Tenants: map[string]config.Tenant{}, Aliases: map[string]config.Alias{}}
	for name, address := range found.Tenants {
		t.Tenants[name] = config.Tenant{URL: address, CertificateAuthority: found.CABundle}
	}
	t.Tenant = found.Tenant
	for name, path := range found.Aliases {
		t.Aliases[name] = config.Alias{Tenant: found.Tenant, Profile: path}
	}
	return t
}

// TheirSession is pybritive's session at a tenant, as far as it stands; ok says
// whether one does. The error is why there is none that can be used.
func (c *Caller) TheirSession(settings *config.Config, tenantURL string) (s pybritive.Session, ok bool, err error) {
	found, err := c.theirs(settings)
	if found == nil {
		return pybritive.Session{}, false, err
	}
	s, ok, err = found.SessionAt(tenantURL)
	if !ok {
		return pybritive.Session{}, false, err
	}
	if !c.Now().Before(s.Until) {
		return s, false, fmt.Errorf("pybritive's session there ended at %s", clock(s.Until))
	}
	return s, true, nil
}

// signedInByTheirs signs in by pybritive's session at a tenant. The certificates that
// pybritive trusts go with it, where ours name none.
func (c *Caller) signedInByTheirs(ctx context.Context, settings *config.Config, f Folders, tenant config.Tenant, login string) (SignIn, config.Tenant, error) {
	s, ok, err := c.TheirSession(settings, tenant.URL)
	if !ok {
		return SignIn{}, tenant, nobody(tenant, err, login)
	}
	token, err := c.open(ctx, s)
	if err == nil {
		token, err = CleanToken(token.Reveal())
	}
	switch {
	case errors.Is(err, context.Canceled):
		return SignIn{}, tenant, err
	case err != nil:
		return SignIn{}, tenant, nobody(tenant, err, login)
	}
	if tenant.CertificateAuthority == "" {
		tenant.CertificateAuthority = s.CABundle
	}
	who := SignIn{Person: jit.Person{ID: s.Person(token)}, Token: token}
	c.sayOnce(f, tenant, who, s)
	return who, tenant, nil
}

// mostPassphrases is how many a person may type.
const mostPassphrases = 3

// open gives the token of pybritive's session. A passphrase that the environment does
// not know is asked for at a terminal, once in a process, and kept nowhere. Who types
// none is not signed in by that session.
func (c *Caller) open(ctx context.Context, s pybritive.Session) (jit.Secret, error) {
	token, err := s.Open(c.Getenv)
	if err == nil || !c.Person.Present() {
		return token, err
	}
	passphrase := c.opened[s.File]
	for try := 0; ; try++ {
		if token, ok := s.OpenBy(passphrase); ok {
			c.opened[s.File] = passphrase
			return token, nil
		}
		if try == mostPassphrases {
			return jit.Secret{}, err
		}
		if try > 0 {
			c.Note("%s does not open by that", s.File)
		}
		var silent error
		passphrase, silent = c.Person.AskSecret(ctx, "Passphrase of "+s.File+" (Enter for none): ")
		switch {
		case silent != nil:
			return jit.Secret{}, jit.Errorf(jit.Denied, "open "+s.File, "no passphrase was given: %w", silent)
		case passphrase.Empty():
			return jit.Secret{}, err
		}
	}
}

// trusting is a tenant with the certificates that pybritive trusts there, where ours
// name none.
func (c *Caller) trusting(settings *config.Config, tenant config.Tenant) config.Tenant {
	if tenant.CertificateAuthority != "" {
		return tenant
	}
	found, _ := c.theirs(settings) // one that cannot be read is left out
	if found == nil {
		return tenant
	}
	for _, address := range found.Tenants {
		if address == tenant.URL {
			tenant.CertificateAuthority = found.CABundle
		}
	}
	return tenant
}

// nobody says that nobody is signed in, and why pybritive's session does not do.
func nobody(tenant config.Tenant, why error, login string) error {
	text := "nobody is signed in at " + tenant.URL
	if why != nil {
		text += " (" + why.Error() + ")"
	}
	return jit.Errorf(jit.SignIn, "", "%s", text).WithNext("%s", login)
}

// sayOnce says by whose session somebody is signed in, once for each session, and
// forgets what is held for whoever was signed in by another person's.
func (c *Caller) sayOnce(f Folders, tenant config.Tenant, who SignIn, s pybritive.Session) {
	name := "signed in by pybritive at " + tenant.URL
	person := []byte(who.identity())
	now := append(append(person, '\n'), s.Until.UTC().Format(time.RFC3339)...)
	said, err := f.Known.Get(name)
	if err == nil && bytes.Equal(said, now) {
		return
	}
	if before, _, _ := bytes.Cut(said, []byte{'\n'}); !bytes.Equal(before, []byte(who.identity())) {
		_ = f.Forget() // what cannot be removed is held under the other person's name
	}
	_ = f.Known.Put(name, now) // else it is said again
	c.Note("signed in at %s by pybritive's session, until %s", tenant.URL, clock(s.Until))
	if s.Exposed {
		c.Note("others on this machine can read that session: chmod 600 %s", s.File)
	}
}

func clock(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05 MST") }
