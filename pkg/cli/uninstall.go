package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/awsconfig"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

// uninstall leaves the machine as it was before.
//
//	kubeconfigs ─▶ what login and convert changed is brought back
//	AWS profiles ─▶ those of ours are removed
//	completion ─▶ the program that kubectl completes with is removed
//	folders ─▶ cache, state (sign-ins) and configuration are removed
type uninstall struct {
	*env
	kubeconfig  string
	yes, dryRun bool
}

func newUninstall(e *env) *cobra.Command {
	u := uninstall{env: e}
	cmd := &cobra.Command{
		Use:   "uninstall",
		Short: "Restore kubeconfigs, and remove all that is kept here",
		Long: `Bring back what kubeconfigs were before this program changed them, remove the AWS
profiles that it wrote and the program that kubectl completes with, sign out, and
remove its cache, state and configuration.
The programs themselves are removed by what installed them.

Entries that somebody changed since are left alone and named, and their originals
are kept. Checkouts stand at the broker until they end: check them in with
"kubectl jit checkin" first.`,
		Example: `  kubectl jit uninstall --dry-run
  kubectl jit uninstall --yes`,
		Args: usage.Wants(),
		RunE: func(cmd *cobra.Command, _ []string) error { return u.run(cmd.Context()) },
	}
	cmd.Flags().StringVar(&u.kubeconfig, "kubeconfig", "", "the kubeconfig file, in place of KUBECONFIG and ~/.kube/config; what was changed in others is brought back all the same")
	cmd.Flags().BoolVarP(&u.yes, "yes", "y", false, "do not ask")
	cmd.Flags().BoolVar(&u.dryRun, "dry-run", false, "change nothing, and show what would be changed")
	return cmd
}

func (u *uninstall) run(ctx context.Context) error {
	const question = "Bring kubeconfigs back, sign out, and remove configuration and cache?"
	if err := u.confirm(ctx, u.yes || u.dryRun, question); err != nil {
		return err
	}
	settings, err := u.Settings()
	if err != nil {
		return err
	}
	folders := u.Folders(settings)
	left, err := u.bringBack(ctx, folders.Originals)
	if err != nil {
		return err
	}
	if err := u.removeProfiles(ctx); err != nil {
		return err
	}
	if _, err := u.removeCompleters("", u.dryRun); err != nil {
		u.Note("left alone: %v", err) // of a package, maybe, which removes it itself
	}
	if u.dryRun {
		u.say("The sign-ins, the configuration and all that is held would be removed.")
		return nil
	}
	if err := folders.Remove(left > 0); err != nil {
		return jit.Errorf(jit.Unavailable, "uninstall", "%w", err)
	}
	u.say("The sign-ins, the configuration and all that was held are removed.")
	if left > 0 {
		u.say("The originals of the entries left alone are kept in %s.", folders.Originals)
	}
	u.say("The programs are removed by what installed them: kubectl krew uninstall jit, or your package manager.")
	return nil
}

// bringBack brings back what it can, and returns how many entries it left alone.
func (u *uninstall) bringBack(ctx context.Context, dir string) (left int, err error) {
	kept, err := kubeconfig.Originals(dir)
	if err != nil {
		return 0, err
	}
	files, err := kubeconfig.Open(u.kubeconfig)
	if err != nil {
		return 0, err
	}
	if u.dryRun {
		files = files.DryRun()
	}
	left = u.restoreAll(ctx, files, kept, dir, u.dryRun)
	entries, err := files.Entries()
	for _, entry := range entries {
		made := entry.Exec != nil && entry.Exec.Ours()
		if _, known := originalOf(entry, kept); made && !known {
			u.Note("left alone: context %s gets its tokens from here, and what it was before is not known", entry.Context)
		}
	}
	if jit.CodeOf(err) == jit.NotFound {
		err = nil
	}
	return left, err
}

func (u *uninstall) removeProfiles(ctx context.Context) error {
	path, err := awsconfig.Path()
	if err != nil {
		return err
	}
	names, err := awsconfig.Profiles(path)
	if err != nil {
		return err
	}
	for _, name := range names {
		if u.dryRun {
			u.say("AWS profile %s would be removed from %s.", name, path)
			continue
		}
		if _, err := awsconfig.Remove(ctx, path, name); err != nil {
			return err
		}
		u.say("AWS profile %s is removed from %s.", name, path)
	}
	return nil
}
