package cli

import (
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/client-go/discovery"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/nearest"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

// presets are the names that --preset takes.
func presets() []string { return []string{"pod-manager", "viewer", "deployer"} }

// presetRules is what a preset may do. None of them reads secrets.
func presetRules(name string) []rbacv1.PolicyRule {
	read := []string{"get", "list", "watch"}
	write := append(slices.Clone(read), "create", "update", "patch", "delete")
	rule := func(group string, verbs []string, resources ...string) rbacv1.PolicyRule {
		return rbacv1.PolicyRule{APIGroups: []string{group}, Resources: resources, Verbs: verbs}
	}
	workloads := []string{"daemonsets", "deployments", "replicasets", "statefulsets"}
	switch name {
	case "pod-manager":
		return []rbacv1.PolicyRule{rule("", []string{"*"}, "pods")}
	case "viewer":
		return []rbacv1.PolicyRule{
			rule("", read, "configmaps", "endpoints", "events", "namespaces", "nodes", "persistentvolumeclaims", "pods", "pods/log", "services"),
			rule("apps", read, workloads...),
			rule("autoscaling", read, "horizontalpodautoscalers"),
			rule("batch", read, "cronjobs", "jobs"),
			rule("networking.k8s.io", read, "ingresses", "networkpolicies"),
		}
	case "deployer":
		return []rbacv1.PolicyRule{
			rule("", read, "events", "pods", "pods/log"),
			rule("", write, "configmaps", "services"),
			rule("apps", write, workloads...),
			rule("apps", []string{"get", "update", "patch"}, "deployments/scale", "statefulsets/scale"),
			rule("autoscaling", write, "horizontalpodautoscalers"),
			rule("batch", write, "cronjobs", "jobs"),
			rule("networking.k8s.io", write, "ingresses"),
		}
	}
	return nil
}

// customRules makes rules of verbs and resources. A resource is written as for
// kubectl: pods, pods/log, deployments.apps, deployments.apps/scale; one without a
// group is looked up among those that the cluster serves.
func customRules(client discovery.DiscoveryInterface, verbs, resources []string) ([]rbacv1.PolicyRule, error) {
	var rules []rbacv1.PolicyRule
	served, err := servedResources(client)
	if err != nil {
		return nil, err
	}
	for _, word := range resources {
		group, name, err := locateResource(served, word)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(rules, func(r rbacv1.PolicyRule) bool { return r.APIGroups[0] == group })
		if i < 0 {
			i = len(rules)
			rules = append(rules, rbacv1.PolicyRule{APIGroups: []string{group}, Verbs: verbs})
		}
		rules[i].Resources = append(rules[i].Resources, name)
	}
	return rules, nil
}

// servedResources is name to API groups, the core group being "".
func servedResources(client discovery.DiscoveryInterface) (map[string][]string, error) {
	_, lists, err := client.ServerGroupsAndResources()
	if err != nil && !discovery.IsGroupDiscoveryFailedError(err) {
		return nil, jit.Errorf(jit.Unavailable, "ask the cluster for its resources", "%w", err)
	}
	served := map[string][]string{}
	for _, list := range lists {
		group := ""
		if head, _, named := strings.Cut(list.GroupVersion, "/"); named {
			group = head
		}
		for _, resource := range list.APIResources {
			if !slices.Contains(served[resource.Name], group) {
				served[resource.Name] = append(served[resource.Name], group)
			}
		}
	}
	return served, nil
}

// locateResource splits a word into API group and resource.
func locateResource(served map[string][]string, word string) (group, name string, err error) {
	op := "read --resource " + word
	name, sub, nested := strings.Cut(word, "/")
	name, group, grouped := strings.Cut(name, ".")
	if nested {
		name += "/" + sub
	}
	groups := served[name]
	switch {
	case name == "*" && !grouped:
		return "*", name, nil
	case name == "":
		return "", "", jit.Errorf(jit.Invalid, op, "it names no resource")
	case grouped && slices.Contains(groups, group), !grouped && slices.Contains(groups, ""):
		return group, name, nil
	case grouped || len(groups) == 0:
		names := make([]string, 0, len(served))
		for other := range served {
			names = append(names, other)
		}
		slices.Sort(names)
		return "", "", jit.Errorf(jit.NotFound, op, "the cluster serves no such resource%s", usage.DidYouMean(nearest.Names(name, names))).
			WithNext("kubectl api-resources")
	case len(groups) > 1:
		slices.Sort(groups)
		return "", "", jit.Errorf(jit.Invalid, op, "several API groups have it: write %s.%s", name, strings.Join(groups, " or "+name+"."))
	}
	return groups[0], name, nil
}
