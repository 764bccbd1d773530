package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
	"github.com/kubectl-jit/kubectl-jit/pkg/mint"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

// login checks a profile out and points kubectl at it.
//
//	PROFILE ─▶ access           target.go
//	context ─▶ cluster          place.go: name and region, from the entry itself
//	                            (of a Kubernetes application: place_described.go)
//	access  ─▶ checkout ─▶ token  pkg/mint, waiting for an approval
//	token   ─▶ who am I there   arrival.go: asked before anything is written
//	        ─▶ kubeconfig       pkg/kubeconfig
//
// Whatever fails on the way leaves the kubeconfig as it was.
type login struct {
	*env
	kube       kubeFlags
	signIn     signInWith
	reason     jit.Reason
	otp        oneTimeCode
	patience   patience
	cluster    jit.Cluster // from the flags
	roles      []jit.Role  // likewise, to be assumed further
	newContext string
	unattended bool
}

func newLogin(e *env) *cobra.Command {
	l := login{env: e, signIn: signInWith{env: e}}
	cmd := &cobra.Command{
		Use:   "login [PROFILE]",
		Short: "Sign in, or check a profile out and point kubectl at it",
		Long: `Check a profile out and point kubectl at it.

The context at hand keeps its name, its cluster and its namespace; its user gets
its tokens from this program from now on. The current context stays what it is.
Where the policy asks for an approval, login asks for it and waits. It is also
the way back after "kubectl jit checkin".

PROFILE is an alias, a path as "kubectl jit profiles" prints it, or the end of one.

A profile of a Kubernetes application is the cluster: a context that leads there is
used, or one is made, called like the environment. The broker gives its tokens.

With --assume-role the entry goes on from the profile's role to another one, and
from that to the next where several are named. They stand in the entry.

Without a profile, login signs in at the tenant: at a terminal through the
browser, or, where the broker has no page for it and with --api-token, with an API
token that is asked for. One in --token-file or BRITIVE_API_TOKEN is taken as it
is. With --federation no person is needed: the platform speaks for the workload.

Where you are signed in already and sit at a terminal, you pick one of your
profiles instead. --anew signs in anew, as does any other flag that signs in; that goes
before a session of pybritive's.`,
		Example: `  kubectl jit login --tenant acme
  kubectl jit login --anew
  kubectl jit login --tenant https://broker.example.com --api-token
  kubectl jit login --tenant acme --federation github-britive
  kubectl jit login eks-pod-manager
  kubectl jit login eks-admin -j "INC-42: node pool is stuck" --wait 10m
  kubectl jit login eks-reader --new-context sandbox-reader
  kubectl jit login eks-pod-manager --assume-role arn:aws:iam::196226166352:role/EKS-Deployer --external-id ci/42`,
		Args: usage.Wants("[PROFILE]"),
		RunE: func(cmd *cobra.Command, args []string) error { return l.start(cmd.Context(), cmd, args) },
	}
	l.signIn.flags(cmd)
	l.kube.flags(cmd)
	reasonFlags(cmd, &l.reason)
	l.otp.flag(cmd)
	l.patience.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&l.newContext, "new-context", "", "add a context of this name beside the one at hand, in place of changing that")
	f.StringVar(&l.cluster.Name, "cluster", "", "the name of the EKS cluster, where the context does not tell it")
	f.StringVar(&l.cluster.Region, "region", "", "the region of the EKS cluster, where the context does not tell it")
	caller.RoleFlags(f, &l.roles)
	f.BoolVar(&l.unattended, "unattended", false, "for CI: the entry opens a checkout also when no person is at a terminal")
	cmd.ValidArgsFunction = first(e.profiles)
	return cmd
}

// start tells the two meanings of login apart.
func (l *login) start(ctx context.Context, cmd *cobra.Command, args []string) error {
	if len(args) == 1 {
		for _, name := range l.signIn.names() {
			if cmd.Flags().Changed(name) {
				return jit.Errorf(jit.Invalid, "", "--%s signs in, which is login without a profile", name)
			}
		}
		return l.run(ctx, args[0])
	}
	conn, err := l.standing(ctx)
	if err != nil {
		return err
	}
	if conn != nil {
		profile, err := l.pickProfile(ctx, conn)
		if err != nil {
			return err
		}
		return l.run(ctx, profile)
	}
	forProfile := []string{"context", "new-context", "cluster", "region", "unattended", "justification", "ticket", "ticket-type", "otp", "wait", "no-wait", "withdraw"}
	for _, name := range append(forProfile, caller.RoleFlagNames()...) {
		if cmd.Flags().Changed(name) {
			return jit.Errorf(jit.Invalid, "", "--%s goes with a profile", name).WithNext("kubectl jit login PROFILE --%s …", name)
		}
	}
	return l.signIn.run(ctx)
}

// standing is the connection of a person at the terminal who is signed in already; nil
// where nobody is, or is to be signed in. A sign-in that has ended is not made anew
// here, for the same person: whoever comes may sign in.
func (l *login) standing(ctx context.Context) (*caller.Connection, error) {
	if l.signIn.used() || l.Getenv(caller.EnvToken) != "" || !l.Person.Present() {
		return nil, nil
	}
	conn, err := l.Connect(ctx)
	switch {
	case errors.Is(err, context.Canceled):
		return nil, err
	case err != nil:
		return nil, nil //nolint:nilerr // signing in says what is wrong
	}
	who, err := l.Whoami(ctx, conn.Tenant, conn.SignIn)
	switch {
	case jit.CodeOf(err) == jit.SignIn:
		return nil, nil
	case err != nil:
		return nil, err
	}
	anew := "kubectl jit login --anew"
	if l.Tenant != "" {
		anew += " --tenant " + jit.Quote(l.Tenant)
	}
	l.Note("You are %s at %s; %s signs in anew.", who.Person.Name, conn.Tenant.URL, anew)
	return conn, nil
}

func (l *login) run(ctx context.Context, profile string) error {
	files, err := kubeconfig.Open(l.kube.kubeconfig)
	if err != nil {
		return err
	}
	conn, target, err := l.target(ctx, profile)
	if err != nil {
		return err
	}
	ask := target.ask(conn, l.roles)
	where, err := l.placeFor(ctx, files, conn, ask)
	if err != nil {
		return err
	}
	ask.Reason, ask.Open, ask.Wait = l.reason, mint.Always, l.patience.duration()
	ask.Withdraw = l.patience.withdraw
	if ask.OTP, err = l.otp.read(ctx, l.env); err != nil {
		return err
	}
	if err := l.writable(ctx, files, where, ask); err != nil {
		return err
	}
	grant, err := conn.Mint.Checkout(ctx, ask)
	if err != nil {
		return err
	}
	ask.OTP = jit.Secret{}    // it is used up
	ask.Access = grant.Access // in the broker's own spelling, which the entry will name
	if where, err = l.locate(ctx, conn, ask, where); err != nil {
		return err
	}
	args := caller.TokenArgs{Tenant: conn.Tenant.URL, Profile: grant.Access.Path(), Cluster: where.cluster, Roles: ask.Roles, Unattended: l.unattended, Federation: l.Federation}
	arrived, err := l.arrive(ctx, conn, ask, where, args)
	if err != nil {
		return err
	}
	change, err := l.write(ctx, files, where, l.exec(args), conn.Folders.Originals)
	if err != nil {
		return err
	}
	l.tell(where, arrived, grant, ask.Roles, change)
	return nil
}

// writable finds out whether the kubeconfig can be changed as it is going to be,
// before an approver is asked for an access that then cannot be used.
func (l *login) writable(ctx context.Context, files *kubeconfig.Files, where place, ask mint.Ask) error {
	exec := l.exec(caller.TokenArgs{Profile: ask.Access.Path(), Cluster: where.cluster, Roles: ask.Roles})
	if where.entry.Context == "" { // EKS will tell its name
		_, err := files.DryRun().AddCluster(ctx, kubeconfig.NewCluster{Name: where.cluster.Name}, exec, "")
		return err
	}
	_, err := l.write(ctx, files.DryRun(), where, exec, "")
	return err
}

// write re-points the context's user, or adds what was asked for.
func (l *login) write(ctx context.Context, files *kubeconfig.Files, where place, exec kubeconfig.Exec, originals string) (kubeconfig.Change, error) {
	switch {
	case where.add != nil:
		cluster := *where.add
		if l.newContext != "" {
			cluster.Name = l.newContext
		}
		return files.AddCluster(ctx, cluster, exec, originals)
	case l.newContext != "":
		return files.Add(ctx, l.newContext, where.entry, exec, originals)
	}
	return files.Point(ctx, where.entry, exec, originals)
}
