package cli

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/cache"
	"github.com/kubectl-jit/kubectl-jit/pkg/config"
	"github.com/kubectl-jit/kubectl-jit/pkg/held"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/mint"
	"github.com/kubectl-jit/kubectl-jit/plugins"
)

// The environment variables that Britive's own tools use. They mean the same here.
const (
	envTenant = "BRITIVE_TENANT"
	envToken  = "BRITIVE_API_TOKEN"
)

// session is one signed-in person at one tenant, with all that a verb works
// with. Building it asks nobody.
type session struct {
	config  *config.Config
	tenant  config.Tenant
	signIn  signIn
	broker  jit.Broker
	mint    *mint.Mint
	folders folders
}

// configPath is our own configuration file; empty where there is no home folder.
func configPath() string {
	if held.ConfigDir() == "" {
		return ""
	}
	return filepath.Join(held.ConfigDir(), "config.yaml")
}

// settings reads our own configuration file. A missing one is empty.
func (e *env) settings() (*config.Config, error) {
	if configPath() == "" {
		return &config.Config{}, nil
	}
	return config.Load(configPath())
}

// configure changes our own configuration file.
func configure(ctx context.Context, change func(*config.Config) error) error {
	if configPath() == "" {
		return jit.Errorf(jit.Invalid, "write the configuration", "there is no home folder to keep it in").WithNext("set HOME or XDG_CONFIG_HOME")
	}
	return config.Update(ctx, configPath(), change)
}

// connect builds the session at the tenant that the flag --tenant, the
// environment or the configuration names.
func (e *env) connect() (*session, error) {
	settings, err := e.settings()
	if err != nil {
		return nil, err
	}
	return e.connectTo(settings, e.tenant)
}

// connectTo builds the session at the named tenant; an empty name is the
// environment's or the configuration's.
func (e *env) connectTo(settings *config.Config, name string) (*session, error) {
	tenant, err := e.tenantOf(settings, name)
	if err != nil {
		return nil, err
	}
	folders := e.folders(settings)
	who, err := e.signedIn(folders, tenant)
	if err != nil {
		return nil, err
	}
	broker, err := e.broker(tenant, who.Token)
	if err != nil {
		return nil, err
	}
	s := &session{config: settings, tenant: tenant, signIn: who, broker: broker, folders: folders}
	s.mint = e.pipeline(s)
	return s, nil
}

func (e *env) tenantOf(settings *config.Config, name string) (config.Tenant, error) {
	if name == "" {
		name = e.getenv(envTenant)
	}
	return settings.ResolveTenant(name)
}

// signedIn is who is signed in. A token in the environment wins, so that a job
// is never somebody who once signed in on its machine.
func (e *env) signedIn(f folders, tenant config.Tenant) (signIn, error) {
	if text := e.getenv(envToken); text != "" {
		token, err := cleanToken(text)
		return signIn{Token: token}, err
	}
	if who, ok := f.signIns.get(tenant.URL); ok {
		return who, nil
	}
	return signIn{}, jit.Errorf(jit.SignIn, "", "nobody is signed in at %s", tenant.URL).WithNext("kubectl jit login")
}

func (e *env) broker(tenant config.Tenant, token jit.Secret) (jit.Broker, error) {
	roots, err := rootsOf(tenant)
	if err != nil {
		return nil, err
	}
	return plugins.Broker(plugins.Tenant{URL: tenant.URL, Token: token, Roots: roots, Version: e.version}), nil
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

// pipeline is the mint of a session.
func (e *env) pipeline(s *session) *mint.Mint {
	return &mint.Mint{
		Broker:   s.broker,
		Issuer:   plugins.Issuer(e.now),
		Identity: s.identity(),
		Sessions: s.folders.sessions,
		Marks:    s.folders.marks,
		Locks:    s.folders.locks,
		CacheDir: s.folders.cache,
		Person:   e.person,
		Now:      e.now,
		Offline:  s.config.Offline,
	}
}

// identity differs from person to person and is known without asking the broker.
func (s *session) identity() string {
	if s.signIn.Person.ID != "" {
		return s.signIn.Person.ID
	}
	sum := sha256.Sum256([]byte(s.signIn.Token.Reveal()))
	return "token:" + hex.EncodeToString(sum[:])
}

// folders is where this program keeps things, and how.
type folders struct {
	cache     string      // what is held here costs time to lose, never access; empty holds nothing
	originals string      // kubeconfig entries as they were before login
	signIns   signIns     // who is signed in
	sessions  cache.Store // AWS sessions
	marks     cache.Store // which access rests until the next login
	locks     cache.Locks
}

func (e *env) folders(settings *config.Config) folders {
	cacheDir, stateDir := held.CacheDir(), held.StateDir()
	f := folders{
		originals: below(stateDir, "originals"),
		signIns:   signIns{cache.Memory()},
		sessions:  cache.Memory(),
		marks:     cache.Memory(),
		locks:     cache.Locks{Dir: below(cacheDir, "locks"), Waiting: e.waiting},
	}
	if stateDir != "" {
		f.marks = cache.File(below(stateDir, "marks"))
	}
	if cacheDir == "" || stateDir == "" || settings.Storage == "none" {
		return f
	}
	keys := &cache.Keys{Dir: stateDir, Storage: settings.Storage, Note: e.person.Note}
	f.cache = cacheDir
	f.signIns = signIns{cache.Sealed(below(stateDir, "signins"), keys)}
	f.sessions = cache.Sealed(below(cacheDir, "sessions"), keys)
	return f
}

// below is a folder in one of ours; empty where there is no home folder.
func below(dir, name string) string {
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, name)
}

func (e *env) waiting(holder string, since time.Duration) {
	e.note("waiting for %s, which has been at it for %s", holder, since.Round(time.Second))
}

// forgetHeld removes every token and session that is held.
func (f folders) forgetHeld() error {
	return errors.Join(held.Clear(f.cache), f.sessions.Clear())
}
