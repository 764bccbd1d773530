package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
)

type kubeconfigRestore struct {
	*env
	which whichContexts
}

func newKubeconfigRestore(e *env) *cobra.Command {
	r := kubeconfigRestore{env: e}
	cmd := &cobra.Command{
		Use:   "restore [CONTEXT…]",
		Short: "Bring back what contexts were before login or convert",
		Long: `Bring back what contexts were before "kubectl jit login" or
"kubectl jit kubeconfig convert" pointed them at this program: byte for byte where
the entry is still as it was left, and not at all where somebody changed it since;
those are named. A context that login had made is removed.

Without CONTEXT it is the current one; with --all everything that was changed on
this machine, in whichever file.`,
		Example: `  kubectl jit kubeconfig restore
  kubectl jit kubeconfig restore staging production
  kubectl jit kubeconfig restore --all --dry-run`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return r.run(cmd.Context(), args) },

		ValidArgsFunction: word(e.contexts),
	}
	r.which.flags(cmd, "everything that was changed on this machine")
	return cmd
}

func (r *kubeconfigRestore) run(ctx context.Context, words []string) error {
	settings, err := r.Settings()
	if err != nil {
		return err
	}
	dir := r.Folders(settings).Originals
	files, err := r.which.open()
	if err != nil {
		return err
	}
	kept, err := r.kept(files, words, dir)
	if err != nil {
		return err
	}
	if len(kept) == 0 {
		r.say("There is nothing to bring back: no kubeconfig is changed on this machine.")
	}
	if left := r.restoreAll(ctx, files, kept, dir, r.which.dryRun); left > 0 {
		return jit.Errorf(jit.Invalid, "restore the kubeconfig", "%d of %d could not be brought back", left, len(kept))
	}
	return nil
}

// kept finds the originals of the contexts that are meant.
func (r *kubeconfigRestore) kept(files *kubeconfig.Files, words []string, dir string) ([]kubeconfig.Original, error) {
	all, err := kubeconfig.Originals(dir)
	if err != nil {
		return nil, err
	}
	if r.which.all && len(words) == 0 {
		return all, nil
	}
	entries, err := r.which.entries(files, words)
	if err != nil {
		return nil, err
	}
	var kept []kubeconfig.Original
	for _, entry := range entries {
		original, ok := originalOf(entry, all)
		if !ok {
			return nil, jit.Errorf(jit.NotFound, "restore context "+entry.Context, "nothing is kept of it: it was not changed on this machine").
				WithNext("kubectl jit kubeconfig restore --all --dry-run")
		}
		kept = append(kept, original)
	}
	return kept, nil
}

func originalOf(entry kubeconfig.Entry, all []kubeconfig.Original) (kubeconfig.Original, bool) {
	for _, o := range all {
		if o.File == entry.File && o.User == entry.User {
			return o, true
		}
	}
	return kubeconfig.Original{}, false
}
