package caller

import (
	"cmp"
	"context"
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
	"github.com/kubectl-jit/kubectl-jit/pkg/term"
	"github.com/kubectl-jit/kubectl-jit/plugins"
)

// The environment variables that Britive's own tools use. They mean the same here.
const (
	EnvTenant = "BRITIVE_TENANT"
	EnvToken  = "BRITIVE_API_TOKEN"
)

// Connection is one signed-in person at one tenant, with all that a verb works
// with. Building it asks no broker; a workload's token is got from its place.
type Connection struct {
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

// Connect builds the connection at the tenant that the flag --tenant, the
// environment or the configuration names. Codes: invalid, sign_in, unavailable.
func (c *Caller) Connect(ctx context.Context) (*Connection, error) {
	settings, err := c.Settings()
	if err != nil {
		return nil, err
	}
	return c.ConnectTo(ctx, settings, c.Tenant)
}

// ConnectFor builds the connection that an entry of ours asks for.
func (c *Caller) ConnectFor(ctx context.Context, settings *config.Config, args TokenArgs) (*Connection, error) {
	by := *c
	by.Federation = cmp.Or(args.Federation, c.Federation)
	return by.ConnectTo(ctx, settings, args.Tenant)
}

// ConnectTo builds the connection at the named tenant; an empty name is the
// environment's or the configuration's. What it asks for later, it asks within ctx.
func (c *Caller) ConnectTo(ctx context.Context, settings *config.Config, name string) (*Connection, error) {
	tenant, err := c.TenantOf(settings, name)
	if err != nil {
		return nil, err
	}
	folders := c.Folders(settings)
	login := c.loginAt(settings, tenant)
	who, tenant, err := c.signedIn(ctx, settings, folders, tenant, login)
	if err != nil {
		return nil, err
	}
	conn := &Connection{Config: settings, Tenant: tenant, SignIn: who, Folders: folders, listed: c.listedAt(folders, tenant)}
	at, err := c.seenBy(folders, tenant, who)
	if err != nil {
		return nil, err
	}
	at.Login, at.Renew = login, c.renewal(ctx, folders, tenant, who, login)
	conn.Broker = plugins.Broker(at)
	conn.Mint = &mint.Mint{
		Broker:   conn.Broker,
		Issuer:   plugins.Issuer(),
		Roles:    plugins.Assumer(),
		Name:     who.Person.Name,
		Identity: who.identity(),
		HeldKeys: folders.HeldKeys,
		Marks:    folders.Marks,
		Locks:    folders.Locks,
		CacheDir: folders.Cache,
		Person:   c.speaking(),
		Now:      c.Now,
		Offline:  settings.Offline,
		Settings: settings.Path,
		Extend:   settings.Extend,
	}
	if c.Getenv(EnvToken) == "" && who.By != ByFederation { // the front gives nobody another's token of these
		conn.Mint.SignedIn = func() bool { // where pybritive's session signs in, nobody has with us
			now, kept := folders.SignIns.Get(tenant.URL)
			return kept == who.kept && (!kept || now.identity() == who.identity())
		}
	}
	return conn, nil
}

// TenantOf is the tenant that a name stands for; an empty one is the
// environment's or the configuration's.
func (c *Caller) TenantOf(settings *config.Config, name string) (config.Tenant, error) {
	if name == "" {
		name = c.Getenv(EnvTenant)
	}
	tenant, err := settings.ResolveTenant(name)
	if c.Federation != "" {
		tenant.Federation = c.Federation
	}
	return tenant, err
}

// loginAt is the command that signs in at a tenant.
func (c *Caller) loginAt(settings *config.Config, tenant config.Tenant) string {
	if usual, err := c.TenantOf(settings, ""); err == nil && usual.URL == tenant.URL {
		return "kubectl jit login"
	}
	return "kubectl jit login --tenant " + tenant.URL
}

// seenBy is a tenant as somebody sees it.
func (c *Caller) seenBy(f Folders, tenant config.Tenant, who SignIn) (plugins.Tenant, error) {
	roots, err := rootsOf(tenant)
	if err != nil {
		return plugins.Tenant{}, err
	}
	return plugins.Tenant{
		URL: tenant.URL, Token: who.Token, Roots: roots, Version: c.Version,
		Memory: f.Known, Person: who.identity(),
		Log: c.Person.Note, Verbosity: c.Verbosity,
	}, nil
}

// rootsOf is the tenant's own certificate authority beside the system's.
func rootsOf(tenant config.Tenant) (*x509.CertPool, error) {
	if tenant.CertificateAuthority == "" {
		return nil, nil
	}
	op, give := "read the certificate authority of "+tenant.URL, "kubectl jit login --tenant "+tenant.URL+" --certificate-authority FILE"
	pem, err := os.ReadFile(tenant.CertificateAuthority)
	if err != nil {
		return nil, jit.Errorf(jit.Invalid, op, "%w", err).WithNext("%s", give)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, jit.Errorf(jit.Invalid, op, "%s holds no PEM certificate", tenant.CertificateAuthority).WithNext("%s", give)
	}
	return roots, nil
}

// identity differs from person to person and is known without asking the broker.
func (s SignIn) identity() string {
	switch {
	case s.Person.ID != "":
		return s.Person.ID
	case s.Owner != "":
		return "workload:" + s.Owner
	}
	sum := sha256.Sum256([]byte(s.Token.Reveal()))
	return "token:" + hex.EncodeToString(sum[:])
}

// AliasOf is the alias of an access at this connection's tenant, the first by name
// where there are several; empty where there is none.
func (conn *Connection) AliasOf(access jit.Access) string {
	return conn.alias(access, func(config.Alias) bool { return true })
}

// CallIt is how to call an access in "kubectl jit login NAME": by the alias that
// means no more than it.
func (conn *Connection) CallIt(access jit.Access) string { return conn.Ask(access, nil).Name }

// Ask is a call of the pipeline for an access and further roles, named as a person
// would log in to just that. It opens nothing.
func (conn *Connection) Ask(access jit.Access, roles []jit.Role) mint.Ask {
	args := RoleArgs(roles)
	ask := mint.Ask{Tenant: conn.Tenant.URL, Access: access, Roles: roles}
	ask.Name = conn.alias(access, func(a config.Alias) bool { return slices.Equal(RoleArgs(a.Assume), args) })
	if ask.Name == "" {
		ask.Name, ask.Flags = access.Path(), args
	}
	return ask
}

// alias is the first alias by name that stands for the access and fits.
func (conn *Connection) alias(access jit.Access, fits func(config.Alias) bool) string {
	for name, stands := range conn.aliases() {
		if stands.Same(access) && fits(conn.Config.Aliases[name]) {
			return name
		}
	}
	return ""
}

// aliases are those of this connection's tenant, by name, and what they stand for.
func (conn *Connection) aliases() iter.Seq2[string, jit.Access] {
	return func(yield func(string, jit.Access) bool) {
		for _, name := range slices.Sorted(maps.Keys(conn.Config.Aliases)) {
			alias := conn.Config.Aliases[name]
			stands, malformed := jit.ParsePath(alias.Profile)
			tenant, unknown := conn.Config.ResolveTenant(alias.Tenant)
			here := alias.Tenant == "" || unknown == nil && tenant.URL == conn.Tenant.URL
			if malformed == nil && here && !yield(name, stands) {
				return
			}
		}
	}
}

// Aliases is [Connection.AliasOf] for many accesses; an alias that means no more than
// the access goes before one that goes on to further roles.
func (conn *Connection) Aliases() func(jit.Access) string {
	byPath := map[string]string{}
	for name, stands := range conn.aliases() {
		path := strings.ToLower(stands.Path())
		further := func(name string) bool { return len(conn.Config.Aliases[name].Assume) > 0 }
		if known, taken := byPath[path]; !taken || further(known) && !further(name) {
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
	c.speaking().Note(fmt.Sprintf(format, args...))
}

// speaking is the person, whom notes tell of this program by the name it was called
// by.
type speaking struct {
	*term.Person
	called Program
}

func (c *Caller) speaking() speaking { return speaking{c.Person, c.Called} }

// Note says one line on stderr.
func (s speaking) Note(text string) { s.Person.Note(s.called.Say(text)) }

func (c *Caller) waiting(holder string, since time.Duration) {
	c.Note("waiting for %s, which has been at it for %s", holder, since.Round(time.Second))
}
