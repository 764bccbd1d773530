package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/cani"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
	"github.com/kubectl-jit/kubectl-jit/plugins/eks/account"
	"github.com/kubectl-jit/kubectl-jit/plugins/eks/mapping"
)

// The sources from which a cluster learns who a role is.
const (
	viaAWSAuth = "aws-auth"
	viaEntries = "access-entries"
)

func newAdminMappings(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "mappings",
		Short: "Map IAM roles to Kubernetes groups: aws-auth and access entries",
		Long: `Map IAM roles to Kubernetes groups.

A cluster learns who a role is from the ConfigMap kube-system/aws-auth, from the
access entries of EKS, or from both, where an access entry wins. EKS is asked which
it is, where AWS keys are at hand and may ask; else aws-auth is taken, and that is
said. Where the cluster has both, a change is made to the access entries. --via
chooses one of the two.`,
		Example: `  kubectl jit admin mappings list
  kubectl jit admin mappings add arn:aws:iam::196226166352:role/EKS-Pod-Manager --group pod-managers
  kubectl jit admin mappings remove arn:aws:iam::196226166352:role/EKS-Pod-Manager
  kubectl jit admin mappings lint`,
		Args: cobra.ArbitraryArgs,
		RunE: usage.Group,
	}
	cmd.AddCommand(newMappingsList(e), newMappingsAdd(e), newMappingsRemove(e), newMappingsLint(e))
	return cmd
}

// mappings is what its commands have in common.
type mappings struct {
	kube    kubeFlags
	via     string
	cluster jit.Cluster // from the flags
}

func (m *mappings) flags(cmd *cobra.Command) {
	m.kube.flags(cmd)
	f := cmd.Flags()
	f.Var(oneOf{&m.via, []string{viaAWSAuth, viaEntries}}, "via", "the `source` of mappings: aws-auth or access-entries (default: what the cluster has)")
	f.StringVar(&m.cluster.Name, "cluster", "", "the name of the EKS cluster, where the context does not tell it")
	f.StringVar(&m.cluster.Region, "region", "", "the region of the EKS cluster, where the context does not tell it")
}

// source is one of the two in which a role can be mapped.
type source interface {
	in() *workplace
	list(ctx context.Context) ([]mappingItem, error)
	lint(ctx context.Context, bound []string) ([]finding, error)
	// add and remove plan a change. Codes: invalid, denied (nodes, or the caller's
	// own entry), unavailable.
	add(ctx context.Context, w wish) (plan, error)
	remove(ctx context.Context, arn string) (plan, error)
}

// wish is how a role is to be mapped.
type wish struct {
	mapping.Mapping
	policies []account.Policy // of an access entry, beside what else it has
	replace  bool             // whatever stands there now
}

// mappingItem is one mapping in "-o json".
type mappingItem struct {
	ARN      string   `json:"arn"`
	Groups   []string `json:"groups"`
	Username string   `json:"username,omitempty"`
	Via      string   `json:"via"`
	Type     string   `json:"type,omitempty"` // of an access entry
	Line     int      `json:"line,omitempty"` // in mapRoles
}

// sources are those that the cluster has, the one that wins first.
func (m *mappings) sources(ctx context.Context, e *env) ([]source, error) {
	w, err := e.enter(ctx, m.kube)
	if err != nil {
		return nil, err
	}
	if m.cluster.Name != "" {
		w.cluster.Name = m.cluster.Name
	}
	if m.cluster.Region != "" {
		w.cluster.Region = m.cluster.Region
	}
	identity, err := cani.Whoami(ctx, w.client)
	if err != nil {
		return nil, w.refused("", err) // which says itself what was asked
	}
	auth := &awsAuth{workplace: w, caller: identity.ARN()}
	if m.via == viaAWSAuth {
		return []source{auth}, nil
	}
	entries, mode, err := e.entries(ctx, w)
	other := &accessEntries{workplace: w, entries: entries, caller: identity}
	switch {
	case m.via == viaEntries && err != nil:
		return nil, err
	case m.via == viaEntries, mode == account.ModeAPI:
		return []source{other}, nil
	case mode == account.ModeBoth:
		return []source{other, auth}, nil
	case err != nil:
		e.Note("aws-auth is taken, as EKS does not say whether the cluster has access entries: %s", err)
	}
	return []source{auth}, nil
}

// entries asks EKS what the cluster has.
func (e *env) entries(ctx context.Context, w *workplace) (account.Entries, string, error) {
	credential, err := e.credential(ctx, w)
	if err != nil {
		return account.Entries{}, "", err
	}
	entries, err := account.Finder{}.Entries(credential, w.cluster)
	if err != nil {
		return account.Entries{}, "", err
	}
	mode, err := entries.Mode(ctx)
	if jit.CodeOf(err) == jit.Unavailable && ctx.Err() != nil {
		return account.Entries{}, "", err
	}
	return entries, mode, err
}
