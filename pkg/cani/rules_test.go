package cani_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	authorizationv1 "k8s.io/api/authorization/v1"

	"github.com/kubectl-jit/kubectl-jit/pkg/cani"
)

func rule(verbs, groups, resources []string, names ...string) authorizationv1.ResourceRule {
	return authorizationv1.ResourceRule{Verbs: verbs, APIGroups: groups, Resources: resources, ResourceNames: names}
}

// everybodys is what each signed-in person may do.
var everybodys = rule([]string{"create"}, []string{"authorization.k8s.io"}, []string{"selfsubjectaccessreviews", "selfsubjectrulesreviews"})

func ask(t *testing.T, status authorizationv1.SubjectRulesReviewStatus) cani.Rules {
	t.Helper()
	c := &cluster{rules: status}
	view, err := cani.Ask(t.Context(), c.client(t), "ns")
	if err != nil {
		t.Fatal(err)
	}
	if c.inNS != "ns" || view.Namespace != "ns" {
		t.Errorf("asked in %q, view of %q", c.inNS, view.Namespace)
	}
	return view
}

func TestRules(t *testing.T) {
	core := []string{""}
	view := ask(t, authorizationv1.SubjectRulesReviewStatus{
		Incomplete: true, EvaluationError: "webhook authorizer does not support user rule resolution",
		ResourceRules: []authorizationv1.ResourceRule{
			rule([]string{"list", "get"}, core, []string{"pods", "pods/log"}),
			rule([]string{"watch", "get"}, core, []string{"pods"}),
			rule([]string{"get"}, core, []string{"secrets"}, "b", "a"),
			rule([]string{"get", "*"}, []string{"apps"}, []string{"deployments"}),
		},
		NonResourceRules: []authorizationv1.NonResourceRule{
			{Verbs: []string{"get"}, NonResourceURLs: []string{"/version", "/healthz"}},
			{Verbs: []string{"head"}, NonResourceURLs: []string{"/healthz"}},
		},
	})
	want := cani.Rules{
		Namespace: "ns", Incomplete: true, Why: "webhook authorizer does not support user rule resolution",
		Rows: []cani.Row{
			{Resource: "pods", Verbs: []string{"get", "list", "watch"}},
			{Resource: "pods/log", Verbs: []string{"get", "list"}},
			{Resource: "secrets", Names: []string{"a", "b"}, Verbs: []string{"get"}},
			{Group: "apps", Resource: "deployments", Verbs: []string{"*"}},
		},
		URLs: []cani.URLRow{{URL: "/healthz", Verbs: []string{"get", "head"}}, {URL: "/version", Verbs: []string{"get"}}},
	}
	if diff := cmp.Diff(want, view); diff != "" {
		t.Errorf("view differs:\n%s", diff)
	}
}

func TestSummary(t *testing.T) {
	all, read, core := []string{"*"}, []string{"get", "list", "watch"}, []string{""}
	rules := func(r ...authorizationv1.ResourceRule) authorizationv1.SubjectRulesReviewStatus {
		return authorizationv1.SubjectRulesReviewStatus{ResourceRules: append(r, everybodys)}
	}
	incomplete := rules(rule(all, core, []string{"pods"}))
	incomplete.Incomplete = true
	tests := []struct {
		name   string
		status authorizationv1.SubjectRulesReviewStatus
		want   string
	}{
		{"the pod manager", rules(rule(all, core, []string{"pods"})), "pods: all verbs"},
		{"on EKS", incomplete, "pods: all verbs; the cluster's list is incomplete, more may be allowed"},
		{"nothing", rules(), "nothing is listed"},
		{"cluster admin", rules(rule(all, all, all)), "everything"},
		{"a reader", rules(rule(read, core, []string{"configmaps", "endpoints", "pods", "services"}), rule(read, []string{"apps"}, []string{"deployments/scale"})),
			"configmaps, endpoints, pods and 2 more: get, list, watch"},
		{"some objects", rules(rule([]string{"get"}, core, []string{"secrets"}, "tls")), "secrets: get on tls only"},
		{"a subresource of a group", rules(rule(read, []string{"apps"}, []string{"deployments/scale"})), "deployments.apps/scale: get, list, watch"},
		{"many kinds of right", rules(
			rule([]string{"get"}, core, []string{"a"}), rule([]string{"list"}, core, []string{"b"}),
			rule([]string{"watch"}, core, []string{"c"}), rule([]string{"patch"}, core, []string{"d"})),
			"a: get; b: list; c: watch; and 1 more"},
	}
	for _, tt := range tests {
		if got := ask(t, tt.status).Summary(); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
