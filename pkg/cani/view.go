package cani

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Verdict is the answer of a cell.
type Verdict string

// The four answers.
const (
	Yes     Verdict = "yes"
	No      Verdict = "no"
	Names   Verdict = "names"   // on some objects only; without a name kubectl answers no
	Unknown Verdict = "unknown" // nobody was asked, and the rules do not tell
)

// Basis is what an answer rests on.
type Basis string

// The bases.
const (
	ByRule   Basis = "rule"   // a rules review: what it lists, or what it leaves out where it is complete
	ByReview Basis = "review" // an access review
	ByNobody Basis = "none"
)

// Cell is the answer for one verb on one resource.
type Cell struct {
	Answer Verdict  `json:"answer"`
	Basis  Basis    `json:"basis"`
	Names  []string `json:"names,omitempty"` // the objects that are allowed; beside unknown, perhaps not the only ones
}

// Item is a row of a view: one resource or subresource, with a cell for each
// verb that discovery or a rule names for it.
type Item struct {
	Group       string          `json:"group"` // "" is the core group
	Resource    string          `json:"resource"`
	Subresource string          `json:"subresource"`
	Namespaced  bool            `json:"namespaced"`
	Verbs       map[string]Cell `json:"verbs"`
}

// Label writes the item as kubectl takes it: "pods/log", "deployments.apps".
func (i Item) Label() string {
	return Row{Group: i.Group, Resource: path(i.Resource, i.Subresource)}.Label()
}

// Allowed reports whether something on the item is allowed, be it on some objects
// only.
func (i Item) Allowed() bool {
	for _, cell := range i.Verbs {
		if cell.Answer == Yes || len(cell.Names) > 0 {
			return true
		}
	}
	return false
}

// Known reports whether each cell of the item is known.
func (i Item) Known() bool { return unknown(i.Verbs) == 0 }

// Ordered lists the item's verbs: the usual ones in their usual order, then the
// others.
func (i Item) Ordered() []string {
	verbs := slices.DeleteFunc(Usual(), func(verb string) bool { _, has := i.Verbs[verb]; return !has })
	return append(verbs, i.Special()...)
}

// Special lists the item's verbs beside the usual ones.
func (i Item) Special() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(i.Verbs)), func(verb string) bool { return slices.Contains(Usual(), verb) })
}

// URLItem is the row of a path that is no resource.
type URLItem struct {
	URL   string          `json:"url"` // as in "/healthz" or "/api/*"
	Verbs map[string]Cell `json:"verbs"`
}

// View is everything a person may do in one namespace, and on what lies in none.
type View struct {
	Namespace  string
	Kinds      []Kind    // in the order in which the cluster lists them
	Items      []Item    // by group, resource and subresource
	URLs       []URLItem // sorted
	Everything bool      // every verb on every resource, cluster-wide
	Within     bool      // every verb on every resource of the namespace
	Missing    []string  // API groups whose resources the cluster could not name
}

// Open counts the cells that are not known.
func (v View) Open() int {
	count := 0
	for _, item := range v.Items {
		count += unknown(item.Verbs)
	}
	for _, item := range v.URLs {
		count += unknown(item.Verbs)
	}
	return count
}

func unknown(cells map[string]Cell) int {
	count := 0
	for _, cell := range cells {
		if cell.Answer == Unknown {
			count++
		}
	}
	return count
}

func (v *View) sort() {
	slices.SortFunc(v.Items, func(a, b Item) int {
		return cmp.Or(strings.Compare(a.Group, b.Group), strings.Compare(a.Resource, b.Resource), strings.Compare(a.Subresource, b.Subresource))
	})
	slices.SortFunc(v.URLs, func(a, b URLItem) int { return strings.Compare(a.URL, b.URL) })
}

// path is a resource with its subresource, as rules write them.
func path(resource, subresource string) string {
	if subresource == "" {
		return resource
	}
	return resource + "/" + subresource
}
