package cli

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/config"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/nearest"
	"github.com/kubectl-jit/kubectl-jit/pkg/pybritive"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

func newAlias(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "alias",
		Short: "Give profiles short names",
		Long: `Give profiles short names, to type in place of application/environment/profile.

An alias is a name for people: kubeconfig entries name the profile itself, and
mean the same whatever becomes of the alias.`,
		Example: `  kubectl jit alias set eks-pod-manager "Manual - Sigma Labs/196226166352 (Sigma Labs)/EKS Pod Manager"
  kubectl jit alias list
  kubectl jit alias remove eks-pod-manager`,
		Args: cobra.ArbitraryArgs,
		RunE: usage.Group,
	}
	cmd.AddCommand(newAliasSet(e), newAliasList(e), newAliasRemove(e))
	return cmd
}

type aliasSet struct {
	*env
	roles []jit.Role
}

func newAliasSet(e *env) *cobra.Command {
	a := aliasSet{env: e}
	cmd := &cobra.Command{
		Use:   "set NAME PROFILE",
		Short: "Make an alias, or point it elsewhere",
		Long: `Make an alias, or point it elsewhere. PROFILE is a path as "kubectl jit profiles"
prints it, or the end of one. A slash inside a name is written \/.

The broker is asked whether there is such a profile, when it can be reached; a
full path is taken as it is where it cannot.

With --assume-role the alias stands for the further role too: login, env, exec and
aws-credential-process go on to it.`,
		Example: `  kubectl jit alias set eks-pod-manager "Manual - Sigma Labs/196226166352 (Sigma Labs)/EKS Pod Manager"
  kubectl jit alias set eks-reader "EKS Reader"
  kubectl jit alias set eks-deployer "EKS Pod Manager" \
    --assume-role arn:aws:iam::196226166352:role/EKS-Deployer --external-id ci/42 --session-tag team=payments`,
		Args: usage.Wants("NAME", "PROFILE"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.run(cmd.Context(), args[0], args[1]) },

		ValidArgsFunction: second(e.paths),
	}
	caller.RoleFlags(cmd.Flags(), &a.roles)
	return cmd
}

func (a *aliasSet) run(ctx context.Context, name, profile string) error {
	if !config.ValidAlias(name) {
		return jit.Errorf(jit.Invalid, "", "alias %q: a name is made of letters, digits, dots, dashes and underscores", name)
	}
	settings, err := a.Settings()
	if err != nil {
		return err
	}
	access, err := a.check(ctx, settings, profile)
	if err != nil {
		return err
	}
	alias := config.Alias{Tenant: a.Tenant, Profile: access.Path(), Assume: a.roles}
	err = configure(ctx, func(c *config.Config) error {
		if c.Aliases == nil {
			c.Aliases = map[string]config.Alias{}
		}
		c.Aliases[name] = alias
		return nil
	})
	if err != nil {
		return err
	}
	if len(a.roles) > 0 {
		a.say("%s stands for %s, and goes on to %s", name, alias.Profile, chainOf(a.roles))
		return nil
	}
	a.say("%s stands for %s", name, alias.Profile)
	return nil
}

// brief is how long the broker may take to say whether a profile is there, when
// the command can do without.
const brief = 3 * time.Second

// check finds the profile among those the person may ask for. Where nobody can
// be asked, a full path has to do.
func (a *aliasSet) check(ctx context.Context, settings *config.Config, profile string) (jit.Access, error) {
	typed, malformed := jit.ParsePath(profile)
	full := malformed == nil && isFull(profile)
	all, err := a.offered(ctx, settings)
	switch {
	case err == nil && full:
		return exactly(typed, all)
	case err == nil:
		return pick(profile, all, nil)
	case full && ctx.Err() == nil:
		a.Note("not checked whether there is such a profile: %s", err)
		return typed, nil
	}
	return jit.Access{}, err
}

func (a *aliasSet) offered(ctx context.Context, settings *config.Config) ([]jit.Profile, error) {
	conn, err := a.ConnectTo(ctx, settings, a.Tenant)
	if err != nil {
		return nil, err
	}
	defer a.Person.Progress("asking the broker for your profiles")()
	ctx, cancel := context.WithTimeout(ctx, brief)
	defer cancel()
	return conn.Profiles(ctx)
}

// exactly finds a full path among the profiles, in the broker's spelling.
func exactly(typed jit.Access, all []jit.Profile) (jit.Access, error) {
	paths := make([]string, len(all))
	for i, profile := range all {
		if profile.Means(typed) {
			return profile.Access, nil
		}
		paths[i] = profile.Path()
	}
	err := jit.Errorf(jit.NotFound, "", "no profile %q%s", typed.Path(), usage.DidYouMean(nearest.Names(typed.Path(), paths)))
	return jit.Access{}, err.WithNext("kubectl jit profiles")
}

type aliasList struct {
	*env
	output
}

func newAliasList(e *env) *cobra.Command {
	a := aliasList{env: e}
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the aliases",
		Long: `List the aliases of this machine and what they stand for, those of pybritive too:
they are used where they lie, for as long as no alias of ours has the name. Nobody
is asked.`,
		Example: `  kubectl jit alias list`,
		Args:    usage.Wants(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.run(cmd.Context()) },
	}
	a.output.flag(cmd, "json", "yaml", "name", "wide")
	return cmd
}

// aliasItem is one alias in "-o json".
type aliasItem struct {
	Name    string     `json:"name"`
	Profile string     `json:"profile"`
	Tenant  string     `json:"tenant,omitempty"`
	From    string     `json:"from,omitempty"` // the tool whose it is, where it is not ours
	Assume  []roleItem `json:"assume,omitempty"`
}

// roleItem is a further role in "-o json".
type roleItem struct {
	Role        string            `json:"role"`
	ExternalID  string            `json:"externalId,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
	Region      string            `json:"region,omitempty"`
	SessionName string            `json:"sessionName,omitempty"`
}

func roleItems(roles []jit.Role) (items []roleItem) {
	for _, r := range roles {
		items = append(items, roleItem{r.ARN, r.ExternalID, r.Tags, r.Region, r.SessionName})
	}
	return items
}

// chainOf names roles in the order in which they are assumed.
func chainOf(roles []jit.Role) string {
	arns := make([]string, len(roles))
	for i, r := range roles {
		arns[i] = r.ARN
	}
	return strings.Join(arns, ", then ")
}

func (a *aliasList) run(context.Context) error {
	own, err := a.OwnSettings()
	if err != nil {
		return err
	}
	settings, err := a.Settings()
	if err != nil {
		return err
	}
	items := []aliasItem{}
	l := listing{columns: []string{"NAME", "PROFILE", "+TENANT", "+ASSUMES"}, none: "There is no alias."}
	if len(settings.Aliases) > len(own.Aliases) {
		l.columns = append(l.columns, "FROM")
	}
	for _, name := range sorted(settings.Aliases) {
		alias := settings.Aliases[name]
		item := itemOf(own, name, alias)
		items = append(items, item)
		l.names = append(l.names, name)
		l.rows = append(l.rows, []any{name, alias.Profile, alias.Tenant, chainOf(alias.Assume), item.From}[:len(l.columns)])
	}
	l.object = list("AliasList", items)
	return a.print(a.Streams.Out, a.Streams.ErrOut, l)
}

// itemOf is an alias in the answer, beside those of our own configuration.
func itemOf(own *config.Config, name string, alias config.Alias) aliasItem {
	item := aliasItem{Name: name, Profile: alias.Profile, Tenant: alias.Tenant, Assume: roleItems(alias.Assume)}
	if _, ours := own.Aliases[name]; !ours {
		item.From = pybritive.Name
	}
	return item
}

type aliasRemove struct{ *env }

func newAliasRemove(e *env) *cobra.Command {
	a := aliasRemove{env: e}
	cmd := &cobra.Command{
		Use:     "remove NAME",
		Short:   "Remove an alias",
		Long:    `Remove an alias. What it stood for stays checked out, and stays in the kubeconfig.`,
		Example: `  kubectl jit alias remove eks-pod-manager`,
		Args:    usage.Wants("NAME"),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.run(cmd.Context(), args[0]) },
	}
	cmd.ValidArgsFunction = first(e.aliases)
	return cmd
}

func (a *aliasRemove) run(ctx context.Context, name string) error {
	settings, err := a.Settings()
	if err != nil {
		return err
	}
	err = configure(ctx, func(c *config.Config) error {
		_, known := c.Aliases[name]
		if _, theirs := settings.Aliases[name]; theirs && !known {
			return jit.Errorf(jit.Invalid, "", "the alias %q is pybritive's, whose files are never written", name).
				WithNext("kubectl jit config set pybritive ignore")
		}
		if !known {
			near := nearest.Names(name, slices.Collect(maps.Keys(c.Aliases)))
			return jit.Errorf(jit.NotFound, "", "no alias %q%s", name, usage.DidYouMean(near)).WithNext("kubectl jit alias list")
		}
		delete(c.Aliases, name)
		return nil
	})
	if err != nil {
		return err
	}
	a.say("%s is removed", name)
	return nil
}
