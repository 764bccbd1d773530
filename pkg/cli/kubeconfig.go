package cli

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

// newKubeconfig holds what changes kubeconfigs without logging in.
func newKubeconfig(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "kubeconfig",
		Short: "Point contexts at this program, and restore them",
		Long: `Point contexts at this program, and bring back what they were.

"kubectl jit login" points the context at hand; "convert" does so for many, without
checking anything out.`,
		Example: `  kubectl jit kubeconfig convert --profile eks-pod-manager --dry-run
  kubectl jit kubeconfig restore --all --dry-run`,
		Args: cobra.ArbitraryArgs,
		RunE: usage.Group,
	}
	cmd.AddCommand(newKubeconfigConvert(e), newKubeconfigRestore(e))
	return cmd
}

// whichContexts are the flags by which a command changes several contexts.
type whichContexts struct {
	kubeconfig string
	all        bool
	dryRun     bool
}

func (w *whichContexts) flags(cmd *cobra.Command, all string) {
	f := cmd.Flags()
	f.StringVar(&w.kubeconfig, "kubeconfig", "", "the kubeconfig file, in place of KUBECONFIG and ~/.kube/config")
	f.BoolVar(&w.all, "all", false, all)
	f.BoolVar(&w.dryRun, "dry-run", false, "change nothing, and show what would be changed")
}

// entries are the contexts that were named: by the words, or the current one.
func (w *whichContexts) entries(files *kubeconfig.Files, words []string) ([]kubeconfig.Entry, error) {
	if w.all && len(words) > 0 {
		return nil, jit.Errorf(jit.Invalid, "", "--all takes no context")
	}
	if w.all {
		return files.Entries()
	}
	if len(words) == 0 {
		words = []string{""}
	}
	var found []kubeconfig.Entry
	for _, word := range words {
		entry, err := files.Entry(word)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(found, func(e kubeconfig.Entry) bool { return e.Context == entry.Context }) {
			found = append(found, entry)
		}
	}
	return found, nil
}

// open finds the kubeconfigs; a dry run only looks at them.
func (w *whichContexts) open() (*kubeconfig.Files, error) {
	files, err := kubeconfig.Open(w.kubeconfig)
	if err != nil || !w.dryRun {
		return files, err
	}
	return files.DryRun(), nil
}

// restoreAll takes back what is kept of entries. It names those that it leaves
// alone, and returns how many they are.
func (e *env) restoreAll(ctx context.Context, files *kubeconfig.Files, kept []kubeconfig.Original, originals string, dry bool) (left int) {
	for _, o := range kept {
		if err := e.restore(ctx, files, o, originals, dry); err != nil {
			left++
			e.Note("left alone: %v", err)
		}
	}
	return left
}

// restore takes back what is kept of one entry, and says so.
func (e *env) restore(ctx context.Context, files *kubeconfig.Files, o kubeconfig.Original, originals string, dry bool) error {
	change, err := files.Restore(ctx, o.File, o.User, originals)
	switch {
	case err != nil:
		return err
	case dry:
		return e.showDiff(change.File, change.Old, change.New)
	case !change.Wrote:
		e.say("User %s in %s was as before already.", o.User, o.File)
	case o.Context != "" && o.MadeContext():
		e.say("Context %s is removed from %s: login had made it.", o.Context, o.File)
	case o.Context != "" && o.Was == "":
		e.say("Context %s in %s has no user again.", o.Context, o.File)
	case o.Context != "":
		e.say("Context %s in %s has its user %s again.", o.Context, o.File, o.Was)
	default:
		e.say("User %s in %s is what it was.", o.User, o.File)
	}
	return nil
}
