package cli

import (
	"context"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/kubernetes"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
	"github.com/kubectl-jit/kubectl-jit/pkg/mint"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

func newAdmin(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "admin",
		Short: "Set a cluster and an account up for just-in-time access",
		Long: `Set a cluster and an account up for just-in-time access.

  profile -> IAM role -> mapping -> Kubernetes group -> binding -> ClusterRole

Every command that changes something shows a diff first, on stderr, and asks; where
nobody can be asked it wants --yes. With --dry-run the diff is the answer, on
stdout, and nothing is changed. A second run finds nothing to change. How to undo
what was done is printed, and kept as a script in the state folder.

The cluster is that of the context at hand, with whatever credentials that context
has. EKS is asked with the keys of the context's profile; where the context is not
of this program, with those in the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
AWS_SESSION_TOKEN).`,
		Example: `  kubectl jit admin rbac --group pod-managers --preset pod-manager
  kubectl jit admin mappings add arn:aws:iam::196226166352:role/EKS-Pod-Manager --group pod-managers
  kubectl jit admin mappings lint
  kubectl jit admin trust-policy --saml-provider arn:aws:iam::196226166352:saml-provider/jit-broker`,
		Args: cobra.ArbitraryArgs,
		RunE: usage.Group,
	}
	cmd.AddCommand(newAdminRBAC(e), newAdminMappings(e), newAdminTrustPolicy(e), newAdminSAMLProvider(e))
	return cmd
}

// workplace is the cluster that an administrator works on.
type workplace struct {
	kube    kubeFlags
	entry   kubeconfig.Entry
	cluster jit.Cluster // name and region, as far as the context tells them
	client  kubernetes.Interface
	person  *atHand // set where the context is one of ours
}

func (w *workplace) in() *workplace { return w }

// enter goes to the cluster of the context at hand as kubectl would. Whoever sets
// the first profile up has no context of ours yet.
func (e *env) enter(ctx context.Context, kube kubeFlags) (*workplace, error) {
	files, entry, err := kube.entry()
	if err != nil {
		return nil, err
	}
	w := &workplace{kube: kube, entry: entry}
	if args, mine := ours(entry.Exec); mine {
		if w.person, err = e.inside(ctx, entry, args); err != nil {
			return nil, err
		}
		w.client, w.cluster = w.person.client, w.person.cluster
		return w, nil
	}
	w.cluster, _ = files.EKS(entry)
	config, err := files.Connect(entry.Context)
	if err != nil {
		return nil, err
	}
	config.UserAgent, config.Timeout, config.QPS = string(e.Called)+"/"+e.Version, clusterTimeout, -1
	if w.client, err = kubernetes.NewForConfig(config); err != nil {
		return nil, jit.Errorf(jit.Invalid, "connect to cluster "+entry.Cluster, "%w", err)
	}
	return w, nil
}

// credential is the AWS keys to ask with: those of the context's profile, or the
// environment's. Codes: invalid (there are none), and those of a checkout.
func (e *env) credential(ctx context.Context, w *workplace) (jit.Credential, error) {
	if w != nil && w.person != nil {
		ask := w.person.ask
		ask.Open = mint.OnDemand
		return w.person.conn.Mint.Credential(ctx, ask)
	}
	c := jit.Credential{
		AccessKeyID:     e.Getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: jit.NewSecret(e.Getenv("AWS_SECRET_ACCESS_KEY")),
		SessionToken:    jit.NewSecret(e.Getenv("AWS_SESSION_TOKEN")),
	}
	if c.AccessKeyID == "" || c.SecretAccessKey.Reveal() == "" {
		err := jit.Errorf(jit.Invalid, "ask AWS", "there are no keys: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set")
		return c, err.WithNext(`eval "$(aws configure export-credentials --format env)"`)
	}
	return c, nil
}

// inContext is how a command for a shell names the cluster.
func (w *workplace) inContext() string {
	flags := " --context " + jit.Quote(w.entry.Context)
	if w.kube.kubeconfig != "" {
		flags += " --kubeconfig " + jit.Quote(w.kube.kubeconfig)
	}
	return flags
}

// refused turns an error of the cluster into ours.
func (w *workplace) refused(op string, err error) error {
	switch {
	case err == nil:
		return nil
	case apierrors.IsUnauthorized(err) && w.person != nil:
		return w.person.refused(err)
	case apierrors.IsUnauthorized(err), apierrors.IsForbidden(err):
		return jit.Errorf(jit.Denied, op, "%w", err)
	case apierrors.IsNotFound(err):
		return jit.Errorf(jit.NotFound, op, "%w", err)
	case apierrors.IsInvalid(err), apierrors.IsBadRequest(err):
		return jit.Errorf(jit.Invalid, op, "%w", err)
	}
	return jit.Errorf(jit.Unavailable, op, "%w", err).WithNext("kubectl%s cluster-info", w.inContext())
}
