package cli

import (
	"context"
	"io"
	"net/url"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/config"
	"github.com/kubectl-jit/kubectl-jit/pkg/held"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// signInWith is "login" without a profile: an API token is checked with the
// broker, then kept.
type signInWith struct {
	*env
	tokenFile            string
	certificateAuthority string
}

func (w *signInWith) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&w.tokenFile, "token-file", "", `sign in with the API token in this file ("-" is standard input)`)
	cmd.Flags().StringVar(&w.certificateAuthority, "certificate-authority", "", "when signing in: a PEM file with the certificate authority of the broker, kept in the configuration")
}

// used reports whether a flag was given that has a meaning here only.
func (w *signInWith) used() bool { return w.tokenFile != "" || w.certificateAuthority != "" }

func (w *signInWith) run(ctx context.Context) error {
	settings, err := w.Settings()
	if err != nil {
		return err
	}
	tenant, err := w.TenantOf(settings, w.Tenant)
	if err != nil {
		return err
	}
	if w.certificateAuthority != "" {
		if tenant.CertificateAuthority, err = filepath.Abs(w.certificateAuthority); err != nil {
			return jit.Errorf(jit.Invalid, "sign in", "%w", err)
		}
	}
	who, err := w.check(ctx, tenant)
	if err != nil {
		return err
	}
	if err := w.keep(settings, tenant, who); err != nil {
		return err
	}
	w.say("Signed in as %s at %s.", who.Person.Name, tenant.URL)
	return w.remember(ctx, settings, tenant)
}

// check asks the broker who the token is.
func (w *signInWith) check(ctx context.Context, tenant config.Tenant) (caller.SignIn, error) {
	token, err := w.token(ctx, tenant)
	if err != nil {
		return caller.SignIn{}, err
	}
	broker, err := w.BrokerAt(caller.Folders{}, tenant, caller.SignIn{Token: token})
	if err != nil {
		return caller.SignIn{}, err
	}
	defer w.Person.Progress("signing in at " + tenant.URL)()
	person, err := broker.Whoami(ctx)
	if err != nil {
		return caller.SignIn{}, err
	}
	return caller.SignIn{Person: person, Token: token}, nil
}

// token takes the API token from the file, the environment or the person.
func (w *signInWith) token(ctx context.Context, tenant config.Tenant) (jit.Secret, error) {
	const op = "sign in"
	switch {
	case w.tokenFile != "":
		text, err := w.readToken()
		if err != nil {
			return jit.Secret{}, jit.Errorf(jit.Invalid, op, "read the token: %w", err)
		}
		return caller.CleanToken(text)
	case w.Getenv(caller.EnvToken) != "":
		return caller.CleanToken(w.Getenv(caller.EnvToken))
	case !w.Person.Present():
		err := jit.Errorf(jit.SignIn, op, "there is no terminal to ask for an API token at, and %s is not set", caller.EnvToken)
		return jit.Secret{}, err.WithNext("kubectl jit login --tenant %s --token-file FILE", quote(tenant.URL))
	}
	token, err := w.Person.AskSecret(ctx, "API token for "+tenant.URL+": ")
	if err != nil {
		return jit.Secret{}, err
	}
	return caller.CleanToken(token.Reveal())
}

// maxToken is far more than any token has, in bytes.
const maxToken = 64 << 10

func (w *signInWith) readToken() (string, error) {
	var from io.Reader = w.Streams.In
	if w.tokenFile != "-" {
		file, err := os.Open(w.tokenFile)
		if err != nil {
			return "", err
		}
		defer file.Close()
		from = file
	}
	text, err := io.ReadAll(io.LimitReader(from, maxToken))
	return string(text), err
}

// keep stores the sign-in. What is held was issued to whoever was signed in
// before: it goes, unless that was the same person.
func (w *signInWith) keep(settings *config.Config, tenant config.Tenant, who caller.SignIn) error {
	const op = "keep the sign-in"
	f := w.Folders(settings)
	if f.Cache == "" {
		return jit.Errorf(jit.Invalid, op, "nothing may be stored here (storage: none, or there is no home folder): set %s for each call", caller.EnvToken)
	}
	before, known := f.SignIns.Get(tenant.URL)
	if !known || before.Person.ID != who.Person.ID {
		if err := f.Forget(); err != nil {
			return jit.Errorf(jit.Unavailable, op, "remove what is held for somebody else: %w", err)
		}
	}
	if err := f.SignIns.Put(tenant.URL, who); err != nil {
		return jit.Errorf(jit.Unavailable, op, "%w", err)
	}
	_ = held.ForgetFailures(f.Cache) // clients may ask again; they end by themselves in seconds
	return nil
}

// nameOf is the name under which the first of the configurations that does knows a
// tenant, or its host.
func nameOf(tenant config.Tenant, settings ...*config.Config) string {
	for _, c := range settings {
		for _, name := range sorted(c.Tenants) {
			if c.Tenants[name].URL == tenant.URL {
				return name
			}
		}
	}
	if at, err := url.Parse(tenant.URL); err == nil && at.Host != "" {
		return at.Host
	}
	return tenant.URL
}

// remember writes the tenant into a configuration that names none yet, so that
// the next command needs no --tenant, and into one that does not know whom to trust
// there.
func (w *signInWith) remember(ctx context.Context, settings *config.Config, tenant config.Tenant) error {
	own, err := w.OwnSettings()
	if err != nil {
		return err
	}
	name := nameOf(tenant, own, settings)
	known := own.Tenant != "" || len(own.Tenants) > 0
	trusts := tenant.CertificateAuthority == "" || own.Tenants[name].CertificateAuthority == tenant.CertificateAuthority
	if known && trusts {
		return nil
	}
	err = configure(ctx, func(c *config.Config) error {
		if c.Tenants == nil {
			c.Tenants = map[string]config.Tenant{}
		}
		c.Tenants[name] = tenant
		if c.Tenant == "" {
			c.Tenant = name
		}
		return nil
	})
	if err != nil {
		return err
	}
	w.Note("%s is now the tenant %q in %s", tenant.URL, name, own.Path)
	return nil
}
