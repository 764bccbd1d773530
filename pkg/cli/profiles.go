package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

type profiles struct {
	*env
	output
}

func newProfiles(e *env) *cobra.Command {
	p := profiles{env: e}
	cmd := &cobra.Command{
		Use:   "profiles",
		Short: "List what you may ask for",
		Long: `List the profiles that you may ask for, with the alias of each.

Use it to find the path for "kubectl jit alias set", or to see what a colleague's
word for an access means on this machine.`,
		Example: `  kubectl jit profiles
  kubectl jit profiles -o name`,
		Args: wants(),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.run(cmd.Context()) },
	}
	p.output.flag(cmd, "json", "yaml", "name", "wide")
	return cmd
}

// profileItem is one profile in "-o json".
type profileItem struct {
	Path        string `json:"path"`
	Application string `json:"application"`
	Environment string `json:"environment"`
	Profile     string `json:"profile"`
	Alias       string `json:"alias,omitempty"`
	Description string `json:"description,omitempty"`
	Type        string `json:"type,omitempty"`
}

func (p *profiles) run(ctx context.Context) error {
	s, err := p.Connect(ctx)
	if err != nil {
		return err
	}
	defer p.Person.Progress("asking the broker for your profiles")()
	all, err := s.Profiles(ctx)
	if err != nil {
		return err
	}
	items := []profileItem{}
	l := listing{
		columns: []string{"ALIAS", "PATH", "+TYPE", "+DESCRIPTION"},
		none:    "There is no profile that you may ask for.",
	}
	for _, profile := range all {
		item := p.item(s, profile)
		items = append(items, item)
		l.names = append(l.names, item.Path)
		l.rows = append(l.rows, []any{item.Alias, item.Path, item.Type, item.Description})
	}
	l.object = list("ProfileList", items)
	return p.print(p.Streams.Out, p.Streams.ErrOut, l)
}

func (p *profiles) item(s *caller.Session, profile jit.Profile) profileItem {
	return profileItem{
		Path:        profile.Path(),
		Application: profile.Application,
		Environment: profile.Environment,
		Profile:     profile.Profile,
		Alias:       s.AliasOf(profile.Access),
		Description: profile.Description,
		Type:        profile.Type,
	}
}
