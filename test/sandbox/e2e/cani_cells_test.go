package e2e_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	authorizationv1 "k8s.io/api/authorization/v1"
	"k8s.io/client-go/discovery"
	authorization "k8s.io/client-go/kubernetes/typed/authorization/v1"
)

// question is one cell of a view, as kubectl auth can-i asks it.
type question struct {
	accessCell
	verb, group, resource, subresource, namespace, url string
}

// String writes the question as kubectl takes it, the subresource after a slash.
func (q question) String() string {
	text := strings.TrimSuffix(q.resource+"."+q.group, ".")
	if q.url != "" {
		text = q.url
	}
	if q.subresource != "" {
		text += "/" + q.subresource
	}
	return q.verb + " " + text
}

// spec is the review that kubectl makes of the question, about an object or not.
func (q question) spec(name string) authorizationv1.SelfSubjectAccessReviewSpec {
	if q.url != "" {
		return authorizationv1.SelfSubjectAccessReviewSpec{NonResourceAttributes: &authorizationv1.NonResourceAttributes{Verb: q.verb, Path: q.url}}
	}
	return authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: &authorizationv1.ResourceAttributes{
		Namespace: q.namespace, Verb: q.verb, Group: q.group, Resource: q.resource, Subresource: q.subresource, Name: name,
	}}
}

// cells lists the view's cells.
func (v accessView) cells() func(yield func(question) bool) {
	return func(yield func(question) bool) {
		for _, item := range v.Items {
			namespace := ""
			if item.Namespaced {
				namespace = v.Namespace
			}
			for _, verb := range slices.Sorted(maps.Keys(item.Verbs)) {
				if !yield(question{item.Verbs[verb], verb, item.Group, item.Resource, item.Subresource, namespace, ""}) {
					return
				}
			}
		}
		for _, item := range v.NonResourceItems {
			for _, verb := range slices.Sorted(maps.Keys(item.Verbs)) {
				if !yield(question{accessCell: item.Verbs[verb], verb: verb, url: item.URL}) {
					return
				}
			}
		}
	}
}

// complete holds that all that discovery names stands in the view.
func complete(t *testing.T, who person, view accessView) {
	t.Helper()
	client, err := discovery.NewDiscoveryClientForConfig(configOf(t, who))
	if err != nil {
		t.Fatal(err)
	}
	_, lists, err := client.ServerGroupsAndResourcesWithContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for cell := range view.cells() {
		there[cell.String()] = true
	}
	for _, list := range lists {
		group, _, found := strings.Cut(list.GroupVersion, "/")
		if !found {
			group = ""
		}
		for _, served := range list.APIResources {
			resource, subresource, _ := strings.Cut(served.Name, "/")
			for _, verb := range served.Verbs {
				if cell := (question{verb: verb, group: group, resource: resource, subresource: subresource}).String(); !there[cell] {
					t.Errorf("the view has no cell %q", cell)
				}
			}
		}
	}
}

// compare asks the cluster about each cell. In a fast view cells may be unknown.
func compare(t *testing.T, reviews authorization.SelfSubjectAccessReviewInterface, view accessView, fast bool) {
	t.Helper()
	cells := make(chan question)
	var asking sync.WaitGroup
	for range 16 {
		asking.Go(func() {
			for cell := range cells {
				for _, fault := range cell.faults(t.Context(), reviews, fast) {
					t.Errorf("namespace %s: %s is %s by %s %v: %s", view.Namespace, cell, cell.Answer, cell.Basis, cell.Names, fault)
				}
			}
		})
	}
	count := 0
	for cell := range view.cells() {
		cells <- cell
		count++
	}
	close(cells)
	asking.Wait()
	if count < 600 {
		t.Errorf("the view has %d cells only", count)
	}
}

// faults says in what the cluster disagrees.
func (q question) faults(ctx context.Context, reviews authorization.SelfSubjectAccessReviewInterface, fast bool) []string {
	var faults []string
	hold := func(name string, want bool) {
		status, err := ask(ctx, reviews, q.spec(name))
		if err != nil || status.Allowed != want {
			faults = append(faults, fmt.Sprintf("the cluster says %v of name %q (%v)", status.Allowed, name, err))
		}
	}
	switch q.Answer {
	case "yes", "no":
		hold("", q.Answer == "yes")
	case "names":
		hold("", false)
		hold("no-rule-has-this", false)
	case "unknown":
		if !fast || q.Basis != "none" {
			faults = append(faults, "nobody was asked")
		}
	default:
		faults = append(faults, "no answer is so called")
	}
	if (q.Answer == "names") && len(q.Names) == 0 {
		faults = append(faults, "there are no names")
	}
	for _, name := range q.Names {
		hold(name, true)
	}
	return faults
}

// sample asks kubectl itself about some of the cells: the first of each kind and
// scope, and others evenly spread. What no discovery names kubectl takes for a
// resource of the core group, so it is left out.
func sample(t *testing.T, who person, view accessView) {
	t.Helper()
	i := 0
	asked := map[string]bool{}
	for cell := range view.cells() {
		if cell.unserved() {
			continue
		}
		i++
		kind := fmt.Sprint(cell.Answer, cell.Basis, cell.namespace, cell.url != "", cell.subresource != "")
		if asked[kind] && i%200 != 0 {
			continue
		}
		asked[kind] = true
		said := "no"
		if cell.Answer == "yes" {
			said = "yes"
		}
		if got := cell.kubectl(who, ""); got != said {
			t.Errorf("kubectl says %q to %s, the view %s", got, cell, cell.Answer)
		}
		if cell.Answer == "names" {
			if got := cell.kubectl(who, cell.Names[0]); got != "yes" {
				t.Errorf("kubectl says %q to %s of %s", got, cell, cell.Names[0])
			}
		}
	}
}

// unserved reports whether discovery names no such resource.
func (q question) unserved() bool {
	return slices.Contains([]string{"users", "groups", "signers", "userextras", "uids"}, q.resource) || q.resource == "nodes" && q.subresource == "metrics"
}

// kubectl is what kubectl auth can-i answers, without a reason.
func (q question) kubectl(who person, name string) string {
	args := []string{"auth", "can-i", q.verb, q.url}
	if q.url == "" {
		args[3] = strings.TrimSuffix(q.resource+"."+q.group, ".")
		if name != "" {
			args[3] += "/" + name
		}
		if q.subresource != "" {
			args = append(args, "--subresource", q.subresource)
		}
		if q.namespace == "" {
			args = append(args, "-A")
		} else {
			args = append(args, "-n", q.namespace)
		}
	}
	output, _ := world.Command(who.t.Context(), who.home, "kubectl", args...).Output() // a no is an exit status
	answer, _, _ := strings.Cut(strings.TrimSpace(string(output)), " - ")
	return answer
}
