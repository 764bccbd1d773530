package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/config"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/pybritive"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

// configImport takes over what other tools have configured.
//
//	their files ─▶ pkg/pybritive ─▶ merge into ours ─▶ diff ─▶ confirmed? ─▶ config.Update
//
// Theirs are never written. What ours says already stays.
type configImport struct {
	*env
	from        string
	dryRun, yes bool
}

func newConfigImport(e *env) *cobra.Command {
	i := configImport{env: e}
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Take over tenants and aliases of pybritive and bctl",
		Long: `Take over what pybritive and bctl have configured: tenants, the default one, the
certificates that are trusted, and aliases. Their files are read and never written.

It is shown as a diff first. What our configuration says already stays; where
theirs says otherwise, that is named. No session is copied: pybritive's is used
where it lies, for as long as nobody signs in with "kubectl jit login".`,
		Example: `  kubectl jit config import --dry-run
  kubectl jit config import --from bctl --yes`,
		Args: usage.Wants(),
		RunE: func(cmd *cobra.Command, _ []string) error { return i.run(cmd.Context()) },
	}
	f := cmd.Flags()
	f.Var(oneOf{&i.from, []string{pybritive.Name, pybritive.Bctl}}, "from", "whose: a `tool`, "+pybritive.Name+" or "+pybritive.Bctl+"; both where it is not given")
	f.BoolVar(&i.dryRun, "dry-run", false, "print the diff and change nothing")
	f.BoolVarP(&i.yes, "yes", "y", false, "do not ask")
	return cmd
}

func (i *configImport) run(ctx context.Context) error {
	all, err := i.found()
	if err != nil {
		return err
	}
	var m merge
	change := func(c *config.Config) error {
		m = merge{Config: c}
		for _, found := range all {
			m.take(found)
		}
		return nil
	}
	path := caller.ConfigPath()
	if path == "" {
		return noConfigFolder()
	}
	before, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return jit.Errorf(jit.Unavailable, "read the configuration", "%w", err)
	}
	after, err := config.Edit(path, before, change)
	if err != nil {
		return err
	}
	i.tell(all, m)
	switch {
	case bytes.Equal(before, after):
		i.say("There is nothing to take over.")
		return nil
	case i.dryRun:
		i.Note("Nothing is changed: --dry-run.")
		return showEdit(i.Streams.Out, path, before, after)
	}
	if err := showEdit(i.Streams.ErrOut, path, before, after); err != nil {
		return err
	}
	if err := i.confirm(ctx, i.yes, "Take it over?"); err != nil {
		return err
	}
	if err := configure(ctx, change); err != nil {
		return err
	}
	i.say("Taken over into %s: %s.", path, strings.Join(m.taken, ", "))
	return nil
}

func showEdit(w io.Writer, path string, before, after []byte) error {
	return writeDiff(w, path+" (now)", before, path+" (then)", after)
}

// found reads the configurations that are there.
func (i *configImport) found() ([]*pybritive.Config, error) {
	var all []*pybritive.Config
	var looked []string
	for _, tool := range []struct {
		name, path string
		read       func(string) (*pybritive.Config, error)
	}{
		{pybritive.Name, pybritive.Folder(i.Getenv), pybritive.Read},
		{pybritive.Bctl, pybritive.BctlPath(i.Getenv), pybritive.ReadBctl},
	} {
		if i.from != "" && i.from != tool.name {
			continue
		}
		found, err := tool.read(tool.path)
		if errors.Is(err, fs.ErrNotExist) {
			looked = append(looked, tool.path)
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, found)
	}
	if len(all) == 0 {
		return nil, jit.Errorf(jit.NotFound, "take over a configuration", "there is none in %s", strings.Join(looked, " nor in ")).
			WithNext("kubectl jit login --tenant NAME")
	}
	return all, nil
}

// tell names what is left alone, and which sessions stand.
func (i *configImport) tell(all []*pybritive.Config, m merge) {
	for _, found := range all {
		for _, line := range found.Left {
			i.Note("left alone: %s's: %s", found.Tool, line)
		}
	}
	for _, line := range m.left {
		i.Note("left alone: %s", line)
	}
	for _, found := range all {
		i.tellSessions(found)
	}
}

func (i *configImport) tellSessions(found *pybritive.Config) {
	if found.Tool == pybritive.Bctl {
		i.Note("bctl's sign-in is not read: kubectl jit login")
		return
	}
	sessions, err := found.Sessions()
	if err != nil {
		i.Note("pybritive's sessions are not used: %v", err)
	}
	for _, s := range sessions {
		state := "stands until " + i.clock(s.Until) + ", and is used where nobody signs in with us"
		if !i.Now().Before(s.Until) {
			state = "ended at " + i.clock(s.Until)
		}
		i.Note("pybritive's session at %s %s", s.Tenant, state)
	}
}

// merge is our configuration while it takes others in.
type merge struct {
	*config.Config
	taken []string // what was added
	left  []string // what ours says otherwise
}

func (m *merge) take(found *pybritive.Config) {
	if m.Config.Tenant == "" && len(m.Tenants) == 1 { // it would not be the only one any more
		m.Config.Tenant = sorted(m.Tenants)[0]
	}
	first := m.Config.Tenant == ""
	theirs := caller.Translated(found)
	for _, name := range sorted(theirs.Tenants) {
		m.takeTenant(found.Tool, name, theirs.Tenants[name])
	}
	if first && theirs.Tenant != "" {
		m.Config.Tenant = m.nameOf(theirs.Tenant)
		m.taken = append(m.taken, "the default tenant "+m.Config.Tenant)
	}
	for _, name := range sorted(theirs.Aliases) {
		m.takeAlias(found.Tool, name, theirs.Aliases[name])
	}
}

func (m *merge) takeTenant(tool, name string, tenant config.Tenant) {
	ours, taken := m.Tenants[name]
	switch {
	case taken && !strings.EqualFold(ours.URL, tenant.URL):
		m.left = append(m.left, fmt.Sprintf("the tenant %q is %s here, and %s's is %s", name, ours.URL, tool, tenant.URL))
	case taken || m.nameOf(tenant.URL) != tenant.URL: // known, if by another name
	default:
		if m.Tenants == nil {
			m.Tenants = map[string]config.Tenant{}
		}
		m.Tenants[name] = tenant
		m.taken = append(m.taken, "the tenant "+name)
	}
}

// nameOf is the name of the tenant with that address, or the address.
func (m *merge) nameOf(address string) string {
	if name, ok := m.NameOf(address); ok {
		return name
	}
	return address
}

func (m *merge) takeAlias(tool, name string, alias config.Alias) {
	if alias.Tenant != "" {
		if usual, err := m.ResolveTenant(""); err == nil && usual.URL == alias.Tenant {
			alias.Tenant = ""
		} else {
			alias.Tenant = m.nameOf(alias.Tenant)
		}
	}
	ours, taken := m.Aliases[name]
	switch {
	case !config.ValidAlias(name):
		m.left = append(m.left, fmt.Sprintf("%s's alias %q: a name of ours is made of letters, digits, dots, dashes and underscores; it works where it lies", tool, name))
	case taken && !m.means(ours, alias):
		m.left = append(m.left, fmt.Sprintf("the alias %s stands for %s here, and %s's for %s", name, ours.Profile, tool, alias.Profile))
	case !taken:
		if m.Aliases == nil {
			m.Aliases = map[string]config.Alias{}
		}
		m.Aliases[name] = alias
		m.taken = append(m.taken, "the alias "+name)
	}
}

// means reports whether two aliases stand for the same access.
func (m *merge) means(a, b config.Alias) bool {
	first, err := jit.ParsePath(a.Profile)
	second, err2 := jit.ParsePath(b.Profile)
	if err != nil || err2 != nil || !first.Same(second) {
		return false
	}
	here, _ := m.ResolveTenant(a.Tenant)
	there, _ := m.ResolveTenant(b.Tenant)
	return here.URL == there.URL
}
