package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/config"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/mint"
	"github.com/kubectl-jit/kubectl-jit/pkg/nearest"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

// target is the access that a PROFILE argument means.
type target struct {
	access jit.Access
	name   string     // how to call it in "kubectl jit login NAME": the alias where there is one
	roles  []jit.Role // that an alias stands for beside the access
}

// ask is a call of the pipeline for the target. The roles, where there are any,
// stand in place of an alias's own. It opens nothing.
func (t target) ask(conn *caller.Connection, roles []jit.Role) mint.Ask {
	if len(roles) > 0 {
		return conn.Ask(t.access, roles)
	}
	ask := conn.Ask(t.access, t.roles)
	ask.Name, ask.Flags = t.name, nil
	return ask
}

// target finds what a PROFILE argument means and connects to its tenant:
//
//	an alias                         → what it stands for, at its tenant
//	"application/environment/profile" → that
//	the end of such a path           → the one profile it fits
func (e *env) target(ctx context.Context, word string) (*caller.Connection, target, error) {
	settings, err := e.Settings()
	if err != nil {
		return nil, target{}, err
	}
	alias, isAlias := settings.Alias(word)
	tenant := e.Tenant
	if tenant == "" && isAlias {
		tenant = alias.Tenant
	}
	conn, err := e.ConnectTo(ctx, settings, tenant)
	if err != nil {
		return nil, target{}, err
	}
	if isAlias {
		access, err := jit.ParsePath(alias.Profile)
		if err != nil {
			return nil, target{}, jit.Errorf(jit.Invalid, "read alias "+word, "%w", err).WithNext("kubectl jit alias set %s PROFILE", word)
		}
		return conn, target{access: access, name: word, roles: alias.Assume}, nil
	}
	done := e.Person.Progress("looking for " + word)
	access, err := find(ctx, conn, word)
	done()
	if err != nil {
		return nil, target{}, err
	}
	return conn, target{access: access, name: conn.CallIt(access)}, nil
}

// find turns a path, or the end of one, into an access. A full path is taken as
// it is: the broker answers for it. The end of one is looked up.
func find(ctx context.Context, conn *caller.Connection, word string) (jit.Access, error) {
	if access, err := jit.ParsePath(word); err == nil && isFull(word) {
		return access, nil
	}
	all, err := conn.Profiles(ctx)
	if err != nil {
		return jit.Access{}, err
	}
	return pick(word, all, conn.Config.Aliases)
}

// knownTarget is target for a verb that asks the broker for nothing more: a path
// that was typed must be one of the person's, or stand in an open checkout. An
// alias was checked when it was made.
func (e *env) knownTarget(ctx context.Context, word string) (*caller.Connection, target, error) {
	conn, t, err := e.target(ctx, word)
	if err != nil || !isFull(word) {
		return conn, t, err
	}
	if _, isAlias := conn.Config.Alias(word); isAlias {
		return conn, t, nil
	}
	defer e.Person.Progress("looking for " + word)()
	grants, err := conn.Broker.Grants(ctx)
	if err != nil {
		return nil, target{}, err
	}
	for _, grant := range grants {
		if grant.Access.Same(t.access) {
			return conn, target{access: grant.Access, name: conn.CallIt(grant.Access)}, nil
		}
	}
	all, err := conn.Profiles(ctx)
	if err != nil {
		return nil, target{}, err
	}
	if t.access, err = exactly(t.access, all); err != nil {
		return nil, target{}, err
	}
	return conn, t, nil
}

// isFull reports whether a path that can be read has all three parts: a fourth
// does not fit in.
func isFull(path string) bool {
	_, err := jit.ParsePath("one more/" + path)
	return err != nil
}

// pick finds the one profile whose path ends in word.
func pick(word string, all []jit.Profile, aliases map[string]config.Alias) (jit.Access, error) {
	fits := endsIn(word)
	var found []jit.Access
	names := slices.Collect(maps.Keys(aliases))
	for _, profile := range all {
		names = append(names, profile.Profile)
		if fits(profile) {
			found = append(found, profile.Access)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		near := nearest.Names(word, unique(names))
		return jit.Access{}, jit.Errorf(jit.NotFound, "", "no alias or profile %q%s", word, usage.DidYouMean(near)).WithNext("kubectl jit profiles")
	}
	paths := make([]string, len(found))
	for i, access := range found {
		paths[i] = fmt.Sprintf("%q", access.Path())
	}
	return jit.Access{}, jit.Errorf(jit.Invalid, "", "%q is ambiguous: it may be %s", word, strings.Join(paths, " or ")).WithNext("kubectl jit profiles")
}

// endsIn compares the end of a path with what was typed: a profile, or an
// environment (or application) and a profile. Case is ignored.
func endsIn(word string) func(jit.Profile) bool {
	typed, err := jit.ParsePath("-/" + word)
	if err != nil {
		return func(jit.Profile) bool { return false }
	}
	if _, err := jit.ParsePath(word); err != nil {
		return func(p jit.Profile) bool { return strings.EqualFold(p.Profile, typed.Profile) }
	}
	return func(p jit.Profile) bool {
		places := []string{p.Application, p.Environment, p.Alternate}
		place := slices.ContainsFunc(places, func(name string) bool { return strings.EqualFold(name, typed.Environment) })
		return place && strings.EqualFold(p.Profile, typed.Profile)
	}
}

func unique(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}
