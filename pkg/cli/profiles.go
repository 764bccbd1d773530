package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

type profiles struct {
	*env
	output
	application string
	kind        string
}

func newProfiles(e *env) *cobra.Command {
	p := profiles{env: e}
	cmd := &cobra.Command{
		Use:   "profiles [WORDS]",
		Short: "List what you may ask for, and what is checked out",
		Long: `List the profiles that you may ask for, with the alias of each and, where it is
checked out, for how much longer.

WORDS are looked for in aliases, paths and descriptions, whatever their case; each
of them must be there. Use it to find the path for "kubectl jit alias set", or to
see what a colleague's word for an access means on this machine.`,
		Example: `  kubectl jit profiles
  kubectl jit profiles "sigma admin"
  kubectl jit profiles --application "Manual - Sigma Labs" --type AWS
  kubectl jit profiles -o name`,
		Args: usage.Wants("[WORDS]"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.run(cmd.Context(), args) },
	}
	cmd.Flags().StringVar(&p.application, "application", "", "only what is in this application, whatever the case of its name")
	cmd.Flags().StringVar(&p.kind, "type", "", "only what is in applications of this type: AWS, Kubernetes, …")
	p.output.flag(cmd, "json", "yaml", "name", "wide")
	return cmd
}

// profileItem is one profile in "-o json".
type profileItem struct {
	Path             string     `json:"path"`
	Application      string     `json:"application"`
	Environment      string     `json:"environment"`
	Profile          string     `json:"profile"`
	Alias            string     `json:"alias,omitempty"`
	Description      string     `json:"description,omitempty"`
	Type             string     `json:"type,omitempty"`
	CheckedOut       bool       `json:"checkedOut"`
	NotAfter         *time.Time `json:"notAfter,omitempty"` // the end of the checkout
	RemainingSeconds int64      `json:"remainingSeconds,omitempty"`
}

func (p *profiles) run(ctx context.Context, words []string) error {
	conn, err := p.Connect(ctx)
	if err != nil {
		return err
	}
	defer p.Person.Progress("asking the broker for your profiles")()
	all, err := p.profileItems(ctx, conn)
	if err != nil {
		return err
	}
	l := listing{
		columns: []string{"ALIAS", "PATH", "LEFT", "+TYPE", "+DESCRIPTION"},
		none:    "There is no profile that you may ask for.",
	}
	items := slices.DeleteFunc(all, func(item profileItem) bool { return !p.fits(item, words) })
	if len(all) > 0 {
		l.none = fmt.Sprintf("None of the %d profiles that you may ask for is like that.", len(all))
	}
	for _, item := range items {
		l.names = append(l.names, item.Path)
		l.rows = append(l.rows, []any{item.Alias, item.Path, item.left(), item.Type, item.Description})
	}
	l.object = list("ProfileList", items)
	return p.print(p.Streams.Out, p.Streams.ErrOut, l)
}

// profileItems lists what the person may ask for, with what is checked out of it.
func (e *env) profileItems(ctx context.Context, conn *caller.Connection) ([]profileItem, error) {
	all, err := conn.Profiles(ctx)
	if err != nil {
		return nil, err
	}
	grants, err := conn.Broker.Grants(ctx)
	if err != nil {
		return nil, err
	}
	aliasOf, items := conn.Aliases(), make([]profileItem, len(all))
	for i, profile := range all {
		items[i] = profileItem{
			Path:        profile.Path(),
			Application: profile.Application,
			Environment: profile.Environment,
			Profile:     profile.Profile,
			Alias:       aliasOf(profile.Access),
			Description: profile.Description,
			Type:        profile.Type,
		}
		for _, grant := range grants {
			if grant.State == jit.GrantActive && grant.Access.Same(profile.Access) {
				items[i].CheckedOut, items[i].NotAfter = true, instant(grant.NotAfter)
				items[i].RemainingSeconds = remaining(e.Now(), grant)
			}
		}
	}
	return items, nil
}

// left is how much longer a profile is checked out.
func (p profileItem) left() string {
	switch {
	case !p.CheckedOut:
		return ""
	case p.NotAfter == nil:
		return "checked out"
	}
	return grantItem{RemainingSeconds: p.RemainingSeconds}.left()
}

// fits reports whether a profile is what the flags and the words ask for.
func (p *profiles) fits(item profileItem, words []string) bool {
	if p.application != "" && !strings.EqualFold(p.application, item.Application) || p.kind != "" && !strings.EqualFold(p.kind, item.Type) {
		return false
	}
	return item.has(strings.Join(words, " "))
}

// has reports whether every word stands somewhere in what people know the profile
// by.
func (p profileItem) has(words string) bool {
	text := strings.ToLower(p.Alias + " " + p.Path + " " + p.Description)
	for _, word := range strings.Fields(strings.ToLower(words)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}
