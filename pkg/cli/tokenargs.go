package cli

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
	"github.com/kubectl-jit/kubectl-jit/pkg/mint"
)

// getTokenVerb is the word that login writes into a kubeconfig and kubectl calls.
const getTokenVerb = "get-token"

// tokenArgs are the arguments of get-token: all that an entry of ours in a
// kubeconfig says. The access is named there in full, so that the entry can be
// read, found and carried to another machine.
type tokenArgs struct {
	tenant     string
	profile    string // a path
	cluster    jit.Cluster
	unattended bool
}

func (a *tokenArgs) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&a.profile, "profile", "", "the path of the profile, application/environment/profile")
	f.StringVar(&a.cluster.Name, "cluster", "", "the name of the EKS cluster")
	f.StringVar(&a.cluster.Region, "region", "", "its region")
	f.BoolVar(&a.unattended, "unattended", false, "open a checkout also when no person is at a terminal")
}

// list writes the arguments as they stand in a kubeconfig.
func (a *tokenArgs) list() []string {
	args := []string{
		getTokenVerb, "--tenant", a.tenant, "--profile", a.profile,
		"--cluster", a.cluster.Name, "--region", a.cluster.Region,
	}
	if a.unattended {
		args = append(args, "--unattended")
	}
	return args
}

// ours reads the arguments of an entry of ours; ok is false for any other
// program's entry.
func ours(exec *kubeconfig.Exec) (args tokenArgs, ok bool) {
	if exec == nil || len(exec.Args) == 0 || exec.Args[0] != getTokenVerb {
		return tokenArgs{}, false
	}
	cmd := &cobra.Command{Use: getTokenVerb}
	cmd.SetOut(io.Discard)
	cmd.SetErr(io.Discard)
	args.flags(cmd)
	cmd.Flags().StringVar(&args.tenant, "tenant", "", "")
	if err := cmd.ParseFlags(exec.Args[1:]); err != nil {
		return tokenArgs{}, false
	}
	return args, args.profile != "" && args.cluster.Name != ""
}

// ask turns the arguments into a call of the pipeline.
func (a *tokenArgs) ask(s *session) (mint.Ask, error) {
	access, err := jit.ParsePath(a.profile)
	if err != nil {
		return mint.Ask{}, jit.Errorf(jit.Invalid, "read --profile", "%w", err)
	}
	open := mint.OnDemand
	if a.unattended {
		open = mint.Always
	}
	return mint.Ask{
		Tenant:  s.tenant.URL,
		Access:  access,
		Cluster: a.cluster,
		Name:    s.callIt(access),
		Open:    open,
	}, nil
}
