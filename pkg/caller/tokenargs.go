package caller

import (
	"io"

	"github.com/spf13/pflag"

	"github.com/kubectl-jit/kubectl-jit/pkg/execcred"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/mint"
)

// GetTokenVerb is the word that login writes into a kubeconfig and clients call.
const GetTokenVerb = "get-token"

// TokenArgs are the arguments of get-token: all that an entry of ours in a
// kubeconfig says. The access is named there in full, so that the entry can be
// read, found and carried to another machine.
type TokenArgs struct {
	Tenant     string
	Profile    string      // a path
	Cluster    jit.Cluster // zero for a Kubernetes application, which is the cluster itself
	Roles      []jit.Role  // to be assumed further
	Unattended bool
	Federation string // the provider that a workload signs in by; empty: the configuration's
	Verbosity  int    // read only: as kubectl's -v
}

// Flags declares the arguments but those that every verb has.
func (a *TokenArgs) Flags(f *pflag.FlagSet) {
	f.StringVar(&a.Profile, "profile", "", "the path of the profile, application/environment/profile")
	f.StringVar(&a.Cluster.Name, "cluster", "", "the name of the EKS cluster; left out where the broker itself gives the token")
	f.StringVar(&a.Cluster.Region, "region", "", "the region of the EKS cluster")
	RoleFlags(f, &a.Roles)
	f.BoolVar(&a.Unattended, "unattended", false, "open a checkout also when no person is at a terminal")
}

// List writes the arguments as they stand in a kubeconfig.
func (a *TokenArgs) List() []string {
	args := []string{GetTokenVerb, "--tenant", a.Tenant, "--profile", a.Profile}
	if a.Cluster != (jit.Cluster{}) {
		args = append(args, "--cluster", a.Cluster.Name, "--region", a.Cluster.Region)
	}
	args = append(args, RoleArgs(a.Roles)...)
	if a.Unattended {
		args = append(args, "--unattended")
	}
	if a.Federation != "" {
		args = append(args, "--federation", a.Federation)
	}
	return args
}

// ParseTokenArgs reads the words after the verb. Codes: invalid.
func ParseTokenArgs(words []string) (TokenArgs, error) {
	var a TokenArgs
	f := pflag.NewFlagSet(GetTokenVerb, pflag.ContinueOnError)
	f.SetOutput(io.Discard)
	a.Flags(f)
	f.StringVar(&a.Tenant, "tenant", "", "")
	f.StringVar(&a.Federation, "federation", "", "")
	f.IntVarP(&a.Verbosity, "v", "v", 0, "")
	const help = "kubectl jit get-token --help"
	if err := f.Parse(words); err != nil {
		return a, jit.Errorf(jit.Invalid, "", "%w", err).WithNext(help)
	}
	if f.NArg() > 0 {
		return a, jit.ExtraWord(f.Arg(0)).WithNext(help)
	}
	return a, nil
}

// answer writes the token. Of one that ends too soon, the login that gets the next
// is named.
func (a *TokenArgs) answer(w io.Writer, apiVersion string, token jit.Token) error {
	err := execcred.Write(w, apiVersion, token)
	if jit.NextOf(err) == "" {
		return err
	}
	return a.mend(err)
}

// mend names the login that writes the entry anew, after an error of what it asks.
func (a *TokenArgs) mend(err error) error {
	access, unknown := jit.ParsePath(a.Profile)
	if unknown != nil {
		return err
	}
	return (&jit.Error{Code: jit.CodeOf(err), Err: err}).WithNext("%s", mint.Ask{Access: access, Flags: RoleArgs(a.Roles)}.Login())
}

// Ask turns the arguments into a call of the pipeline, as a client makes it. Codes:
// invalid.
func (a *TokenArgs) Ask(conn *Connection) (mint.Ask, error) {
	access, err := jit.ParsePath(a.Profile)
	if err != nil {
		return mint.Ask{}, jit.Errorf(jit.Invalid, "read --profile", "%w", err)
	}
	open := mint.OnDemand
	if a.Unattended {
		open = mint.Always
	}
	ask := conn.Ask(access, a.Roles)
	ask.Cluster, ask.Open = a.Cluster, open
	return ask, nil
}
