package britive

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/kubectl-jit/kubectl-jit/pkg/britiveapi"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/nearest"
)

// resolve completes an access by its ids. Names are matched as pybritive does:
// whatever their case and the blanks around them, an environment also by its
// second name, and everything also by its id. Codes: not_found (with the nearest
// names), invalid (several fit, or what fits gives neither AWS keys nor a cluster's
// token: a checkout of that would stand for nothing).
func (c *Client) resolve(ctx context.Context, op string, access jit.Access) (jit.Access, error) {
	return c.resolveFor(ctx, op, access, britiveapi.Programmatic)
}

// resolveFor is resolve for a kind of checkout. A web console is of use whatever the
// credentials are.
func (c *Client) resolveFor(ctx context.Context, op string, access jit.Access, kind string) (jit.Access, error) {
	if access.ProfileID != "" && access.EnvironmentID != "" {
		return access, nil
	}
	if is, ok := c.recall(func(m meaning) bool { return m.Typed.Same(access) }); ok {
		return is, nil
	}
	listed, err := c.remembered(ctx, op)
	if err != nil {
		return access, err
	}
	fitting := fits(listed, access)
	if len(fitting) == 0 { // it may be new
		if listed, err = c.list(ctx, op); err != nil {
			return access, err
		}
		fitting = fits(listed, access)
	}
	switch len(fitting) {
	case 1:
		is := fitting[0]
		if !isOfUse(is.Type) && kind == britiveapi.Programmatic {
			return access, jit.Errorf(jit.Invalid, op, "its application is of type %s: its credentials are neither AWS keys nor a token for a cluster", is.Type)
		}
		if isOfUse(is.Type) { // else the next checkout would not ask
			c.learnAccess(access, is.Access)
		}
		return is.Access, nil
	case 0:
		return access, jit.Errorf(jit.NotFound, op, "there is no such profile for this person%s", meant(listed, access)).
			WithNext("kubectl jit profiles")
	}
	return access, jit.Errorf(jit.Invalid, op, "it may be any of these: %s", strings.Join(candidates(fitting), ", ")).
		WithNext("kubectl jit profiles")
}

// isOfUse reports whether the credentials of a type of application may be of use
// here. A type that nobody knows may give AWS keys.
func isOfUse(kind string) bool {
	others := []string{"Azure", "GCP", "GCP Standalone", "OpenShift"}
	return !slices.ContainsFunc(others, func(other string) bool { return strings.EqualFold(kind, other) })
}

func fits(listed []profile, access jit.Access) []profile {
	var fitting []profile
	for _, p := range listed {
		if like(access.Application, p.Application, p.ApplicationID) &&
			like(access.Environment, p.Environment, p.Alternate, p.EnvironmentID) &&
			like(access.Profile, p.Profile.Profile, p.ProfileID) {
			fitting = append(fitting, p)
		}
	}
	return fitting
}

// like reports whether what was typed is one of the names.
func like(typed string, names ...string) bool {
	typed = strings.TrimSpace(typed)
	return typed != "" && slices.ContainsFunc(names, func(name string) bool {
		return strings.EqualFold(typed, strings.TrimSpace(name))
	})
}

// meant names what may have been meant: profiles in the very place where it was
// looked for, or else whole paths.
func meant(listed []profile, access jit.Access) string {
	var here, paths []string
	pathOf := map[string]string{}
	for _, p := range listed {
		paths = append(paths, p.path)
		if like(access.Application, p.Application, p.ApplicationID) && like(access.Environment, p.Environment, p.Alternate, p.EnvironmentID) {
			here = append(here, p.Profile.Profile)
			pathOf[p.Profile.Profile] = p.path
		}
	}
	near := nearest.Names(access.Profile, here)
	for i, name := range near {
		near[i] = pathOf[name]
	}
	if len(near) == 0 {
		near = nearest.Names(access.Path(), paths)
	}
	if len(near) == 0 {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", strings.Join(quotedAll(near), " or "))
}

// candidates names what fits: by path, and by ids too where a path would fit
// several again.
func candidates(fitting []profile) []string {
	var paths []string
	distinct := map[[3]string]bool{}
	for _, p := range fitting {
		paths = append(paths, p.path)
		distinct[[3]string{fold(p.Application), fold(p.Environment), fold(p.Profile.Profile)}] = true
	}
	if len(distinct) == len(paths) {
		return quotedAll(paths)
	}
	for i, p := range fitting {
		paths[i] = fmt.Sprintf("%q with environment id %q and profile id %q", p.path, p.EnvironmentID, p.ProfileID)
	}
	return paths
}

func fold(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

func quotedAll(names []string) []string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = fmt.Sprintf("%q", name)
	}
	return quoted
}

// withNames gives an access that is known by ids its names: remembered ones, or those
// of the listing, which is read only then. Where that does not know it, the ids
// stand for them.
func (c *Client) withNames(access jit.Access, listing func() []profile) jit.Access {
	if isNamed(access) {
		return access
	}
	if is, ok := c.recall(func(m meaning) bool { return m.Is.Same(access) }); ok {
		return is
	}
	for _, p := range listing() {
		if p.Same(access) {
			c.learnAccess(p.Access, p.Access)
			return p.Access
		}
	}
	access.Application = cmp.Or(access.Application, access.ApplicationID)
	access.Environment = cmp.Or(access.Environment, access.EnvironmentID)
	access.Profile = cmp.Or(access.Profile, access.ProfileID)
	return access
}

// listing is what remembered returns, read once where it is needed, and empty
// where it cannot be read.
func (c *Client) listing(ctx context.Context, op string) func() []profile {
	return sync.OnceValue(func() []profile {
		listed, _ := c.remembered(ctx, op)
		return listed
	})
}

func isNamed(a jit.Access) bool {
	return a.Application != "" && a.Environment != "" && a.Profile != ""
}

// label is how an access is called in messages.
func label(a jit.Access) string {
	if isNamed(a) {
		return a.Path()
	}
	return cmp.Or(a.Profile, a.ProfileID)
}
