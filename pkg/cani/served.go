package cani

import (
	"context"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
)

// Resource is one resource or subresource that questions can be asked about.
type Resource struct {
	Group       string
	Resource    string
	Subresource string
	Namespaced  bool
	Verbs       []string // sorted
	Called      []string // what people call the resource beside its name: singular, short names
}

// Named reports whether a person means the resource by a word: "pods" and "po"
// are the resource and its subresources, "pods/log" the subresource, and
// "deployments.apps" those of that group.
func (r Resource) Named(word string) bool {
	name, subresource, isSub := strings.Cut(strings.ToLower(word), "/")
	name, group, inGroup := strings.Cut(name, ".")
	return (name == r.Resource || slices.Contains(r.Called, name)) &&
		(!isSub || subresource == r.Subresource) &&
		(!inGroup || group == r.Group)
}

// Usual are the verbs of ordinary requests. Discovery names those of them that a
// resource has; a rule that names another one gives nothing.
func Usual() []string {
	return []string{"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"}
}

// beyond is what the API server asks its authorizers without discovery naming
// it: the verbs of escalation, of impersonation and of certificates.
func beyond() []Resource {
	return []Resource{
		{Resource: "users", Verbs: []string{"impersonate"}},
		{Resource: "groups", Verbs: []string{"impersonate"}},
		{Resource: "serviceaccounts", Namespaced: true, Verbs: []string{"impersonate"}},
		{Group: "rbac.authorization.k8s.io", Resource: "roles", Namespaced: true, Verbs: []string{"bind", "escalate"}},
		{Group: "rbac.authorization.k8s.io", Resource: "clusterroles", Verbs: []string{"bind", "escalate"}},
		{Group: "certificates.k8s.io", Resource: "signers", Verbs: []string{"approve", "attest", "sign"}},
	}
}

// catalog is all resources, found by group and name.
type catalog struct {
	all   []*Resource
	index map[[3]string]*Resource
}

// discover reads what the cluster serves, in two calls where it has aggregated
// discovery, as clusters have since 1.27. It names the groups that could not be
// read: one that a broken API service serves does not hide the others.
func discover(ctx context.Context, client discovery.DiscoveryInterface) (catalog, []string, error) {
	_, lists, err := discovery.ToDiscoveryInterfaceWithContext(client).ServerGroupsAndResourcesWithContext(ctx)
	var missing []string
	if failed, partly := discovery.GroupDiscoveryFailedErrorGroups(err); partly {
		for version := range failed {
			missing = joined(missing, []string{version.Group})
		}
	} else if err != nil {
		return catalog{}, nil, refusal("ask what the cluster serves", err)
	}
	c := catalog{index: map[[3]string]*Resource{}}
	for _, list := range lists {
		version, err := schema.ParseGroupVersion(list.GroupVersion)
		if err != nil {
			continue
		}
		for _, served := range list.APIResources {
			c.add(fromDiscovery(version.Group, served))
		}
	}
	for _, resource := range beyond() {
		c.add(resource)
	}
	for _, r := range c.all {
		if whole := c.index[[3]string{r.Group, r.Resource, ""}]; whole != nil {
			r.Called = whole.Called
		}
	}
	return c, missing, nil
}

// kinds are the resources without their subresources.
func (c catalog) kinds() []Kind {
	var all []Kind
	for _, r := range c.all {
		if r.Subresource == "" {
			all = append(all, Kind{Group: r.Group, Resource: r.Resource, Called: r.Called})
		}
	}
	return all
}

func fromDiscovery(group string, served metav1.APIResource) Resource {
	resource, subresource, isSub := strings.Cut(served.Name, "/")
	r := Resource{Group: group, Resource: resource, Subresource: subresource, Namespaced: served.Namespaced, Verbs: slices.Sorted(slices.Values(served.Verbs))}
	if !isSub {
		r.Called = append(slices.Clone(served.ShortNames), served.SingularName, strings.ToLower(served.Kind))
	}
	return r
}

// add unites the versions of a group, which may have different resources and
// verbs.
func (c *catalog) add(r Resource) {
	key := [3]string{r.Group, r.Resource, r.Subresource}
	if known := c.index[key]; known != nil {
		known.Verbs = joined(known.Verbs, r.Verbs)
		return
	}
	c.index[key] = &r
	c.all = append(c.all, &r)
}

// learn takes up what rules name and discovery does not: verbs such as "use", and
// what the API server only asks about, such as nodes/metrics or userextras.
func (c *catalog) learn(rules Rules) {
	for _, row := range rules.Rows {
		verbs := slices.DeleteFunc(slices.Clone(row.Verbs), func(verb string) bool { return verb == "*" || slices.Contains(Usual(), verb) })
		name, subresource, _ := strings.Cut(row.Resource, "/")
		for _, known := range c.all {
			if known.Resource == name && known.Subresource == subresource && (row.Group == "*" || row.Group == known.Group) {
				known.Verbs = joined(known.Verbs, verbs)
			}
		}
		if onlyAsked(row.Group, name, subresource) && row.Verbs[0] != "*" {
			c.add(Resource{Group: row.Group, Resource: name, Subresource: subresource, Verbs: row.Verbs})
		}
	}
}

// onlyAsked reports whether a name that discovery does not know is one the API
// server or the kubelet asks about all the same.
func onlyAsked(group, resource, subresource string) bool {
	switch {
	case group == "authentication.k8s.io":
		return resource == "uids" || resource == "userextras"
	case group == "" && resource == "nodes":
		return slices.Contains([]string{"checkpoint", "configz", "healthz", "log", "metrics", "pods", "spec", "stats"}, subresource)
	}
	return false
}
