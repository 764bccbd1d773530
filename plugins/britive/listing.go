package britive

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/britiveapi"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const (
	// pageSize is how many profiles a page shall have. Britive's browser extension
	// asks for as many; a tenant's own measure is 20.
	pageSize = 100

	// mostPages bounds how long a listing in pages is followed.
	mostPages = 1000
)

// profile is one element of a listing.
type profile struct {
	jit.Profile
	path string
}

// Profiles implements [jit.Broker].
func (c *Client) Profiles(ctx context.Context) ([]jit.Profile, error) {
	listed, err := c.list(ctx, "list profiles")
	if err != nil {
		return nil, err
	}
	profiles := make([]jit.Profile, len(listed))
	for i, p := range listed {
		profiles[i] = p.Profile
	}
	return profiles, nil
}

// list reads the listing, sorted by path and each access once, and remembers it
// for names and ids.
func (c *Client) list(ctx context.Context, op string) ([]profile, error) {
	all, err := c.anyForm(ctx, op)
	if err != nil {
		return nil, err
	}
	listed := slices.DeleteFunc(append([]profile{}, all...), func(p profile) bool { return p.ProfileID == "" || p.EnvironmentID == "" })
	for i := range listed {
		listed[i].path = pathOf(listed[i].Access)
	}
	slices.SortFunc(listed, func(a, b profile) int {
		return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.ProfileID, b.ProfileID), cmp.Compare(a.EnvironmentID, b.EnvironmentID))
	})
	listed = slices.CompactFunc(listed, func(a, b profile) bool { return a.Same(b.Access) })
	c.mu.Lock()
	defer c.mu.Unlock()
	c.listed = listed
	return listed, nil
}

// pathOf is [jit.Access.Path], which costs much where there are thousands; most
// names need no escaping.
func pathOf(a jit.Access) string {
	if strings.ContainsAny(a.Application+a.Environment+a.Profile, `/\`) {
		return a.Path()
	}
	return a.Application + "/" + a.Environment + "/" + a.Profile
}

// remembered is the last listing, which is read where there is none yet.
func (c *Client) remembered(ctx context.Context, op string) ([]profile, error) {
	c.mu.Lock()
	listed := c.listed
	c.mu.Unlock()
	if listed != nil {
		return listed, nil
	}
	return c.list(ctx, op)
}

// anyForm reads the listing in whichever of its three forms the tenant answers:
// tables of ids and names, the older list of applications, or pages. Where a first
// page shows that there are more, all are read in larger ones.
func (c *Client) anyForm(ctx context.Context, op string) ([]profile, error) {
	ask := get("/api/access")
	ask.query = url.Values{"type": {"sdk"}}
	listed, more, err := c.part(ctx, op, ask)
	if err != nil || !more {
		return listed, err
	}
	listed = nil
	ask.query.Set("size", strconv.Itoa(pageSize))
	for page := range mostPages {
		ask.query.Set("page", strconv.Itoa(page))
		part, more, err := c.part(ctx, op, ask)
		if err != nil {
			return nil, err
		}
		listed = append(listed, part...)
		if !more {
			return listed, nil
		}
	}
	return nil, c.strange(op, "its listing has no end")
}

// part reads one answer of the listing, and whether there is more.
func (c *Client) part(ctx context.Context, op string, ask request) (listed []profile, more bool, err error) {
	var answer json.RawMessage
	if err := c.do(ctx, op, ask, &answer); err != nil {
		return nil, false, err
	}
	listed, more, err = readListing(answer)
	if err != nil {
		return nil, false, c.strange(op, "its listing cannot be read: "+shortened(err.Error()))
	}
	return listed, more, nil
}

// readListing tells the forms by their JSON type. More follows only for a page
// that is not the last.
func readListing(answer json.RawMessage) (listed []profile, more bool, err error) {
	if bytes.HasPrefix(bytes.TrimSpace(answer), []byte("[")) {
		var apps []britiveapi.LegacyApp
		err := json.Unmarshal(answer, &apps)
		return fromLegacy(apps), false, err
	}
	var both struct {
		britiveapi.Listing
		Page int                   `json:"page"`
		Size int                   `json:"size"`
		Data *[]britiveapi.PageRow `json:"data"`
	}
	if err := json.Unmarshal(answer, &both); err != nil {
		return nil, false, err
	}
	if both.Data == nil {
		return fromListing(both.Listing), false, nil
	}
	more = len(*both.Data) > 0 && both.Size*(both.Page+1) < both.Count
	return fromPage(*both.Data), more, nil
}

// fromListing joins the tables. An id without a name is shown as it is.
func fromListing(l britiveapi.Listing) []profile {
	apps := byID(l.Apps, func(a britiveapi.App) britiveapi.Text { return a.AppContainerID })
	environments := byID(l.Environments, func(e britiveapi.Environment) britiveapi.Text { return e.EnvironmentID })
	profiles := byID(l.Profiles, func(p britiveapi.Profile) britiveapi.Text { return p.PapID })
	listed := make([]profile, 0, len(l.Accesses))
	for _, row := range l.Accesses {
		app, environment, pap := apps[row.AppContainerID], environments[row.EnvironmentID], profiles[row.PapID]
		listed = append(listed, profile{
			Profile: jit.Profile{
				Access: jit.Access{
					Application: named(app.CatalogAppDisplayName, row.AppContainerID), ApplicationID: string(row.AppContainerID),
					Environment: named(environment.EnvironmentName, row.EnvironmentID), EnvironmentID: string(row.EnvironmentID),
					Profile: named(pap.PapName, row.PapID), ProfileID: string(row.PapID),
				},
				Alternate:   environment.AlternateEnvironmentName,
				Description: pap.PapDescription,
				Type:        app.CatalogAppName,
				Cluster:     clusterOf(environment),
			},
		})
	}
	return listed
}

func byID[T any](rows []T, id func(T) britiveapi.Text) map[britiveapi.Text]T {
	found := make(map[britiveapi.Text]T, len(rows))
	for _, row := range rows {
		found[id(row)] = row
	}
	return found
}

func named(name string, id britiveapi.Text) string { return cmp.Or(name, string(id)) }

func fromLegacy(apps []britiveapi.LegacyApp) (listed []profile) {
	for _, app := range apps {
		for _, pap := range app.Profiles {
			for _, environment := range pap.Environments {
				listed = append(listed, profile{
					Profile: jit.Profile{
						Access: jit.Access{
							Application: named(app.AppName, app.AppContainerID), ApplicationID: string(app.AppContainerID),
							Environment: named(environment.EnvironmentName, environment.EnvironmentID), EnvironmentID: string(environment.EnvironmentID),
							Profile: named(pap.ProfileName, pap.ProfileID), ProfileID: string(pap.ProfileID),
						},
						Alternate:   environment.AlternateEnvironmentName,
						Description: pap.ProfileDescription,
						Type:        app.CatalogAppName,
						Cluster:     clusterOf(environment),
					},
				})
			}
		}
	}
	return listed
}

func fromPage(rows []britiveapi.PageRow) (listed []profile) {
	for _, row := range rows {
		listed = append(listed, profile{
			Profile: jit.Profile{
				Access: jit.Access{
					Application: named(row.Application.AppName, row.AppID), ApplicationID: string(row.AppID),
					Environment: named(row.Environment.EnvironmentName, row.EnvironmentID), EnvironmentID: string(row.EnvironmentID),
					Profile: named(row.Profile.PapName, row.PapID), ProfileID: string(row.PapID),
				},
				Alternate:   row.Environment.AlternateEnvironmentName,
				Description: row.Profile.Description,
				Type:        row.Application.ApplicationType,
				Cluster:     clusterOf(row.Environment),
			},
		})
	}
	return listed
}
