package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/kubernetes"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/cani"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
)

type whoami struct {
	*env
	output
	kube kubeFlags
}

func newWhoami(e *env) *cobra.Command {
	w := whoami{env: e}
	cmd := &cobra.Command{
		Use:   "whoami",
		Short: "Show who you are: at the broker, at AWS and on the cluster",
		Long: `Show who you are: at the broker, at AWS and on the cluster of the context at hand.

The cluster is asked itself, so this is what its audit log and its RBAC see.`,
		Example: `  kubectl jit whoami
  kubectl jit whoami --context sandbox-reader -o json`,
		Args: wants(),
		RunE: func(cmd *cobra.Command, _ []string) error { return w.run(cmd.Context()) },
	}
	w.kube.flags(cmd)
	w.output.flag(cmd, "json", "yaml", "name")
	return cmd
}

// whoamiObject is the answer in "-o json".
type whoamiObject struct {
	typeMeta
	Tenant  string              `json:"tenant"`
	Person  string              `json:"person"`
	Context string              `json:"context"`
	Cluster string              `json:"cluster"`
	Profile string              `json:"profile"`
	Name    string              `json:"name"`
	Groups  []string            `json:"groups"`
	ARN     string              `json:"arn,omitempty"`
	Extra   map[string][]string `json:"extra,omitempty"`
}

func (w *whoami) run(ctx context.Context) error {
	at, err := w.atHand(ctx, w.kube)
	if err != nil {
		return err
	}
	defer w.Person.Progress("asking who you are")()
	person, err := at.session.Broker.Whoami(ctx)
	if err != nil {
		return err
	}
	identity, err := cani.Whoami(ctx, at.client)
	if err != nil {
		return at.refused(err)
	}
	object := whoamiObject{
		typeMeta: kind("Identity"),
		Tenant:   at.session.Tenant.URL,
		Person:   person.Name,
		Context:  at.entry.Context,
		Cluster:  at.args.Cluster.Name,
		Profile:  at.args.Profile,
		Name:     identity.Name,
		Groups:   slices.Clone(identity.Groups),
		ARN:      identity.ARN(),
		Extra:    identity.Extra,
	}
	return w.print(w.Streams.Out, w.Streams.ErrOut, listing{
		object:  object,
		names:   []string{identity.Name},
		columns: []string{"ATTRIBUTE", "VALUE"},
		rows: [][]any{
			{"Name", object.Name},
			{"Groups", strings.Join(object.Groups, ", ")},
			{"ARN", object.ARN},
			{"Cluster", object.Cluster + " (" + at.args.Cluster.Region + ")"},
			{"Profile", object.Profile},
			{"Signed in", object.Person + " at " + object.Tenant},
		},
	})
}

// atHand is the person on the cluster of the context at hand.
type atHand struct {
	session *caller.Session
	entry   kubeconfig.Entry
	args    caller.TokenArgs
	client  kubernetes.Interface
}

// atHand enters the cluster of the context at hand as kubectl would: with the
// token that the context's own entry asks for.
func (e *env) atHand(ctx context.Context, kube kubeFlags) (*atHand, error) {
	files, err := kubeconfig.Open(kube.kubeconfig)
	if err != nil {
		return nil, err
	}
	entry, err := files.Entry(kube.context)
	if err != nil {
		return nil, err
	}
	args, mine := ours(entry.Exec)
	if !mine {
		err := jit.Errorf(jit.Invalid, "use context "+entry.Context, "it does not get its tokens from this program")
		return nil, err.WithNext("kubectl jit login PROFILE --context %s", quote(entry.Context))
	}
	s, token, err := e.Token(ctx, args, entry.Exec.Args)
	if err != nil {
		return nil, err
	}
	client, err := e.client(entry, token)
	if err != nil {
		return nil, err
	}
	return &atHand{session: s, entry: entry, args: args, client: client}, nil
}

// refused explains why the cluster gave no answer.
func (a *atHand) refused(err error) error {
	op := "ask cluster " + a.args.Cluster.Name
	if apierrors.IsUnauthorized(err) {
		return jit.Errorf(jit.Denied, op, "the cluster does not take the token: its role may stand in no mapping any more").
			WithNext("kubectl jit login --context %s %s", quote(a.entry.Context), quote(a.args.Profile))
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
	return args, err == nil && args.Profile != "" && args.Cluster.Name != ""
}
