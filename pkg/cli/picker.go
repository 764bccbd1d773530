package cli

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// profileOr is the PROFILE argument or, where there is none and a person is at the
// terminal, what they pick.
func (e *env) profileOr(ctx context.Context, args []string) (string, error) {
	if len(args) == 1 {
		return args[0], nil
	}
	if !e.Person.Present() {
		return "", jit.Errorf(jit.Invalid, "", "PROFILE is missing")
	}
	conn, err := e.Connect(ctx)
	if err != nil {
		return "", err
	}
	return e.pickProfile(ctx, conn)
}

// pickProfile lets the person pick one of what they may ask for, what is checked out
// and what has an alias first. It returns the alias, which may stand for further
// roles, or the path.
func (e *env) pickProfile(ctx context.Context, conn *caller.Connection) (string, error) {
	done := e.Person.Progress("asking the broker for your profiles")
	items, err := e.profileItems(ctx, conn)
	done()
	switch {
	case err != nil:
		return "", err
	case len(items) == 0:
		return "", jit.Errorf(jit.NotFound, "", "there is no profile that you may ask for at %s", conn.Tenant.URL).
			WithNext("kubectl jit status  # are you who you mean to be? an administrator of the tenant assigns profiles")
	}
	slices.SortStableFunc(items, func(a, b profileItem) int { return cmp.Compare(a.rank(), b.rank()) })
	names := make([]string, len(items))
	for i, item := range items {
		names[i] = item.forPicking()
	}
	picked, err := e.Person.Choose(ctx, "Which profile, by its number or a part of its name? ", names)
	if err != nil {
		return "", jit.Errorf(jit.Invalid, "", "no profile was picked: %w", err).WithNext("kubectl jit profiles")
	}
	return cmp.Or(items[picked].Alias, items[picked].Path), nil
}

func (p profileItem) rank() int {
	switch {
	case p.CheckedOut:
		return 0
	case p.Alias != "":
		return 1
	}
	return 2
}

// forPicking is a profile on one line: "alias  path  (42m left)".
func (p profileItem) forPicking() string {
	parts := []string{p.Path}
	if p.Alias != "" {
		parts = []string{p.Alias, p.Path}
	}
	if p.CheckedOut {
		parts = append(parts, "("+p.left()+" left)")
	}
	return strings.Join(parts, "  ")
}
