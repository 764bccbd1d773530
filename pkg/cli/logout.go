package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

type logout struct{ *env }

func newLogout(e *env) *cobra.Command {
	l := logout{env: e}
	return &cobra.Command{
		Use:   "logout",
		Short: "Sign out, and remove what is held on this machine",
		Long: `Sign out: the stored sign-in and every token and session that is held on this
machine are removed.

Checkouts stand at the broker until they end: give them back with
"kubectl jit checkin" first. An API token stays good until it is revoked there.`,
		Example: `  kubectl jit status
  kubectl jit logout`,
		Args: wants(),
		RunE: func(cmd *cobra.Command, _ []string) error { return l.run(cmd.Context()) },
	}
}

func (l *logout) run(context.Context) error {
	settings, err := l.Settings()
	if err != nil {
		return err
	}
	tenant, err := l.TenantOf(settings, l.Tenant)
	if err != nil {
		return err
	}
	f := l.Folders(settings)
	was, err := f.SignIns.Forget(tenant.URL)
	if err != nil {
		return jit.Errorf(jit.Unavailable, "sign out", "%w", err)
	}
	if err := f.Forget(); err != nil {
		return jit.Errorf(jit.Unavailable, "sign out", "remove what is held: %w", err)
	}
	if was {
		l.say("Signed out at %s.", tenant.URL)
	} else {
		l.say("Nobody was signed in at %s.", tenant.URL)
	}
	if l.Getenv(caller.EnvToken) != "" {
		l.Note("%s is set and still signs every command in", caller.EnvToken)
	}
	if _, stands, _ := l.TheirSession(settings, tenant.URL); stands {
		l.Note(`pybritive's session there still signs every command in: "pybritive logout" ends it, "kubectl jit config set pybritive ignore" leaves it alone`)
	}
	return nil
}
