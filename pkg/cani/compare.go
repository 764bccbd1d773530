package cani

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Answer reads the answer to a question out of the view. The resource is what
// kubectl auth can-i takes ("pods", "po", "Deployment", "deploy.apps", "pods/web-1")
// and, unlike there, "pods/log" is the subresource where the cluster serves one of
// that name, as in the table. Ok is false where the view has no such row, or is of
// another namespace than the question and the row lies in one.
func (v View) Answer(q Question) (cell Cell, ok bool) {
	if strings.HasPrefix(q.Resource, "/") {
		return v.answerURL(q) // "everything" is every resource, and a path is none
	}
	if v.Everything {
		return Cell{Answer: Yes, Basis: ByRule}, true
	}
	item, name, found := v.asked(q)
	if !found || item.Namespaced && (q.AllNamespaces || q.Namespace != v.Namespace) {
		return Cell{}, false
	}
	cell, served := item.Verbs[strings.ToLower(q.Verb)]
	switch {
	case !served:
		return Cell{}, false
	case cell.Answer == Names && name == "":
		return Cell{Answer: No, Basis: cell.Basis, Names: cell.Names}, true
	case slices.Contains(cell.Names, name):
		return Cell{Answer: Yes, Basis: cell.Basis}, true
	case name != "" && cell.Answer != Yes && v.reviewed():
		return Cell{Answer: Unknown, Basis: ByNobody}, true // who answers beside the rules was not asked about this one
	case cell.Answer == Names:
		return Cell{Answer: No, Basis: cell.Basis}, true
	}
	return cell, true
}

// asked is the row that a question is about, and the object it names.
func (v View) asked(q Question) (item Item, name string, found bool) {
	word, after, _ := strings.Cut(q.Resource, "/")
	kind, known := v.kind(word)
	if !known {
		return Item{}, "", false
	}
	if after != "" && q.Subresource == "" {
		if item, found := v.item(kind, after); found {
			return item, q.Name, true
		}
	}
	item, found = v.item(kind, q.Subresource)
	return item, cmp.Or(q.Name, after), found
}

// reviewed reports whether the rules were not the whole answer, so that reviews were
// made of what they left open: without the names of objects.
func (v View) reviewed() bool {
	return slices.ContainsFunc(v.Items, func(item Item) bool {
		for _, cell := range item.Verbs {
			if cell.Basis == ByReview {
				return true
			}
		}
		return false
	})
}

func (v View) answerURL(q Question) (Cell, bool) {
	for _, item := range v.URLs {
		if item.URL == q.Resource {
			cell, ok := item.Verbs[strings.ToLower(q.Verb)]
			return cell, ok
		}
	}
	return Cell{}, false
}

// Difference is a verb on a resource, or on a path, that two views answer
// otherwise.
type Difference struct {
	Group       string  `json:"group"`
	Resource    string  `json:"resource,omitempty"`
	Subresource string  `json:"subresource,omitempty"`
	URL         string  `json:"url,omitempty"`
	Verb        string  `json:"verb"`
	Here        Verdict `json:"here"`
	There       Verdict `json:"there"`

	HereNames  []string `json:"hereNames,omitempty"` // the objects that are allowed, as in a Cell
	ThereNames []string `json:"thereNames,omitempty"`
}

// Label writes what the difference is about, as kubectl takes it.
func (d Difference) Label() string {
	if d.URL != "" {
		return d.URL
	}
	return Item{Group: d.Group, Resource: d.Resource, Subresource: d.Subresource}.Label()
}

// Diff lists where two views of one namespace differ, by resource and verb. A row
// or a verb that one of them lacks is not known there.
func (v View) Diff(there View) []Difference {
	var all []Difference
	others := map[string]Item{}
	for _, item := range there.Items {
		others[item.Label()] = item
	}
	for _, item := range v.Items {
		all = append(all, item.diff(others[item.Label()].Verbs, false)...)
		delete(others, item.Label())
	}
	for _, label := range slices.Sorted(maps.Keys(others)) {
		all = append(all, others[label].diff(nil, true)...)
	}
	return append(all, diffURLs(v.URLs, there.URLs)...)
}

// diff compares an item with the cells of the other view. Swapped says that the
// item is the other view's.
func (i Item) diff(others map[string]Cell, swapped bool) []Difference {
	here, there := i.Verbs, others
	if swapped {
		here, there = there, here
	}
	all := compare(here, there)
	for at := range all {
		all[at].Group, all[at].Resource, all[at].Subresource = i.Group, i.Resource, i.Subresource
	}
	return all
}

func diffURLs(here, there []URLItem) []Difference {
	cells := func(items []URLItem) map[string]map[string]Cell {
		all := map[string]map[string]Cell{}
		for _, item := range items {
			all[item.URL] = item.Verbs
		}
		return all
	}
	ours, theirs := cells(here), cells(there)
	var all []Difference
	for _, url := range joined(slices.Collect(maps.Keys(ours)), slices.Collect(maps.Keys(theirs))) {
		for _, d := range compare(ours[url], theirs[url]) {
			d.URL = url
			all = append(all, d)
		}
	}
	return all
}

// compare lists the verbs that two rows answer otherwise.
func compare(here, there map[string]Cell) []Difference {
	var all []Difference
	for _, verb := range joined(slices.Collect(maps.Keys(here)), slices.Collect(maps.Keys(there))) {
		ours, theirs := here[verb], there[verb]
		d := Difference{
			Verb: verb, Here: cmp.Or(ours.Answer, Unknown), There: cmp.Or(theirs.Answer, Unknown),
			HereNames: ours.Names, ThereNames: theirs.Names,
		}
		if d.Here != d.There || !slices.Equal(d.HereNames, d.ThereNames) {
			all = append(all, d)
		}
	}
	return all
}
