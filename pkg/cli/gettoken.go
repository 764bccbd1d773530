package cli

import (
	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

// newGetToken is get-token by hand, and its help. A client's call is answered by
// the front, or by jit-token, and does not come here; all of them do what
// [caller.Caller.GetToken] does.
func newGetToken(e *env) *cobra.Command {
	var args caller.TokenArgs
	cmd := &cobra.Command{
		Use:   caller.GetTokenVerb,
		Short: "Print a token for a cluster (kubectl calls this)",
		Long: `Print a token for a cluster, as the ExecCredential that kubectl and every other
program with a kubeconfig asks for.

"kubectl jit login" writes the call into the kubeconfig. By hand it shows what
kubectl would get. It lives on a checkout that stands; it opens one for a person
at a terminal, where the policy asks for nothing, and for an entry with
--unattended.`,
		Example: `  kubectl-jit get-token --tenant https://broker.example.com \
    --profile "Manual - Sigma Labs/196226166352 (Sigma Labs)/EKS Pod Manager" \
    --cluster sandbox --region eu-central-1`,
		Args: usage.Wants(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			args.Tenant, args.Federation = e.Tenant, e.Federation
			return e.GetToken(cmd.Context(), args)
		},
	}
	args.Flags(cmd.Flags())
	return cmd
}
