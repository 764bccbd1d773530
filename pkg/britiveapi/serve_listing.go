package britiveapi

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// list answers with a [Listing] for type=sdk and with the legacy list without a
// type: two generations of clients ask the same address.
func (s *server) list(c *call) (answer, error) {
	profiles, err := c.broker.Profiles(c.Context())
	if err != nil {
		return answer{}, err
	}
	query := c.URL.Query()
	profiles = searched(profiles, query.Get("search"))
	if query.Get("type") != "sdk" {
		return found(legacyOf(profiles)), nil
	}
	count := len(profiles)
	if size, err := strconv.Atoi(query.Get("size")); err == nil && size > 0 {
		profiles = profiles[:min(size, count)]
	}
	listing := listingOf(profiles)
	listing.Count = count
	return found(listing), nil
}

// apps, environments and profiles are what pybritive asks for a name that it
// does not find in the listing. It wants arrays, and takes empty ones.
func (s *server) apps(c *call) (answer, error) {
	profiles, err := c.broker.Profiles(c.Context())
	return found(listingOf(profiles).Apps), err
}

func (s *server) environments(c *call) (answer, error) {
	listing, err := c.listingWhere(func(p jit.Profile) bool { return p.ApplicationID == c.PathValue("app") })
	return found(listing.Environments), err
}

func (s *server) profiles(c *call) (answer, error) {
	listing, err := c.listingWhere(func(p jit.Profile) bool {
		return p.ApplicationID == c.PathValue("app") && p.EnvironmentID == c.PathValue("environment")
	})
	return found(listing.Profiles), err
}

func (c *call) listingWhere(keep func(jit.Profile) bool) (Listing, error) {
	profiles, err := c.broker.Profiles(c.Context())
	drop := func(p jit.Profile) bool { return !keep(p) }
	return listingOf(slices.DeleteFunc(slices.Clone(profiles), drop)), err
}

func searched(profiles []jit.Profile, text string) []jit.Profile {
	if text == "" {
		return profiles
	}
	text = strings.ToLower(text)
	misses := func(p jit.Profile) bool {
		names := []string{p.Application, p.Environment, p.Profile}
		return !slices.ContainsFunc(names, func(name string) bool { return strings.Contains(strings.ToLower(name), text) })
	}
	return slices.DeleteFunc(slices.Clone(profiles), misses)
}

func listingOf(profiles []jit.Profile) Listing {
	l := Listing{
		Count: len(profiles), Accesses: []AccessRow{}, Apps: []App{},
		Environments: []Environment{}, Profiles: []Profile{},
	}
	seen := map[[2]string]bool{}
	first := func(kind, id string) bool {
		key := [2]string{kind, id}
		was := seen[key]
		seen[key] = true
		return !was
	}
	for _, p := range profiles {
		l.Accesses = append(l.Accesses, AccessRow{
			AppContainerID: Text(p.ApplicationID), EnvironmentID: Text(p.EnvironmentID), PapID: Text(p.ProfileID),
			AccessType: Programmatic,
		})
		if first("app", p.ApplicationID) {
			l.Apps = append(l.Apps, App{
				AppContainerID: Text(p.ApplicationID), CatalogAppDisplayName: p.Application,
				CatalogAppName: p.Type, ProgrammaticAccess: true,
			})
		}
		if first("environment", p.EnvironmentID) {
			l.Environments = append(l.Environments, environmentOf(p))
		}
		if first("profile", p.ProfileID) {
			l.Profiles = append(l.Profiles, Profile{
				PapID: Text(p.ProfileID), PapName: p.Profile, PapDescription: p.Description,
				SessionAttributes: json.RawMessage("[]"),
			})
		}
	}
	return l
}

func environmentOf(p jit.Profile) Environment {
	return Environment{
		EnvironmentID: Text(p.EnvironmentID), EnvironmentName: p.Environment,
		ProfileEnvironmentProperties: json.RawMessage("{}"),
	}
}

// legacyOf groups by application and profile.
func legacyOf(profiles []jit.Profile) []LegacyApp {
	apps := []LegacyApp{}
	appAt, profileAt := map[string]int{}, map[[2]string]int{} // where each stands, by its id and that of its application
	for _, p := range profiles {
		if _, there := appAt[p.ApplicationID]; !there {
			appAt[p.ApplicationID] = len(apps)
			apps = append(apps, LegacyApp{
				AppContainerID: Text(p.ApplicationID), AppName: p.Application, CatalogAppName: p.Type,
				ProgrammaticAccess: true, Profiles: []LegacyProfile{},
			})
		}
		app := &apps[appAt[p.ApplicationID]]
		id := [2]string{p.ApplicationID, p.ProfileID}
		if _, there := profileAt[id]; !there {
			profileAt[id] = len(app.Profiles)
			app.Profiles = append(app.Profiles, LegacyProfile{
				ProfileID: Text(p.ProfileID), ProfileName: p.Profile, ProfileDescription: p.Description,
				ProgrammaticAccess: true,
			})
		}
		profile := &app.Profiles[profileAt[id]]
		profile.Environments = append(profile.Environments, environmentOf(p))
	}
	return apps
}
