package cli

import (
	"cmp"
	"context"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/config"
	"github.com/kubectl-jit/kubectl-jit/pkg/held"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// signInWith is "login" without a profile: through the browser, with an API token
// that is checked with the broker, or by the place this runs in; then it is kept.
type signInWith struct {
	*env
	anew                 bool
	tokenFile            string
	apiToken             bool
	noBrowser            bool
	sso                  string
	certificateAuthority string
}

func (w *signInWith) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&w.anew, "anew", false, "sign in, also where somebody is signed in already, as by pybritive's session")
	f.StringVar(&w.tokenFile, "token-file", "", `sign in with the API token in this file ("-" is standard input)`)
	f.BoolVar(&w.apiToken, "api-token", false, "sign in with an API token, asked for at the terminal")
	f.BoolVar(&w.noBrowser, "no-browser", false, "when signing in: show the address, and open no browser")
	f.StringVar(&w.sso, "sso", "", "when signing in: the identity provider, as the tenant calls it; kept in the configuration")
	f.StringVar(&w.certificateAuthority, "certificate-authority", "", "when signing in: a PEM file with the certificate authority of the broker, kept in the configuration")
}

// names are the flags that have a meaning here only.
func (w *signInWith) names() []string {
	return []string{"anew", "token-file", "api-token", "no-browser", "sso", "certificate-authority"}
}

// used reports whether a flag says that somebody is to be signed in.
func (w *signInWith) used() bool {
	return w.anew || w.tokenFile != "" || w.apiToken || w.noBrowser || w.sso != "" || w.certificateAuthority != "" || w.Federation != ""
}

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
	if w.sso != "" {
		tenant.SSO = w.sso
	}
	who, err := w.check(ctx, tenant)
	if err != nil {
		return err
	}
	if err := w.keep(settings, tenant, who); err != nil {
		return err
	}
	w.say("Signed in as %s at %s%s.", who.Person.Name, tenant.URL, w.untilEnd(who))
	if who.By != caller.ByToken && w.Getenv(caller.EnvToken) != "" {
		w.Note("%s is set, and signs every command in before this does", caller.EnvToken)
	}
	return w.remember(ctx, settings, tenant)
}

// untilEnd is until when a session is good, ready to stand behind "at URL".
func (e *env) untilEnd(who caller.SignIn) string {
	if who.By != caller.ByBrowser || who.Expires.IsZero() {
		return ""
	}
	return ", until " + e.until(who.Expires)
}

// check finds the way to sign in, and asks the broker who that is.
func (w *signInWith) check(ctx context.Context, tenant config.Tenant) (caller.SignIn, error) {
	switch {
	case tenant.Federation != "" && (w.tokenFile != "" || w.apiToken):
		return caller.SignIn{}, jit.Errorf(jit.Invalid, "sign in", "%s is signed in at by federation (%s), which no API token replaces", tenant.URL, tenant.Federation).
			WithNext("kubectl jit login --tenant %s", jit.Quote(tenant.URL))
	case w.tokenFile != "" && w.apiToken:
		return caller.SignIn{}, jit.Errorf(jit.Invalid, "", "--token-file and --api-token contradict each other")
	case tenant.Federation != "":
		who, err := w.Federated(ctx, tenant)
		if err != nil {
			return caller.SignIn{}, err
		}
		return w.Whoami(ctx, tenant, who)
	case w.tokenFile == "" && !w.apiToken && w.Getenv(caller.EnvToken) == "" && w.Person.Present():
		who, ok, err := w.ByBrowser(ctx, tenant, !w.noBrowser)
		if err != nil || ok {
			return who, err
		}
		w.Note("%s has no page to sign in at: an API token signs in there.", tenant.URL)
	}
	token, err := w.token(ctx, tenant)
	if err != nil {
		return caller.SignIn{}, err
	}
	return w.Whoami(ctx, tenant, caller.SignIn{Token: token})
}

// token takes the API token from the file, the environment or the person.
func (w *signInWith) token(ctx context.Context, tenant config.Tenant) (jit.Secret, error) {
	const op = "sign in"
	prompt := "API token for " + tenant.URL + ": "
	switch {
	case w.tokenFile != "":
		token, err := w.readToken(ctx, prompt)
		if err != nil {
			return jit.Secret{}, jit.Errorf(jit.Invalid, op, "read the token: %w", err)
		}
		return caller.CleanToken(token.Reveal())
	case w.Getenv(caller.EnvToken) != "" && !w.apiToken:
		return caller.CleanToken(w.Getenv(caller.EnvToken))
	case !w.Person.Present():
		err := jit.Errorf(jit.SignIn, op, "there is no terminal to sign in at, and %s is not set", caller.EnvToken)
		return jit.Secret{}, err.WithNext("kubectl jit login --tenant %s --token-file FILE", jit.Quote(tenant.URL))
	}
	token, err := w.Person.AskSecret(ctx, prompt)
	if err != nil {
		return jit.Secret{}, err
	}
	return caller.CleanToken(token.Reveal())
}

// maxToken is far more than any token has, in bytes.
const maxToken = 64 << 10

func (w *signInWith) readToken(ctx context.Context, prompt string) (jit.Secret, error) {
	if w.tokenFile == "-" {
		return w.secretFromStdin(ctx, prompt, maxToken)
	}
	file, err := os.Open(w.tokenFile)
	if err != nil {
		return jit.Secret{}, err
	}
	defer file.Close()
	text, err := readAll(ctx, file, maxToken)
	return jit.NewSecret(string(text)), err
}

// keep stores the sign-in, where anything may be stored.
func (w *signInWith) keep(settings *config.Config, tenant config.Tenant, who caller.SignIn) error {
	const op = "keep the sign-in"
	f := w.Folders(settings)
	if !f.Keeps() {
		if who.By == caller.ByFederation {
			return nil
		}
		return jit.Errorf(jit.Invalid, op, "nothing may be stored here (storage: none, or there is no home folder): set %s for each call", caller.EnvToken)
	}
	if err := f.SignIn(tenant.URL, who); err != nil {
		return jit.Errorf(jit.Unavailable, op, "%w", err)
	}
	_ = held.ForgetFailures(f.Cache) // clients may ask again; they end by themselves in seconds
	return nil
}

// nameOf is the name under which our own configuration knows a tenant, or is to:
// that of pybritive's, of a Britive tenant, or the host of another broker; the address
// where another tenant has that name.
func nameOf(tenant config.Tenant, own, all *config.Config) (name string, known bool) {
	for _, c := range []*config.Config{own, all} {
		if name, ok := c.NameOf(tenant.URL); ok {
			return name, c == own
		}
	}
	if at, err := url.Parse(tenant.URL); err == nil && at.Host != "" {
		for _, name := range []string{strings.TrimSuffix(at.Host, ".britive-app.com"), at.Host} {
			if _, another := all.Tenants[name]; !another {
				return name, false
			}
		}
	}
	return tenant.URL, false
}

// anotherMeant is what our own file may call the tenant that is meant without
// --tenant, as pybritive's may say it; empty where that is this one, or none.
func anotherMeant(tenant config.Tenant, own, all *config.Config) string {
	usual, err := all.ResolveTenant("")
	if err != nil || usual.URL == tenant.URL {
		return ""
	}
	name, _ := nameOf(usual, own, all)
	if at, err := own.ResolveTenant(name); err != nil || at.URL != usual.URL {
		return usual.URL // by this name pybritive alone knows it
	}
	return name
}

// remember writes a tenant that is not in the configuration, and what its flags
// said, so that the next command needs no --tenant, or a short one, and knows whom
// to trust there.
func (w *signInWith) remember(ctx context.Context, settings *config.Config, tenant config.Tenant) error {
	own, err := w.OwnSettings()
	if err != nil {
		return err
	}
	name, known := nameOf(tenant, own, settings)
	trusts := tenant.CertificateAuthority == "" || own.Tenants[name].CertificateAuthority == tenant.CertificateAuthority
	if known && trusts && w.sso == "" && w.Federation == "" {
		return nil
	}
	another, usual := anotherMeant(tenant, own, settings), ""
	err = configure(ctx, func(c *config.Config) error {
		if c.Tenants == nil {
			c.Tenants = map[string]config.Tenant{}
		}
		usual = c.Tenant
		if only := slices.Collect(maps.Keys(c.Tenants)); usual == "" && len(only) == 1 {
			usual = only[0] // which was meant without a word so far
		}
		usual = cmp.Or(usual, another, name)
		kept := c.Tenants[name]
		kept.URL = cmp.Or(kept.URL, tenant.URL)
		if w.certificateAuthority != "" || kept.CertificateAuthority == "" {
			kept.CertificateAuthority = tenant.CertificateAuthority
		}
		kept.SSO, kept.Federation = cmp.Or(w.sso, kept.SSO), cmp.Or(w.Federation, kept.Federation)
		c.Tenants[name], c.Tenant = kept, usual
		return nil
	})
	if err != nil {
		return err
	}
	w.Note("%s is now the tenant %q in %s", tenant.URL, name, own.Path)
	if usual != name {
		w.Note("%q is still the one that is meant without --tenant", usual)
	}
	return nil
}
