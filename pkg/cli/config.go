package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/config"
	"github.com/kubectl-jit/kubectl-jit/pkg/pybritive"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

// newConfig holds what reads and changes our own configuration file.
func newConfig(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Show, change and import the configuration",
		Long: `Show and change the configuration, and take over that of pybritive or bctl.

Nothing needs to be taken over: what pybritive has configured, and its session, are
used where they lie, as long as our own configuration says nothing else.`,
		Example: `  kubectl jit config view
  kubectl jit config import --dry-run
  kubectl jit config set offline deny`,
		Args: cobra.ArbitraryArgs,
		RunE: usage.Group,
	}
	cmd.AddCommand(newConfigView(e), newConfigPath(e), newConfigSet(e), newConfigUnset(e), newConfigImport(e))
	return cmd
}

func newConfigPath(e *env) *cobra.Command {
	return &cobra.Command{
		Use:     "path",
		Short:   "Print where the configuration file lies",
		Long:    `Print where the configuration file lies, or would lie.`,
		Example: `  kubectl jit config path`,
		Args:    usage.Wants(),
		RunE: func(*cobra.Command, []string) error {
			if caller.ConfigPath() == "" {
				return noConfigFolder()
			}
			e.say("%s", caller.ConfigPath())
			return nil
		},
	}
}

type configView struct {
	*env
	output
}

func newConfigView(e *env) *cobra.Command {
	v := configView{env: e}
	cmd := &cobra.Command{
		Use:   "view",
		Short: "Show what is configured",
		Long: `Show what is configured, as it counts: with what our file leaves open taken from
pybritive's, and with usual values where nothing is said. An empty storage is the
keyring where one answers, else a file. It holds no secret.`,
		Example: `  kubectl jit config view
  kubectl jit config view -o json`,
		Args: usage.Wants(),
		RunE: func(cmd *cobra.Command, _ []string) error { return v.run(cmd.Context()) },
	}
	v.output.flag(cmd, "yaml", "json")
	return cmd
}

// configObject is the answer.
type configObject struct {
	typeMeta
	Path        string       `json:"path"`
	Tenant      string       `json:"tenant,omitempty"` // the address of the default one
	Tenants     []tenantItem `json:"tenants"`
	Aliases     []aliasItem  `json:"aliases"`
	Extend      string       `json:"extend"`
	Offline     string       `json:"offline"`
	Storage     string       `json:"storage"`
	Pybritive   string       `json:"pybritive"`
	Environment []string     `json:"environment,omitempty"` // the variables that are set and count too
}

// tenantItem is one tenant in the answer.
type tenantItem struct {
	Name                 string `json:"name"`
	URL                  string `json:"url"`
	CertificateAuthority string `json:"certificateAuthority,omitempty"`
	SSO                  string `json:"sso,omitempty"`
	Federation           string `json:"federation,omitempty"`
	From                 string `json:"from,omitempty"` // as in aliasItem
}

func (v *configView) run(context.Context) error {
	own, err := v.OwnSettings()
	if err != nil {
		return err
	}
	settings, err := v.Settings()
	if err != nil {
		return err
	}
	usual := settings.Usual()
	object := configObject{
		typeMeta: kind("EffectiveConfig"), Path: caller.ConfigPath(), Tenants: []tenantItem{}, Aliases: []aliasItem{},
		Extend: usual.Extend, Offline: usual.Offline, Storage: usual.Storage, Pybritive: usual.Pybritive,
		Environment: v.variables(),
	}
	if tenant, err := v.TenantOf(settings, v.Tenant); err == nil {
		object.Tenant = tenant.URL
	}
	for _, name := range sorted(settings.Tenants) {
		tenant := settings.Tenants[name]
		item := tenantItem{Name: name, URL: tenant.URL, CertificateAuthority: tenant.CertificateAuthority, SSO: tenant.SSO, Federation: tenant.Federation}
		if _, ours := own.Tenants[name]; !ours {
			item.From = pybritive.Name
		}
		object.Tenants = append(object.Tenants, item)
	}
	for _, name := range sorted(settings.Aliases) {
		object.Aliases = append(object.Aliases, itemOf(own, name, settings.Aliases[name]))
	}
	if v.format == "" {
		v.format = "yaml"
	}
	return v.print(v.Streams.Out, v.Streams.ErrOut, listing{object: object})
}

// variables are the names of those that are set.
func (v *configView) variables() []string {
	var set []string
	for _, name := range []string{caller.EnvTenant, caller.EnvToken, pybritive.HomeVariable, pybritive.PassphraseVariable} {
		if v.Getenv(name) != "" {
			set = append(set, name)
		}
	}
	return set
}

type configSet struct{ *env }

func newConfigSet(e *env) *cobra.Command {
	s := configSet{e}
	return &cobra.Command{
		Use:   "set KEY VALUE",
		Short: "Change a setting",
		Long: `Change a setting: ` + strings.Join(config.Settings(), ", ") + `.
What each may be is in docs/config.md. Comments in the file stay.`,
		Example: `  kubectl jit config set offline deny
  kubectl jit config set pybritive ignore`,
		Args: usage.Wants("KEY", "VALUE"),
		RunE: func(cmd *cobra.Command, args []string) error { return s.run(cmd.Context(), args[0], args[1]) },

		ValidArgsFunction: s.complete,
	}
}

func newConfigUnset(e *env) *cobra.Command {
	s := configSet{e}
	return &cobra.Command{
		Use:     "unset KEY",
		Short:   "Take a setting back to its usual value",
		Long:    `Take a setting back to its usual value: it leaves the file.`,
		Example: `  kubectl jit config unset offline`,
		Args:    usage.Wants("KEY"),
		RunE:    func(cmd *cobra.Command, args []string) error { return s.run(cmd.Context(), args[0], "") },

		ValidArgsFunction: first(settings),
	}
}

// complete offers the settings, and behind one what it may be.
func (s *configSet) complete(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	values := func(_ *cobra.Command, o *offers) {
		for _, value := range config.Values(args[0]) {
			o.add(value, args[0])
		}
	}
	switch {
	case len(args) == 0:
		return first(settings)(cmd, args, typed)
	case args[0] == "tenant":
		return second(s.tenants)(cmd, args, typed)
	}
	return second(values)(cmd, args, typed)
}

func settings(_ *cobra.Command, o *offers) {
	for _, key := range config.Settings() {
		o.add(key, "setting")
	}
}

func (s *configSet) run(ctx context.Context, key, value string) error {
	if err := configure(ctx, func(c *config.Config) error { return c.Set(key, value) }); err != nil {
		return err
	}
	if value == "" {
		s.say("%s has its usual value.", key)
	} else {
		s.say("%s is %s.", key, value)
	}
	return nil
}
