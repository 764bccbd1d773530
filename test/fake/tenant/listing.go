package tenant

import (
	"cmp"
	"slices"
	"strconv"
)

// Form is how GET /api/access is answered.
type Form int

// The forms. Sources disagree about what a tenant says without a query, so a test
// can have each.
const (
	AsAsked Form = iota // tables for type=sdk, pages for page or size, else the older list
	Older               // the older list, whatever is asked
	Paged               // pages of 20, or of the size asked, whatever else is asked
)

// SetListing chooses the form of the listing.
func (t *Tenant) SetListing(form Form) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.listing = form
}

func (t *Tenant) listingRoutes() []route {
	return []route{
		{pattern: "GET /api/access", verb: t.list, query: []string{"type", "size", "page"}},
		{pattern: "GET /api/access/apps", verb: t.listApps},
		{pattern: "GET /api/access/apps/{app}/environments", verb: t.listEnvironments},
		{pattern: "GET /api/access/apps/{app}/environments/{environment}/paps", verb: t.listProfiles},
		{pattern: "GET /api/resource-manager/my-resources", query: []string{"page", "size"}, verb: func(*call) (any, error) { return []any{}, nil }},
	}
}

func (t *Tenant) list(c *call) (any, error) {
	query, found := c.URL.Query(), t.offersFor(c.person)
	if kind := query.Get("type"); kind != "" && kind != "sdk" {
		return nil, invalid("there is no type %q", kind)
	}
	inPages := !query.Has("type") && (query.Has("page") || query.Has("size"))
	switch {
	case t.listing == Paged || t.listing == AsAsked && inPages:
		return page(c, found)
	case t.listing == Older || !query.Has("type"):
		return older(found), nil
	case query.Has("page"):
		return nil, invalid("type=sdk has no pages")
	}
	return tables(c, found)
}

// number reads a number of the query.
func (c *call) number(key string, otherwise int) (int, error) {
	text := c.URL.Query().Get(key)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || key == "size" && n == 0 {
		return 0, invalid("%s is %q", key, text)
	}
	return n, nil
}

// tables are the compact form. It cuts the accesses where a size is asked, and
// counts them all.
func tables(c *call, found []*offer) (any, error) {
	accesses := []any{}
	apps, environments, profiles := newTable(), newTable(), newTable()
	for _, o := range found {
		for _, kind := range o.types() {
			accesses = append(accesses, map[string]any{
				"appContainerId": o.app.ID, "environmentId": o.environment.ID, "papId": o.profile.ID, "accessType": kind,
			})
		}
		apps.add(o.app.ID, func() any { return appRow(o) })
		environments.add(o.environment.ID, func() any { return environmentRow(o.environment) })
		profiles.add(o.profile.ID, func() any { return profileRow(o.profile) })
	}
	count := len(accesses)
	size, err := c.number("size", count)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"count": count, "accesses": accesses[:min(size, count)],
		"apps": apps.rows, "environments": environments.rows, "profiles": profiles.rows,
	}, nil
}

// table holds a row for each id.
type table struct {
	rows []any
	seen map[string]bool
}

func newTable() *table { return &table{rows: []any{}, seen: map[string]bool{}} }

func (t *table) add(id string, row func() any) {
	if !t.seen[id] {
		t.seen[id] = true
		t.rows = append(t.rows, row())
	}
}

func appRow(o *offer) any {
	return map[string]any{
		"appContainerId": o.app.ID, "appDescription": o.app.Description, "catalogAppDisplayName": o.app.Name,
		"catalogAppName": o.app.Type, "requiresHierarchicalModel": false,
		"consoleAccess":      slices.ContainsFunc(o.app.Profiles, func(p Profile) bool { return p.Console }),
		"programmaticAccess": slices.ContainsFunc(o.app.Profiles, func(p Profile) bool { return !p.NoCredentials }),
	}
}

func environmentRow(e *Environment) map[string]any {
	properties := map[string]any{}
	if e.APIServerURL != "" {
		properties = map[string]any{
			"apiServerUrl": e.APIServerURL, "certificateAuthorityData": e.CertificateAuthorityData,
			"oidcIssuerUrl": e.OIDCIssuerURL, "clientId": e.ClientID,
		}
	}
	return map[string]any{
		"environmentId": e.ID, "environmentName": e.Name, "alternateEnvironmentName": cmp.Or(e.Alternate, e.Name),
		"environmentDescription": e.Description, "profileEnvironmentProperties": properties,
	}
}

func profileRow(p *Profile) any {
	return map[string]any{"papId": p.ID, "papName": p.Name, "papDescription": p.Description, "sessionAttributes": []any{}}
}

// The three calls by which pybritive looks for a name that the listing lacks.

func (t *Tenant) listApps(c *call) (any, error) {
	apps := newTable()
	for _, o := range t.offersFor(c.person) {
		apps.add(o.app.ID, func() any { return appRow(o) })
	}
	return apps.rows, nil
}

func (t *Tenant) listEnvironments(c *call) (any, error) {
	environments := newTable()
	for _, o := range t.offersFor(c.person) {
		if o.app.ID == c.PathValue("app") {
			environments.add(o.environment.ID, func() any { return environmentRow(o.environment) })
		}
	}
	return environments.rows, nil
}

func (t *Tenant) listProfiles(c *call) (any, error) {
	profiles := newTable()
	for _, o := range t.offersFor(c.person) {
		if o.app.ID == c.PathValue("app") && o.environment.ID == c.PathValue("environment") {
			profiles.add(o.profile.ID, func() any { return profileRow(o.profile) })
		}
	}
	return profiles.rows, nil
}
