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

// Rules are what a rules review lists for one namespace. Those of ClusterRoleBindings
// are among them, and nothing tells them from those of the namespace.
type Rules struct {
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
func Ask(ctx context.Context, client kubernetes.Interface, namespace string) (Rules, error) {
	review := &authorizationv1.SelfSubjectRulesReview{Spec: authorizationv1.SelfSubjectRulesReviewSpec{Namespace: namespace}}
	answer, err := client.AuthorizationV1().SelfSubjectRulesReviews().Create(ctx, review, metav1.CreateOptions{})
	if err != nil {
		return Rules{}, refusal("ask what is allowed", err)
	}
	status := answer.Status
	rules := Rules{
		Namespace:  namespace,
		Incomplete: status.Incomplete || status.EvaluationError != "", // RBAC itself says only the second, where a role cannot be read
		Why:        status.EvaluationError,
	}
	for _, rule := range status.ResourceRules {
		rules.add(rule)
	}
	for _, rule := range status.NonResourceRules {
		rules.addURLs(rule)
	}
	slices.SortFunc(rules.Rows, func(a, b Row) int {
		return cmp.Or(strings.Compare(a.Group, b.Group), strings.Compare(a.Resource, b.Resource), slices.Compare(a.Names, b.Names))
	})
	slices.SortFunc(rules.URLs, func(a, b URLRow) int { return strings.Compare(a.URL, b.URL) })
	return rules, nil
}

func (r *Rules) add(rule authorizationv1.ResourceRule) {
	names := slices.Sorted(slices.Values(rule.ResourceNames))
	for _, group := range rule.APIGroups {
		for _, resource := range rule.Resources {
			i := slices.IndexFunc(r.Rows, func(row Row) bool {
				return row.Group == group && row.Resource == resource && slices.Equal(row.Names, names)
			})
			if i < 0 {
				i = len(r.Rows)
				r.Rows = append(r.Rows, Row{Group: group, Resource: resource, Names: names})
			}
			r.Rows[i].Verbs = union(r.Rows[i].Verbs, rule.Verbs)
		}
	}
}

func (r *Rules) addURLs(rule authorizationv1.NonResourceRule) {
	for _, url := range rule.NonResourceURLs {
		i := slices.IndexFunc(r.URLs, func(row URLRow) bool { return row.URL == url })
		if i < 0 {
			i = len(r.URLs)
			r.URLs = append(r.URLs, URLRow{URL: url})
		}
		r.URLs[i].Verbs = union(r.URLs[i].Verbs, rule.Verbs)
	}
}

// union joins two lists of verbs. "*" swallows all others.
func union(a, b []string) []string {
	all := joined(a, b)
	if slices.Contains(all, "*") {
		return []string{"*"}
	}
	return all
}

// joined sorts and joins two lists.
func joined(a, b []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(a, b))))
}

// cell is what the rules say about a verb on a resource ("pods", "pods/log").
// What they do not say is no where the list is complete, and open where not.
func (r Rules) cell(group, resource, verb string) Cell {
	var names []string
	for _, row := range r.Rows {
		if !row.matches(group, resource, verb) {
			continue
		}
		if len(row.Names) == 0 || row.Names[0] == "" { // RBAC takes the empty name for the question without one
			return Cell{Answer: Yes, Basis: ByRule}
		}
		names = joined(names, row.Names)
	}
	switch {
	case r.Incomplete: // and the names may not be all
		return Cell{Answer: Unknown, Basis: ByNobody, Names: names}
	case len(names) > 0:
		return Cell{Answer: Names, Basis: ByRule, Names: names}
	}
	return Cell{Answer: No, Basis: ByRule}
}

// urlCell is what the rules say about a verb on a path.
func (r Rules) urlCell(path, verb string) Cell {
	for _, row := range r.URLs {
		if row.matches(path, verb) {
			return Cell{Answer: Yes, Basis: ByRule}
		}
	}
	if r.Incomplete {
		return Cell{Answer: Unknown, Basis: ByNobody}
	}
	return Cell{Answer: No, Basis: ByRule}
}

// matches follows RBAC's own rules for wildcards: "*" is every resource and
// subresource, "*/scale" that subresource of every resource.
func (r Row) matches(group, resource, verb string) bool {
	_, subresource, isSub := strings.Cut(resource, "/")
	return (r.Group == "*" || r.Group == group) &&
		(r.Resource == "*" || r.Resource == resource || isSub && r.Resource == "*/"+subresource) &&
		(slices.Contains(r.Verbs, "*") || slices.Contains(r.Verbs, verb))
}

// matches follows RBAC's rules for paths: a "*" at the end is any rest.
func (r URLRow) matches(path, verb string) bool {
	if !slices.Contains(r.Verbs, "*") && !slices.Contains(r.Verbs, verb) {
		return false
	}
	open := strings.HasSuffix(r.URL, "*")
	return r.URL == path || open && strings.HasPrefix(path, strings.TrimRight(r.URL, "*"))
}
