package cli

import (
	"strings"

	"github.com/spf13/cobra"
)

// profiles offers what a PROFILE argument may be: an alias, a path, or the name
// of a profile where there is one of that name only.
func (e *env) profiles(cmd *cobra.Command, o *offers) {
	e.aliases(cmd, o)
	e.paths(cmd, o)
}

// paths offers what the broker listed last.
func (e *env) paths(_ *cobra.Command, o *offers) {
	settings, err := e.Settings()
	if err != nil {
		return
	}
	tenant, err := e.TenantOf(settings, e.Tenant)
	if err != nil {
		return
	}
	listedProfiles(e.Listed(settings, tenant), o)
}

func listedProfiles(listing string, o *offers) {
	addParts(listing, o)
	if o.typed != "" {
		addNames(listing, o)
	}
}

// addParts offers the paths as a shell offers files, a part at a time: there may
// be 20,000 profiles, in a handful of applications. What can go on in one way only
// goes on to where the ways part.
func addParts(listing string, o *offers) {
	parts := partsBehind(listing, o.typed)
	for len(parts) == 1 && parts[0].kind != "profile" {
		next := partsBehind(listing, parts[0].text)
		if len(next) > 1 {
			break
		}
		parts = next
	}
	for _, p := range parts {
		if o.add(p.text, p.kind) && p.kind != "profile" {
			o.goOn = true
		}
	}
}

// part is a path up to the end of one of its parts, which is of this kind.
type part struct{ text, kind string }

// partsBehind cuts each path that begins with what was typed behind its next
// part, and lists what differs. The listing is sorted.
func partsBehind(listing, typed string) []part {
	var parts []part
	last := "\n"
	for line := range strings.Lines(listing) {
		path := strings.TrimSuffix(line, "\n")
		if !strings.HasPrefix(path, typed) || strings.HasPrefix(path, last) {
			continue
		}
		first, second := slashes(path)
		switch {
		case first >= len(typed):
			last = path[:first+1]
			parts = append(parts, part{last, "application"})
		case second >= len(typed):
			last = path[:second+1]
			parts = append(parts, part{last, "environment"})
		default:
			parts = append(parts, part{path, "profile"})
		}
	}
	return parts
}

// slashes are where the parts of a path end; -1 where one does not. One behind a
// backslash is part of a name.
func slashes(path string) (first, second int) {
	first = -1
	for i := 0; i < len(path); i++ {
		switch {
		case path[i] == '\\':
			i++
		case path[i] == '/' && first < 0:
			first = i
		case path[i] == '/':
			return first, i
		}
	}
	return first, -1
}

// mostNames is how many profiles are offered by their name alone.
const mostNames = 200

// addNames offers the profile alone where no other has its name: its path begins
// with the application, which few have in their head. More than a person reads
// are not offered: what is typed next makes them fewer.
func addNames(listing string, o *offers) {
	var found []string
	times := map[string]int{}
	for line := range strings.Lines(listing) {
		path := strings.TrimSuffix(line, "\n")
		_, second := slashes(path)
		name := path[second+1:]
		if len(name) < len(o.typed) || !strings.EqualFold(name[:len(o.typed)], o.typed) {
			continue
		}
		times[strings.ToLower(name)]++ // PROFILE is read so
		if len(times) > mostNames {
			return
		}
		found = append(found, path)
	}
	for _, path := range found {
		_, second := slashes(path)
		if name := path[second+1:]; times[strings.ToLower(name)] == 1 {
			o.add(name, path[:max(second, 0)])
		}
	}
}
