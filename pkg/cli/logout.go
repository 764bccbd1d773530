package cli

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/config"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

type logout struct {
	*env
	all bool
}

func newLogout(e *env) *cobra.Command {
	l := logout{env: e}
	cmd := &cobra.Command{
		Use:   "logout",
		Short: "Sign out, and remove what is held on this machine",
		Long: `Sign out: the session ends at the broker, and the stored sign-in and every token
and AWS session that is held on this machine are removed, also where the broker
does not answer.

Checkouts stand at the broker until they end: check them in with
"kubectl jit checkin" first. An API token stays good until it is revoked there.`,
		Example: `  kubectl jit status
  kubectl jit logout
  kubectl jit logout --all`,
		Args: usage.Wants(),
		RunE: func(cmd *cobra.Command, _ []string) error { return l.run(cmd.Context()) },
	}
	cmd.Flags().BoolVar(&l.all, "all", false, "at every tenant of the configuration")
	return cmd
}

func (l *logout) run(ctx context.Context) error {
	settings, err := l.Settings()
	if err != nil {
		return err
	}
	tenants, err := l.tenants(settings)
	if err != nil {
		return err
	}
	f := l.Folders(settings)
	for _, tenant := range tenants {
		if err := l.at(ctx, f, tenant); err != nil {
			return err
		}
	}
	if l.all {
		err = f.SignIns.Clear()
	}
	if err == nil {
		err = f.Forget()
	}
	if err != nil {
		return jit.Errorf(jit.Unavailable, "sign out", "remove what is held: %w", err)
	}
	if len(tenants) == 0 {
		l.say("Nobody was signed in, and no tenant is configured.")
	}
	if l.Getenv(caller.EnvToken) != "" {
		l.Note("%s is set and still signs every command in", caller.EnvToken)
	}
	for _, tenant := range tenants {
		if _, stands, _ := l.TheirSession(settings, tenant.URL); stands {
			l.Note(`pybritive's session at %s still signs every command in: "pybritive logout" ends it, "kubectl jit login --anew" goes before it, "kubectl jit config set pybritive ignore" leaves it alone`, tenant.URL)
		}
	}
	return nil
}

// tenants are those to sign out at: the one that is meant, or with --all every one
// of the configuration, where each sign-in leaves its own.
func (l *logout) tenants(settings *config.Config) ([]config.Tenant, error) {
	if !l.all {
		tenant, err := l.TenantOf(settings, l.Tenant)
		return []config.Tenant{tenant}, err
	}
	if l.Tenant != "" {
		return nil, jit.Errorf(jit.Invalid, "", "--tenant and --all contradict each other")
	}
	var all []config.Tenant
	for _, name := range sorted(settings.Tenants) {
		tenant, err := settings.ResolveTenant(name)
		if err != nil {
			return nil, err
		}
		all = append(all, tenant)
	}
	// The usual one may be a Britive tenant that is named and not described.
	if usual, err := l.TenantOf(settings, ""); err == nil && !slices.ContainsFunc(all, func(t config.Tenant) bool { return t.URL == usual.URL }) {
		all = append(all, usual)
	}
	return all, nil
}

// farewell is how long a broker may take to end a session.
const farewell = 10 * time.Second

// at signs out at one tenant. Here it is forgotten first: whatever the broker
// says, this machine is signed out.
func (l *logout) at(ctx context.Context, f caller.Folders, tenant config.Tenant) error {
	who, known := f.SignIns.Get(tenant.URL)
	was, err := f.SignIns.Forget(tenant.URL)
	if err != nil {
		return jit.Errorf(jit.Unavailable, "sign out", "%w", err)
	}
	if known && who.By == caller.ByBrowser {
		ctx, cancel := context.WithTimeout(ctx, farewell)
		defer cancel()
		if err := l.SignOut(ctx, tenant, who); err != nil && jit.CodeOf(err) != jit.SignIn {
			l.Note("the session could not be ended at the broker, and stays good there%s: %s", l.untilEnd(who), err)
		}
	}
	switch {
	case was:
		l.say("Signed out at %s.", tenant.URL)
	case tenant.Federation != "":
		l.say("Nobody was signed in at %s: federation (%s) signs every command in by itself.", tenant.URL, tenant.Federation)
	default:
		l.say("Nobody was signed in at %s.", tenant.URL)
	}
	return nil
}
