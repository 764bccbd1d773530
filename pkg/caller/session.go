package caller

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"iter"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/config"
	"github.com/kubectl-jit/kubectl-jit/pkg/held"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/mint"
	"github.com/kubectl-jit/kubectl-jit/plugins"
)

// The environment variables that Britive's own tools use. They mean the same here.
const (
	EnvTenant = "BRITIVE_TENANT"
	EnvToken  = "BRITIVE_API_TOKEN"
)

// Session is one signed-in person at one tenant, with all that a verb works
// with. Building it asks nobody.
type Session struct {
	Config  *config.Config
	Tenant  config.Tenant
	SignIn  SignIn
	Broker  jit.Broker
	Mint    *mint.Mint
	Folders Folders

	listed listed
}

// ConfigPath is our own configuration file; empty where there is no home folder.
func ConfigPath() string { return below(held.ConfigDir(), "config.yaml") }

// Settings are those of our own configuration file, over what pybritive's says.
func (c *Caller) Settings() (*config.Config, error) {
	own, err := c.OwnSettings()
	if err != nil {
		return nil, err
	}
	return c.over(own), nil
}

// OwnSettings reads our own configuration file. A missing one is empty.
func (c *Caller) OwnSettings() (*config.Config, error) {
	if ConfigPath() == "" {
		return &config.Config{}, nil
	}
	return config.Load(ConfigPath())
}

// Connect builds the session at the tenant that the flag --tenant, the
// environment or the configuration names. Codes: invalid, sign_in.
func (c *Caller) Connect() (*Session, error) {
	settings, err := c.Settings()
	if err != nil {
		return nil, err
	}
	return c.ConnectTo(settings, c.Tenant)
}

// ConnectTo builds the session at the named tenant; an empty name is the
// environment's or the configuration's.
func (c *Caller) ConnectTo(settings *config.Config, name string) (*Session, error) {
	tenant, err := c.TenantOf(settings, name)
	if err != nil {
		return nil, err
	}
	folders := c.Folders(settings)
	who, tenant, err := c.signedIn(settings, folders, tenant)
	if err != nil {
		return nil, err
	}
	s := &Session{Config: settings, Tenant: tenant, SignIn: who, Folders: folders, listed: c.listedAt(folders, tenant)}
	if s.Broker, err = c.BrokerAt(folders, tenant, who); err != nil {
		return nil, err
	}
	s.Mint = &mint.Mint{
		Broker:   s.Broker,
		Issuer:   plugins.Issuer(),
		Roles:    plugins.Assumer(),
		Name:     who.Person.Name,
		Identity: who.identity(),
		Sessions: folders.Sessions,
		Marks:    folders.Marks,
		Locks:    folders.Locks,
		CacheDir: folders.Cache,
		Person:   c.Person,
		Now:      c.Now,
		Offline:  settings.Offline,
		Settings: settings.Path,
		Extend:   settings.Extend,
	}
	return s, nil
}

// TenantOf is the tenant that a name stands for; an empty one is the
// environment's or the configuration's.
func (c *Caller) TenantOf(settings *config.Config, name string) (config.Tenant, error) {
	if name == "" {
		name = c.Getenv(EnvTenant)
	}
	return settings.ResolveTenant(name)
}

// signedIn is who is signed in, and the tenant with what is known of it by that. A
// token in the environment wins, so that a job is never somebody who once signed in
// on its machine.
func (c *Caller) signedIn(settings *config.Config, f Folders, tenant config.Tenant) (SignIn, config.Tenant, error) {
	if text := c.Getenv(EnvToken); text != "" {
		token, err := CleanToken(text)
		return SignIn{Token: token}, tenant, err
	}
	if who, ok := f.SignIns.Get(tenant.URL); ok {
		return who, tenant, nil
	}
	return c.signedInByTheirs(settings, f, tenant)
}

// BrokerAt is the broker of a tenant as somebody sees it.
func (c *Caller) BrokerAt(f Folders, tenant config.Tenant, who SignIn) (jit.Broker, error) {
	roots, err := rootsOf(tenant)
	if err != nil {
		return nil, err
	}
	return plugins.Broker(plugins.Tenant{
		URL: tenant.URL, Token: who.Token, Roots: roots, Version: c.Version,
		Memory: f.Known, Person: who.identity(),
	}), nil
}

// rootsOf is the tenant's own certificate authority beside the system's.
func rootsOf(tenant config.Tenant) (*x509.CertPool, error) {
	if tenant.CertificateAuthority == "" {
		return nil, nil
	}
	op := "read the certificate authority of " + tenant.URL
	pem, err := os.ReadFile(tenant.CertificateAuthority)
	if err != nil {
		return nil, jit.Errorf(jit.Invalid, op, "%w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, jit.Errorf(jit.Invalid, op, "%s holds no PEM certificate", tenant.CertificateAuthority)
	}
	return roots, nil
}

// identity differs from person to person and is known without asking the broker.
func (s SignIn) identity() string {
	if s.Person.ID != "" {
		return s.Person.ID
	}
	sum := sha256.Sum256([]byte(s.Token.Reveal()))
	return "token:" + hex.EncodeToString(sum[:])
}

// AliasOf is the alias of an access at this session's tenant, the first by name
// where there are several; empty where there is none.
func (s *Session) AliasOf(access jit.Access) string {
	return s.alias(access, func(config.Alias) bool { return true })
}

// CallIt is how to call an access in "kubectl jit login NAME": by the alias that
// means no more than it.
func (s *Session) CallIt(access jit.Access) string { return s.Ask(access, nil).Name }

// Ask is a call of the pipeline for an access and further roles, named as a person
// would log in to just that. It opens nothing.
func (s *Session) Ask(access jit.Access, roles []jit.Role) mint.Ask {
	args := RoleArgs(roles)
	ask := mint.Ask{Tenant: s.Tenant.URL, Access: access, Roles: roles}
	ask.Name = s.alias(access, func(a config.Alias) bool { return slices.Equal(RoleArgs(a.Assume), args) })
	if ask.Name == "" {
		ask.Name, ask.Flags = access.Path(), args
	}
	return ask
}

// alias is the first alias by name that stands for the access and fits.
func (s *Session) alias(access jit.Access, fits func(config.Alias) bool) string {
	for name, stands := range s.aliases() {
		if stands.Same(access) && fits(s.Config.Aliases[name]) {
			return name
		}
	}
	return ""
}

// aliases are those of this session's tenant, by name, and what they stand for.
func (s *Session) aliases() iter.Seq2[string, jit.Access] {
	return func(yield func(string, jit.Access) bool) {
		for _, name := range slices.Sorted(maps.Keys(s.Config.Aliases)) {
			alias := s.Config.Aliases[name]
			stands, malformed := jit.ParsePath(alias.Profile)
			tenant, unknown := s.Config.ResolveTenant(alias.Tenant)
			here := alias.Tenant == "" || unknown == nil && tenant.URL == s.Tenant.URL
			if malformed == nil && here && !yield(name, stands) {
				return
			}
		}
	}
}

// Aliases is [Session.AliasOf] for many accesses.
func (s *Session) Aliases() func(jit.Access) string {
	byPath := map[string]string{}
	for name, stands := range s.aliases() {
		path := strings.ToLower(stands.Path())
		if _, taken := byPath[path]; !taken {
			byPath[path] = name
		}
	}
	return func(access jit.Access) string {
		if len(byPath) == 0 {
			return ""
		}
		return byPath[strings.ToLower(access.Path())]
	}
}

// Note tells the person something beside the answer.
func (c *Caller) Note(format string, args ...any) {
	c.Person.Note(c.Called.Say(fmt.Sprintf(format, args...)))
}

func (c *Caller) waiting(holder string, since time.Duration) {
	c.Note("waiting for %s, which has been at it for %s", holder, since.Round(time.Second))
}
