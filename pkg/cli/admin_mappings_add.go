package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
	"github.com/kubectl-jit/kubectl-jit/plugins/eks/account"
	"github.com/kubectl-jit/kubectl-jit/plugins/eks/mapping"
)

type mappingsAdd struct {
	adminChange
	mappings
	groups   []string
	username string
	policies []string
	replace  bool
}

func newMappingsAdd(e *env) *cobra.Command {
	a := mappingsAdd{adminChange: adminChange{env: e}}
	cmd := &cobra.Command{
		Use:   "add ROLE-ARN [--group GROUP] [--access-policy POLICY]",
		Short: "Map a role to groups",
		Long: `Map a role to groups. Everything else that stands in aws-auth stays byte for byte:
neighbours, their order and comments, mapUsers and mapAccounts.

In aws-auth a role stands without its path, and it is taken off; an access entry
wants it. The user name is a template. In aws-auth it is {{SessionNameRaw}} unless
you say otherwise: the name of the session, which is the person's; an access entry
has one that EKS makes.

--access-policy gives an access entry rights beside RBAC's, cluster-wide or in the
namespaces behind "=". Those that the entry has and that are not named stay, and
without --group so do its groups.

A role that is mapped otherwise is an error, unless --replace is given. An entry of
nodes, and the one that you came in by, are never changed. The diff goes to stderr,
with --dry-run to stdout.`,
		Example: `  kubectl jit admin mappings add arn:aws:iam::196226166352:role/EKS-Pod-Manager --group pod-managers
  kubectl jit admin mappings add arn:aws:iam::196226166352:role/EKS-Pod-Manager --group readers --replace --dry-run
  kubectl jit admin mappings add arn:aws:iam::196226166352:role/EKS-Unmapped --group readers --via access-entries --yes
  kubectl jit admin mappings add arn:aws:iam::196226166352:role/EKS-Unmapped --access-policy AmazonEKSViewPolicy=shop,web --via access-entries --dry-run`,
		Args: usage.Wants("ROLE-ARN"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.run(cmd.Context(), args[0]) },
	}
	a.mappings.flags(cmd)
	a.adminChange.flags(cmd)
	f := cmd.Flags()
	f.StringSliceVar(&a.groups, "group", nil, "a Kubernetes group; several with commas, or the flag again; '' is none")
	f.StringVar(&a.username, "username", "", "the template of the Kubernetes user name")
	f.StringArrayVar(&a.policies, "access-policy", nil, "an access `policy` for an access entry, NAME[=NAMESPACE,…]; may be repeated")
	f.BoolVar(&a.replace, "replace", false, "change how the role is mapped now")
	return cmd
}

func (a *mappingsAdd) run(ctx context.Context, arn string) error {
	if _, err := mapping.Role(arn); err != nil {
		return err
	}
	w := wish{Mapping: mapping.Mapping{ARN: arn, Username: a.username, Groups: a.groups}, replace: a.replace}
	for _, text := range a.policies {
		policy, err := account.ParsePolicy(text, arn)
		if err != nil {
			return err
		}
		w.policies = append(w.policies, policy)
	}
	sources, err := a.sources(ctx, a.env)
	if err != nil {
		return err
	}
	p, err := sources[0].add(ctx, w)
	if err != nil {
		return err
	}
	return a.carryOut(ctx, p)
}

type mappingsRemove struct {
	adminChange
	mappings
}

func newMappingsRemove(e *env) *cobra.Command {
	r := mappingsRemove{adminChange: adminChange{env: e}}
	cmd := &cobra.Command{
		Use:   "remove ROLE-ARN",
		Short: "Remove the mapping of a role",
		Long: `Remove the mapping of a role, and nothing else: comments above it stay. Where the
cluster has aws-auth and access entries, it goes from both. A token that is out
already may be believed for some more minutes.

An entry of nodes, and the one that you came in by, are never removed. With an
access entry go its access policies; they are in the diff, and the undo brings them
back. The diff goes to stderr, with --dry-run to stdout.`,
		Example: `  kubectl jit admin mappings remove arn:aws:iam::196226166352:role/EKS-Pod-Manager
  kubectl jit admin mappings remove arn:aws:iam::196226166352:role/EKS-Pod-Manager --dry-run`,
		Args: usage.Wants("ROLE-ARN"),
		RunE: func(cmd *cobra.Command, args []string) error { return r.run(cmd.Context(), args[0]) },
	}
	r.mappings.flags(cmd)
	r.adminChange.flags(cmd)
	return cmd
}

func (r *mappingsRemove) run(ctx context.Context, arn string) error {
	if _, err := mapping.Role(arn); err != nil {
		return err
	}
	sources, err := r.sources(ctx, r.env)
	if err != nil {
		return err
	}
	all := plan{nothing: "Nothing to change: " + arn + " is mapped nowhere."}
	for _, source := range sources {
		p, err := source.remove(ctx, arn)
		if err != nil {
			return err
		}
		if len(sources) == 1 {
			all.nothing = p.nothing
		}
		if len(p.steps) == 0 {
			continue
		}
		all.name = p.name
		all.pieces, all.steps, all.done = append(all.pieces, p.pieces...), append(all.steps, p.steps...), append(all.done, p.done...)
	}
	return r.carryOut(ctx, all)
}

// undoAdd and undoRemove are the commands that take a mapping back.

func (w *workplace) undoAdd(arn, via string) string {
	return "kubectl jit admin mappings remove " + jit.Quote(arn) + w.inCluster(via)
}

func (w *workplace) undoRemove(m mapping.Mapping, via string, policies ...account.Policy) string {
	command := "kubectl jit admin mappings add " + jit.Quote(m.ARN) + " --replace"
	if len(m.Groups) == 0 {
		command += " --group ''"
	}
	for _, group := range m.Groups {
		command += " --group " + jit.Quote(group)
	}
	if m.Username != "" {
		command += " --username " + jit.Quote(m.Username)
	}
	for _, policy := range policies {
		command += " --access-policy " + jit.Quote(policy.Text(m.ARN))
	}
	return command + w.inCluster(via)
}

func (w *workplace) inCluster(via string) string {
	flags := " --via " + via + w.inContext()
	if via == viaEntries {
		flags += " --cluster " + jit.Quote(w.cluster.Name) + " --region " + jit.Quote(w.cluster.Region)
	}
	return flags + " --yes"
}
