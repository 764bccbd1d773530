package cani

import (
	"cmp"
	"context"
	"slices"
	"strings"

	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// View is what a rules review lists for one namespace.
type View struct {
	Namespace  string
	Rows       []Row    // sorted by group, resource and names
	URLs       []URLRow // sorted
	Incomplete bool     // what is not listed may still be allowed
	Why        string   // why it is incomplete, in the cluster's words
}

// Row is what is allowed on one resource, or on some objects of it.
type Row struct {
	Group    string   // "" is the core group, "*" every group
	Resource string   // with its subresource, "pods/log"; "*" is every resource
	Names    []string // the only objects it is about; empty means all
	Verbs    []string // sorted; "*" alone is every verb
}

// Label writes the resource as kubectl takes it: "pods/log", "deployments.apps".
func (r Row) Label() string {
	resource, subresource, isSub := strings.Cut(r.Resource, "/")
	if r.Group != "" {
		resource += "." + r.Group
	}
	if isSub {
		resource += "/" + subresource
	}
	return resource
}

// URLRow is what is allowed on one non-resource URL.
type URLRow struct {
	URL   string // as in "/healthz" or "/api/*"
	Verbs []string
}

// Ask makes one SelfSubjectRulesReview. Codes: denied (the cluster takes no such
// token), unavailable.
func Ask(ctx context.Context, client kubernetes.Interface, namespace string) (View, error) {
	review := &authorizationv1.SelfSubjectRulesReview{Spec: authorizationv1.SelfSubjectRulesReviewSpec{Namespace: namespace}}
	answer, err := client.AuthorizationV1().SelfSubjectRulesReviews().Create(ctx, review, metav1.CreateOptions{})
	if err != nil {
		return View{}, refusal("ask what is allowed", err)
	}
	status := answer.Status
	view := View{Namespace: namespace, Incomplete: status.Incomplete, Why: status.EvaluationError}
	for _, rule := range status.ResourceRules {
		view.add(rule)
	}
	for _, rule := range status.NonResourceRules {
		view.addURLs(rule)
	}
	slices.SortFunc(view.Rows, func(a, b Row) int {
		return cmp.Or(strings.Compare(a.Group, b.Group), strings.Compare(a.Resource, b.Resource), slices.Compare(a.Names, b.Names))
	})
	slices.SortFunc(view.URLs, func(a, b URLRow) int { return strings.Compare(a.URL, b.URL) })
	return view, nil
}

func (v *View) add(rule authorizationv1.ResourceRule) {
	names := slices.Sorted(slices.Values(rule.ResourceNames))
	for _, group := range rule.APIGroups {
		for _, resource := range rule.Resources {
			i := slices.IndexFunc(v.Rows, func(r Row) bool {
				return r.Group == group && r.Resource == resource && slices.Equal(r.Names, names)
			})
			if i < 0 {
				i = len(v.Rows)
				v.Rows = append(v.Rows, Row{Group: group, Resource: resource, Names: names})
			}
			v.Rows[i].Verbs = union(v.Rows[i].Verbs, rule.Verbs)
		}
	}
}

func (v *View) addURLs(rule authorizationv1.NonResourceRule) {
	for _, url := range rule.NonResourceURLs {
		i := slices.IndexFunc(v.URLs, func(r URLRow) bool { return r.URL == url })
		if i < 0 {
			i = len(v.URLs)
			v.URLs = append(v.URLs, URLRow{URL: url})
		}
		v.URLs[i].Verbs = union(v.URLs[i].Verbs, rule.Verbs)
	}
}

// union sorts and joins two lists of verbs. "*" swallows all others.
func union(a, b []string) []string {
	all := slices.Compact(slices.Sorted(slices.Values(slices.Concat(a, b))))
	if slices.Contains(all, "*") {
		return []string{"*"}
	}
	return all
}

// Cell is the answer of a view to one verb on one resource.
type Cell string

// The answers.
const (
	Yes     Cell = "yes"
	No      Cell = "no"
	Names   Cell = "names"   // on some objects only
	Unknown Cell = "unknown" // not listed, and the list is incomplete
)

// Cell looks a verb on a resource ("pods", "pods/log") up in all rows.
func (v View) Cell(group, resource, verb string) Cell {
	cell := No
	if v.Incomplete {
		cell = Unknown
	}
	for _, row := range v.Rows {
		if !row.matches(group, resource, verb) {
			continue
		}
		if len(row.Names) == 0 {
			return Yes
		}
		cell = Names
	}
	return cell
}

// matches follows RBAC's own rules for wildcards: "*" is every resource and
// subresource, "*/scale" that subresource of every resource.
func (r Row) matches(group, resource, verb string) bool {
	_, subresource, isSub := strings.Cut(resource, "/")
	return (r.Group == "*" || r.Group == group) &&
		(r.Resource == "*" || r.Resource == resource || isSub && r.Resource == "*/"+subresource) &&
		(slices.Contains(r.Verbs, "*") || slices.Contains(r.Verbs, verb))
}
