package cani

import (
	"slices"
	"strings"
)

// Danger is something allowed that gives more than it says.
type Danger struct {
	Group       string   `json:"group"`
	Resource    string   `json:"resource"`
	Subresource string   `json:"subresource"`
	Verbs       []string `json:"verbs"`
	Names       []string `json:"names,omitempty"` // on these objects only
	Why         string   `json:"why"`
}

// Label writes the resource as kubectl takes it.
func (d Danger) Label() string {
	return Item{Group: d.Group, Resource: d.Resource, Subresource: d.Subresource}.Label()
}

// peril is a row of the table of what is dangerous. Its verbs may be "*".
type peril struct {
	group, resource, subresource string
	verbs                        []string
	why                          string
}

// perils follow what Kubernetes itself warns of:
// https://kubernetes.io/docs/concepts/security/rbac-good-practices/
func perils() []peril {
	const rbac, certificates, admission = "rbac.authorization.k8s.io", "certificates.k8s.io", "admissionregistration.k8s.io"
	all, read := []string{"*"}, []string{"get", "list", "watch"}
	enter, write := []string{"get", "create"}, []string{"create", "update", "patch", "delete", "deletecollection"}
	change := []string{"update", "patch"}
	return []peril{
		{"", "secrets", "", read, "shows passwords, keys and tokens"},
		{"", "pods", "exec", enter, "runs commands in running containers, as their service account"},
		{"", "pods", "attach", enter, "reads and types into running containers"},
		{"", "pods", "portforward", enter, "reaches every port of a pod"},
		{"", "pods", "ephemeralcontainers", change, "puts a container of one's own into a running pod"},
		{"", "nodes", "proxy", all, "reaches the kubelet: commands in every pod of a node, past the audit log"},
		{"", "serviceaccounts", "token", []string{"create"}, "makes tokens of any service account"},
		{"", "serviceaccounts", "", []string{"impersonate"}, "acts as any service account"},
		{"", "users", "", []string{"impersonate"}, "acts as any user"},
		{"", "groups", "", []string{"impersonate"}, "acts in any group, system:masters too"},
		{rbac, "roles", "", []string{"escalate"}, "writes roles that allow more than one may oneself"},
		{rbac, "clusterroles", "", []string{"escalate"}, "writes roles that allow more than one may oneself"},
		{rbac, "roles", "", []string{"bind"}, "gives anybody any role, where one may write bindings"},
		{rbac, "clusterroles", "", []string{"bind"}, "gives anybody any role, where one may write bindings"},
		{admission, "mutatingwebhookconfigurations", "", write, "sees and changes whatever is written to the cluster"},
		{admission, "validatingwebhookconfigurations", "", write, "sees and refuses whatever is written to the cluster"},
		{certificates, "certificatesigningrequests", "approval", change, "approves certificates; with approve on their signer, for any user name"},
		{certificates, "signers", "", []string{"approve", "sign"}, "issues certificates, for any user name"},
	}
}

// Danger says why a verb on the item is dangerous, or nothing.
func (i Item) Danger(verb string) string {
	for _, p := range perils() {
		if p.group == i.Group && p.resource == i.Resource && p.subresource == i.Subresource && p.has(verb) {
			return p.why
		}
	}
	if strings.HasPrefix(verb, "impersonate") {
		return "acts as somebody else"
	}
	return ""
}

func (p peril) has(verb string) bool {
	return slices.Contains(p.verbs, "*") || slices.Contains(p.verbs, verb)
}

// Dangers lists what of the view is dangerous, in the order of its rows.
func (v View) Dangers() []Danger {
	var all []Danger
	switch {
	case v.Everything:
		all = append(all, Danger{Group: "*", Resource: "*", Verbs: []string{"*"}, Why: "may do anything to everything on the cluster"})
	case v.Within:
		all = append(all, Danger{Group: "*", Resource: "*", Verbs: []string{"*"}, Why: "may do anything to everything in the namespace"})
	}
	for _, item := range v.Items {
		begin := len(all)
		for _, verb := range item.Ordered() {
			cell, why := item.Verbs[verb], item.Danger(verb)
			if why == "" || cell.Answer != Yes && cell.Answer != Names {
				continue
			}
			i := slices.IndexFunc(all[begin:], func(d Danger) bool { return d.Why == why && slices.Equal(d.Names, cell.Names) })
			if i < 0 {
				i = len(all) - begin
				all = append(all, Danger{Group: item.Group, Resource: item.Resource, Subresource: item.Subresource, Names: cell.Names, Why: why})
			}
			all[begin+i].Verbs = append(all[begin+i].Verbs, verb)
		}
	}
	return all
}
