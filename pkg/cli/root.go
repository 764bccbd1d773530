package cli

import (
	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
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
		RunE:          usage.Group,
		PersistentPreRun: func(*cobra.Command, []string) {
			// A login that was killed may have left kubectl's lock behind. Whatever
			// comes next removes it, so that kubectl can write again.
			_, _ = kubeconfig.Open("")
		},
	}
	root.SetOut(e.Streams.Out)
	root.SetErr(e.Streams.ErrOut)
	root.SetIn(e.Streams.In)
	root.CompletionOptions.DisableDefaultCmd = true
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	root.PersistentFlags().StringVar(&e.Tenant, "tenant", "", "the tenant of the broker: its name in the configuration or at Britive, or its URL")
	root.PersistentFlags().StringVar(&e.Federation, "federation", "", "sign in by workload federation, with the token of this platform: github, gitlab, aws, ... (NAME or NAME-OPTION)")
	root.PersistentFlags().IntVarP(&e.Verbosity, "v", "v", 0, "show the calls of the broker, as kubectl does: 6 calls, 7 headers, 8 and 9 bodies; secrets never")
	addCommands(e, root)
	e.completeFlags(root)
	usage.Prepare(root, e.Called.Say)
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
