package cli

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
	"github.com/kubectl-jit/kubectl-jit/pkg/pybritive"
)

type kubeconfigConvert struct {
	*env
	which      whichContexts
	profile    string
	unattended bool
}

func newKubeconfigConvert(e *env) *cobra.Command {
	c := kubeconfigConvert{env: e}
	cmd := &cobra.Command{
		Use:   "convert [CONTEXT…] --profile PROFILE",
		Short: "Point contexts of EKS clusters, and pybritive's, at this program",
		Long: `Point contexts of EKS clusters at this program, as "kubectl jit login" does with
one, without checking anything out: the first kubectl at a terminal does that.

Each context keeps its name, cluster and namespace; its user, which ran "aws eks
get-token", aws-iam-authenticator or pybritive-kube-exec, or held a token, gets its
tokens from this program. "kubectl jit kubeconfig restore" brings the old user back.

Without CONTEXT it is the current one; with --all every context of an EKS cluster
that uses one of these; a second run finds nothing to change. Contexts that share a
user are pointed together. A context that pybritive wrote names its tenant and
profile itself, by pybritive's names; where that is a profile of a Kubernetes
application, it need be no cluster of EKS.`,
		Example: `  kubectl jit kubeconfig convert --profile eks-pod-manager
  kubectl jit kubeconfig convert --all --profile eks-reader --dry-run`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return c.run(cmd.Context(), args) },

		ValidArgsFunction: word(e.contexts),
	}
	c.which.flags(cmd, "every context of an EKS cluster")
	cmd.Flags().StringVar(&c.profile, "profile", "", "the profile that gives the access: an alias, a path, or the end of one")
	cmd.Flags().BoolVar(&c.unattended, "unattended", false, "for CI: the entries open a checkout also when no person is at a terminal")
	return cmd
}

// conversion is one context that is to be pointed.
type conversion struct {
	entry   kubeconfig.Entry
	profile string // as typed, or as the entry says it
	tenant  string // likewise; empty is the usual one
	args    caller.TokenArgs
}

func (c *kubeconfigConvert) run(ctx context.Context, words []string) error {
	files, err := c.which.open()
	if err != nil {
		return err
	}
	entries, err := c.which.entries(files, words)
	if err != nil {
		return err
	}
	todo, err := c.sort(ctx, files, entries)
	if err != nil {
		return err
	}
	return c.pointAll(ctx, files, todo)
}

// pointAll points all that can be pointed. What a file refuses is said, and holds
// up no other context.
func (c *kubeconfigConvert) pointAll(ctx context.Context, files *kubeconfig.Files, todo []conversion) error {
	settings, err := c.Settings()
	if err != nil {
		return err
	}
	var failed []error
	for _, one := range todo {
		change, err := files.Point(ctx, one.entry, c.exec(one.args), c.Folders(settings).Originals)
		if err == nil {
			err = c.tell(one, change)
		}
		switch {
		case err == nil:
		case ctx.Err() != nil || len(todo) == 1:
			return err
		default:
			c.Note("left alone: context %s: %v", one.entry.Context, err)
			failed = append(failed, err)
		}
	}
	if len(failed) == 0 {
		return nil
	}
	return jit.Errorf(jit.CodeOf(failed[0]), "convert the kubeconfig", "%d of %d contexts are left as they were", len(failed), len(todo)).
		WithNext("%s", jit.NextOf(failed[0]))
}

// sort takes the contexts that can be pointed. One that was named and cannot be
// is an error; with --all it is left alone, and said, unless the reason is the same
// for all.
func (c *kubeconfigConvert) sort(ctx context.Context, files *kubeconfig.Files, entries []kubeconfig.Entry) ([]conversion, error) {
	var todo []conversion
	pointed, next := 0, ""
	known := map[lookup]meantProfile{} // each is looked up once
	for _, entry := range entries {
		if c.which.all && entry.Exec != nil && entry.Exec.Ours() {
			pointed++
			continue
		}
		one, err := c.conversion(files, entry)
		if err == nil {
			err = c.complete(ctx, &one, known)
		}
		switch {
		case err == nil:
			todo = append(todo, one)
		case !c.which.all || c.sameForAll(one, jit.CodeOf(err)):
			return nil, err
		default:
			c.Note("left alone: %v", err)
			next = cmp.Or(next, jit.NextOf(err))
		}
	}
	if pointed > 0 {
		c.Note("pointed at this program already: %d of %d contexts", pointed, len(entries))
	}
	if len(todo)+pointed == 0 {
		return nil, jit.Errorf(jit.NotFound, "convert the kubeconfig", "there is no context to convert").
			WithNext("%s", cmp.Or(next, "kubectl config get-contexts"))
	}
	return todo, nil
}

// sameForAll reports whether what failed for one context fails for each. One that
// names its own tenant stands for itself.
func (c *kubeconfigConvert) sameForAll(one conversion, code jit.Code) bool {
	return one.tenant == c.Tenant && (code == jit.SignIn || code == jit.Unavailable || code == jit.NotFound && c.profile != "")
}

func (c *kubeconfigConvert) conversion(files *kubeconfig.Files, entry kubeconfig.Entry) (conversion, error) {
	op := "convert context " + entry.Context
	cluster, known := files.EKS(entry)
	one := conversion{entry: entry, profile: c.profile, tenant: c.Tenant, args: caller.TokenArgs{Cluster: cluster}}
	if one.profile == "" {
		one.profile = entry.BritiveProfile
		if one.tenant == "" && entry.Exec != nil {
			one.tenant = pybritive.TenantArg(entry.Exec.Args)
		}
	}
	switch {
	case entry.Exec != nil && entry.Exec.Ours():
		return one, jit.Errorf(jit.Invalid, op, "it is pointed at this program already").
			WithNext("kubectl jit login PROFILE --context %s", jit.Quote(entry.Context))
	case !one.ofBritive() && (!known || entry.Exec != nil && !runs(*entry.Exec, " eks get-token ", "aws-iam-authenticator")):
		return one, jit.Errorf(jit.Invalid, op, "its user is none that is known to give tokens for an EKS cluster").
			WithNext("kubectl jit login PROFILE --context %s --cluster NAME --region REGION", jit.Quote(entry.Context))
	case !one.ofBritive() && (cluster.Name == "" || cluster.Region == ""):
		return one, unknownCluster(entry, cluster, "")
	case one.profile == "":
		return one, jit.Errorf(jit.Invalid, op, "it does not say which profile is meant").
			WithNext("kubectl jit kubeconfig convert %s --profile PROFILE", jit.Quote(entry.Context))
	}
	return one, nil
}

// ofBritive reports whether pybritive gives the context its tokens, which are of a
// Kubernetes application, so that its profile must be looked at.
func (c conversion) ofBritive() bool {
	return c.entry.Exec != nil && runs(*c.entry.Exec, "pybritive-kube-exec")
}

// lookup is what a context's profile is looked up by: whether it is one of a Kubernetes
// application is asked of pybritive's contexts alone.
type lookup struct {
	tenant, profile string
	ofBritive       bool
}

// meantProfile is what a context's profile is at its tenant.
type meantProfile struct {
	args    caller.TokenArgs
	cluster *jit.Endpoint // of a Kubernetes application's
}

// complete looks the profile up.
func (c *kubeconfigConvert) complete(ctx context.Context, one *conversion, known map[lookup]meantProfile) error {
	key := lookup{one.tenant, one.profile, one.ofBritive()}
	meant, found := known[key]
	if !found {
		var err error
		if meant, err = c.meant(ctx, one); err != nil {
			return fmt.Errorf("convert context %s: %w", one.entry.Context, err)
		}
		known[key] = meant
	}
	cluster := one.args.Cluster
	switch {
	case meant.cluster != nil:
		cluster = jit.Cluster{}
		if !sameServer(one.entry.Server, meant.cluster.Server) { // no other gets its tokens
			return jit.Errorf(jit.Invalid, "convert context "+one.entry.Context, "it leads elsewhere: the cluster of %s is %q", meant.args.Profile, meant.cluster.Server).
				WithNext("kubectl jit login %s --new-context NAME", jit.Quote(one.profile))
		}
	case cluster.Name == "" || cluster.Region == "":
		return unknownCluster(one.entry, cluster, "")
	}
	one.args = meant.args
	one.args.Cluster = cluster
	return nil
}

func (c *kubeconfigConvert) meant(ctx context.Context, one *conversion) (meantProfile, error) {
	conn, target, err := c.at(one.tenant).knownTarget(ctx, one.profile)
	if err != nil {
		return meantProfile{}, err
	}
	meant := meantProfile{args: caller.TokenArgs{
		Tenant: conn.Tenant.URL, Profile: target.access.Path(), Roles: target.roles, Unattended: c.unattended, Federation: c.Federation,
	}}
	if !one.ofBritive() {
		return meant, nil
	}
	all, err := conn.Profiles(ctx)
	if err != nil {
		return meantProfile{}, err
	}
	profile, is := itself(target.access, all)
	switch {
	case !is:
		return meant, nil
	case len(target.roles) > 0:
		return meantProfile{}, jit.Errorf(jit.Invalid, "", "%s gives a token for its cluster, and no AWS keys to assume a role with", profile.Path())
	}
	if err := checkEndpoint(profile.Cluster); err != nil {
		return meantProfile{}, jit.Errorf(jit.Invalid, "", "what the broker says of the cluster of %s: %w", profile.Path(), err)
	}
	meant.args.Profile, meant.cluster = profile.Path(), &profile.Cluster
	return meant, nil
}

// at is the command as it would be with that --tenant.
func (e *env) at(tenant string) *env {
	there := *e.Caller
	there.Tenant = tenant
	return &env{&there}
}

// runs reports whether an exec provider is one of these programs, or runs one.
func runs(x kubeconfig.Exec, programs ...string) bool {
	words := " " + strings.Join(append([]string{filepath.Base(strings.ReplaceAll(x.Command, `\`, "/"))}, x.Args...), " ") + " "
	return slices.ContainsFunc(programs, func(program string) bool { return strings.Contains(words, program) })
}

func (c *kubeconfigConvert) tell(one conversion, change kubeconfig.Change) error {
	switch {
	case c.which.dryRun:
		return c.showDiff(change.File, change.Old, change.New)
	case !change.Wrote:
		c.say("Context %s was pointed at this already, together with another one of its user.", one.entry.Context)
	default:
		c.say("Context %s in %s gets its tokens from here.", change.Context, change.File)
	}
	return nil
}
