package cani

import (
	"slices"
	"strings"
)

// Kind is a resource that the cluster serves, with what people call it.
type Kind struct {
	Group    string
	Resource string   // its name, the plural
	Called   []string // in lower case: short names, the singular, the kind
}

// kind finds what a person means by a word as kubectl does: by the plural, else a
// short name, the singular or the kind, each with or without its group after a dot
// ("deploy.apps", "deployments.v1.apps", or the begin of a group's name, as in
// "ingress.networking"). Where several groups have it, the one that the cluster
// lists first is meant.
func (v View) kind(word string) (Kind, bool) {
	name, group, inGroup := strings.Cut(strings.ToLower(word), ".")
	_, afterVersion, _ := strings.Cut(group, ".")
	for _, in := range []func(string) bool{
		func(g string) bool { return !inGroup || g == group },
		func(g string) bool { return afterVersion != "" && g == afterVersion },
		func(g string) bool { return strings.HasPrefix(g, group) },
	} {
		for _, is := range []func(Kind) bool{
			func(k Kind) bool { return k.Resource == name },
			func(k Kind) bool { return slices.Contains(k.Called, name) },
		} {
			if i := slices.IndexFunc(v.Kinds, func(k Kind) bool { return in(k.Group) && is(k) }); i >= 0 {
				return v.Kinds[i], true
			}
		}
	}
	return Kind{}, false
}

// item is the row of a kind, or of its subresource.
func (v View) item(kind Kind, subresource string) (Item, bool) {
	i := slices.IndexFunc(v.Items, func(item Item) bool {
		return item.Group == kind.Group && item.Resource == kind.Resource && item.Subresource == subresource
	})
	if i < 0 {
		return Item{}, false
	}
	return v.Items[i], true
}
