package cli

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/kubernetes"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
	"github.com/kubectl-jit/kubectl-jit/pkg/mint"
)

// atHand is the person on the cluster of the context at hand.
type atHand struct {
	conn    *caller.Connection
	entry   kubeconfig.Entry
	args    caller.TokenArgs
	cluster jit.Cluster // as args name it, or as the kubeconfig does
	ask     mint.Ask    // for the same access; opens nothing
	token   jit.Token
	client  kubernetes.Interface
}

// entry is the context at hand, in the files that kubectl would read.
func (k *kubeFlags) entry() (*kubeconfig.Files, kubeconfig.Entry, error) {
	files, err := kubeconfig.Open(k.kubeconfig)
	if err != nil {
		return nil, kubeconfig.Entry{}, err
	}
	entry, err := files.Entry(k.context)
	return files, entry, err
}

// atHand enters the cluster of the context at hand as kubectl would: with the
// token that the context's own entry asks for.
func (e *env) atHand(ctx context.Context, kube kubeFlags) (*atHand, error) {
	_, entry, err := kube.entry()
	if err != nil {
		return nil, err
	}
	args, mine := ours(entry.Exec)
	if !mine {
		err := jit.Errorf(jit.Invalid, "use context "+entry.Context, "it does not get its tokens from this program")
		return nil, err.WithNext("kubectl jit login PROFILE --context %s", jit.Quote(entry.Context))
	}
	return e.inside(ctx, entry, args)
}

// inside is atHand for an entry of ours, with its arguments.
func (e *env) inside(ctx context.Context, entry kubeconfig.Entry, args caller.TokenArgs) (*atHand, error) {
	conn, token, err := e.Token(ctx, args, entry.Exec.Args)
	if err != nil {
		return nil, err
	}
	client, err := e.client(entry, token)
	if err != nil {
		return nil, err
	}
	ask, err := args.Ask(conn)
	if err != nil {
		return nil, err
	}
	ask.Open = mint.Never
	return &atHand{conn: conn, entry: entry, args: args, cluster: clusterOf(entry, args), ask: ask, token: token, client: client}, nil
}

// refused explains why the cluster gave no answer.
func (a *atHand) refused(err error) error {
	op := "ask cluster " + a.cluster.Name
	if apierrors.IsUnauthorized(err) && a.args.Cluster.Name == "" {
		return untrusting(op).WithNext("%s --context %s", a.ask.Login(), jit.Quote(a.entry.Context))
	}
	if apierrors.IsUnauthorized(err) {
		return jit.Errorf(jit.Denied, op, "the cluster does not take the token: its role may stand in no mapping any more").
			WithNext("%s --context %s", a.ask.Login(), jit.Quote(a.entry.Context))
	}
	return err
}

// ours reads the arguments of an entry of ours; ok is false for any other
// program's entry.
func ours(exec *kubeconfig.Exec) (args caller.TokenArgs, ok bool) {
	if exec == nil || len(exec.Args) == 0 || exec.Args[0] != caller.GetTokenVerb {
		return caller.TokenArgs{}, false
	}
	args, err := caller.ParseTokenArgs(exec.Args[1:])
	return args, err == nil && args.Profile != ""
}

// clusterOf names the cluster of an entry of ours, for people and to tell it apart.
func clusterOf(entry kubeconfig.Entry, args caller.TokenArgs) jit.Cluster {
	if args.Cluster.Name == "" {
		return jit.Cluster{Name: entry.Cluster}
	}
	return args.Cluster
}

// called is a cluster as people call it.
func called(c jit.Cluster) string {
	if c.Region == "" {
		return c.Name
	}
	return c.Name + " (" + c.Region + ")"
}

// untrusting explains why a cluster did not take a token that the broker itself
// gave.
func untrusting(op string) *jit.Error {
	return jit.Errorf(jit.Denied, op, "the cluster does not take the broker's token: its OIDC issuer must be the one of the profile's environment, with the same client id")
}
