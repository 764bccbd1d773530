package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
	"github.com/kubectl-jit/kubectl-jit/pkg/nearest"
)

// The groups in which help lists the commands.
const (
	groupAccess   = "access"
	groupRequests = "requests"
	groupLook     = "look"
	groupAWS      = "aws"
	groupPrograms = "programs"
	groupSetup    = "setup"
	groupAdmin    = "admin"
)

// newRoot builds the tree of commands.
func newRoot(e *env) *cobra.Command {
	root := &cobra.Command{
		Use:   string(e.Called),
		Short: "Just-in-time access to Kubernetes, from the kubectl you have",
		Long: `Just-in-time access to Kubernetes, from the kubectl you have.

A profile is checked out when it is needed, kubectl gets its tokens from it, and
it ends by itself.`,
		Example: `  kubectl jit login --tenant https://broker.example.com   # once: sign in
  kubectl jit profiles                                    # what may I ask for
  kubectl jit login eks-pod-manager                       # check out, and kubectl works
  kubectl get pods
  kubectl jit checkin eks-pod-manager                     # give it back`,
		Annotations:   map[string]string{cobra.CommandDisplayNameAnnotation: e.Called.Command()},
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE:          func(cmd *cobra.Command, args []string) error { return noCommand(cmd, args) },
		PersistentPreRun: func(*cobra.Command, []string) {
			// A login that was killed may have left kubectl's lock behind. Whatever
			// comes next removes it, so that kubectl can write again.
			_, _ = kubeconfig.Open("")
		},
	}
	root.SetOut(e.Streams.Out)
	root.SetErr(e.Streams.ErrOut)
	root.SetIn(e.Streams.In)
	root.SetFlagErrorFunc(badFlag)
	root.CompletionOptions.DisableDefaultCmd = true
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	root.PersistentFlags().StringVar(&e.Tenant, "tenant", "", "the broker: a URL, a name of the configuration, or a Britive tenant")
	root.PersistentFlags().StringVar(&e.Federation, "federation", "", "sign in by the place this runs in: github, gitlab, aws, ... (NAME or NAME-OPTION)")
	root.PersistentFlags().IntVarP(&e.Verbosity, "v", "v", 0, "show the calls of the broker, as kubectl does: 6 calls, 7 headers, 8 and 9 bodies; secrets never")
	addCommands(e, root)
	e.completeFlags(root)
	rename(e.Called, root)
	narrowFlags(root)
	return root
}

func addCommands(e *env, root *cobra.Command) {
	root.AddGroup(
		&cobra.Group{ID: groupAccess, Title: "Daily:"},
		&cobra.Group{ID: groupRequests, Title: "For approvers, and whoever asks them:"},
		&cobra.Group{ID: groupLook, Title: "What have I got:"},
		&cobra.Group{ID: groupAWS, Title: "For the AWS CLI and SDKs:"},
		&cobra.Group{ID: groupPrograms, Title: "Called by programs:"},
		&cobra.Group{ID: groupSetup, Title: "Setting up:"},
		&cobra.Group{ID: groupAdmin, Title: "For administrators:"},
	)
	add := func(group string, commands ...*cobra.Command) {
		for _, cmd := range commands {
			cmd.GroupID = group
			root.AddCommand(cmd)
		}
	}
	add(groupAccess, newLogin(e), newCheckout(e), newExtend(e), newCheckin(e), newLogout(e))
	add(groupRequests, newRequest(e), newRequests(e), newApprove(e), newReject(e))
	add(groupLook, newStatus(e), newProfiles(e), newWhoami(e), newCanI(e), newDoctor(e))
	add(groupAWS, newPrintEnv(e), newExecWith(e))
	add(groupPrograms, newGetToken(e), newAWSCredentialProcess(e))
	add(groupSetup, newAlias(e), newConfig(e), newKubeconfig(e), newCompletion(e), newUninstall(e), newVersion(e))
	add(groupAdmin, newAdmin(e))
	root.AddCommand(newAuth(e))
	root.SetHelpCommandGroupID(groupSetup)
}

// noCommand answers a word that is no command, or shows the help where there is
// no word at all.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	err := jit.Errorf(jit.Invalid, "", "%q is no command of %s%s", args[0], cmd.CommandPath(), didYouMean(nearest.Names(args[0], names)))
	return err.WithNext("%s --help", cmd.CommandPath())
}

// badFlag answers a flag that does not exist or has no value.
func badFlag(cmd *cobra.Command, err error) error {
	hint := ""
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
		hint = didYouMean(nearest.Names("--"+unknown.GetSpecifiedName(), names))
	}
	return jit.Errorf(jit.Invalid, "", "%w%s", err, hint).WithNext("%s --help", cmd.CommandPath())
}

// wants takes exactly the arguments named, each written as help shows it; one in
// brackets may be left out.
func wants(names ...string) cobra.PositionalArgs {
	least := slices.IndexFunc(names, func(name string) bool { return strings.HasPrefix(name, "[") })
	if least < 0 {
		least = len(names)
	}
	return func(cmd *cobra.Command, args []string) error {
		var err *jit.Error
		switch {
		case len(args) < least:
			err = jit.Errorf(jit.Invalid, "", "%s is missing", names[len(args)])
		case len(args) > len(names):
			err = caller.ExtraWord(args[len(names)])
		default:
			return nil
		}
		return err.WithNext("%s --help", cmd.CommandPath())
	}
}

// wantsSome takes one or more of what is named.
func wantsSome(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		return wants(slices.Repeat([]string{name}, max(1, len(args)))...)(cmd, args)
	}
}

// didYouMean lists the nearest names, ready to stand behind "no such thing".
func didYouMean(names []string) string {
	if len(names) == 0 {
		return ""
	}
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = fmt.Sprintf("%q", name)
	}
	return "; did you mean " + strings.Join(quoted, " or ") + "?"
}
