package cani_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	authorizationv1 "k8s.io/api/authorization/v1"

	"github.com/kubectl-jit/kubectl-jit/pkg/cani"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

type (
	rulesStatus = authorizationv1.SubjectRulesReviewStatus
	accessSpec  = authorizationv1.SelfSubjectAccessReviewSpec
)

// nowhere is where the cluster-wide rules are asked for.
const nowhere = "cluster.only"

func status(incomplete bool, rules ...authorizationv1.ResourceRule) rulesStatus {
	return rulesStatus{Incomplete: incomplete, ResourceRules: rules}
}

// allow is an authorizer that allows what is written as onResource writes it.
func allow(allowed ...string) func(accessSpec) authorizationv1.SubjectAccessReviewStatus {
	return func(spec accessSpec) authorizationv1.SubjectAccessReviewStatus {
		return authorizationv1.SubjectAccessReviewStatus{Allowed: slices.Contains(allowed, onResource(spec))}
	}
}

// cells writes a view as "verb label: answer basis names", the no's left out.
func cells(view cani.View) []string {
	var all []string
	for _, item := range view.Items {
		for _, verb := range item.Ordered() {
			if cell := item.Verbs[verb]; cell.Answer != cani.No {
				line := verb + " " + item.Label() + ": " + string(cell.Answer) + " " + string(cell.Basis) + " " + strings.Join(cell.Names, ",")
				all = append(all, strings.TrimSpace(line))
			}
		}
	}
	return all
}

func TestLook(t *testing.T) {
	core, read := []string{""}, []string{"get", "list"}
	admin := rule([]string{"*"}, []string{"*"}, []string{"*"})
	tests := []struct {
		name           string
		wide, ns       rulesStatus
		allowed        []string
		fast           bool
		want           []string
		calls, reviews int64
	}{
		{
			name: "complete: four calls",
			wide: status(false, rule(read, core, []string{"nodes"})),
			ns:   status(false, rule(read, core, []string{"nodes", "pods", "*/log"})),
			want: []string{"get nodes: yes rule", "list nodes: yes rule", "get pods: yes rule", "list pods: yes rule", "get pods/log: yes rule"}, calls: 4,
		},
		{
			name: "complete: a RoleBinding on a cluster-scoped kind is nothing",
			wide: status(false), ns: status(false, rule(read, core, []string{"nodes", "nodes/proxy"}, "n1"), rule([]string{"*"}, core, []string{"nodes"})), calls: 4,
		},
		{
			name: "complete: names, and names beside all",
			wide: status(false), ns: status(false, rule(read, core, []string{"secrets"}, "b", "a"), rule(read, core, []string{"secrets"}, "*", "a"), rule([]string{"get"}, core, []string{"pods"}, "x"), rule([]string{"get"}, core, []string{"pods"})),
			want: []string{"get pods: yes rule", "get secrets: names rule *,a,b", "list secrets: names rule *,a,b"}, calls: 4,
		},
		{
			name: "complete: what discovery does not name",
			wide: status(false, rule([]string{"escalate", "use", "list"}, []string{"*"}, []string{"clusterroles", "nodes"}), rule([]string{"get"}, core, []string{"nodes/metrics", "ghosts"}),
				rule([]string{"impersonate"}, []string{"", "authentication.k8s.io"}, []string{"users", "userextras/scopes"})),
			ns: status(false),
			want: []string{"list nodes: yes rule", "escalate nodes: yes rule", "use nodes: yes rule", "get nodes/metrics: yes rule", "impersonate users: yes rule",
				"impersonate userextras.authentication.k8s.io/scopes: yes rule", "escalate clusterroles.rbac.authorization.k8s.io: yes rule", "use clusterroles.rbac.authorization.k8s.io: yes rule"},
			calls: 4,
		},
		{
			name: "incomplete, fast: nothing is guessed",
			wide: status(true), ns: status(true, rule([]string{"get"}, core, []string{"secrets"}, "tls"), rule([]string{"*"}, core, []string{"pods", "pods/*", "pods/exec"})), fast: true,
			want: []string{"impersonate groups: unknown none", "get nodes: unknown none", "list nodes: unknown none", "get nodes/proxy: unknown none", "create nodes/proxy: unknown none",
				"get pods: yes rule", "list pods: yes rule", "get pods/exec: yes rule", "create pods/exec: yes rule", "get pods/log: unknown none",
				"get secrets: unknown none tls", "list secrets: unknown none", "impersonate serviceaccounts: unknown none", "impersonate users: unknown none",
				"get deployments.apps: unknown none", "list deployments.apps: unknown none", "get deployments.apps/scale: unknown none", "patch deployments.apps/scale: unknown none",
				"approve signers.certificates.k8s.io: unknown none", "attest signers.certificates.k8s.io: unknown none", "sign signers.certificates.k8s.io: unknown none",
				"bind clusterroles.rbac.authorization.k8s.io: unknown none", "escalate clusterroles.rbac.authorization.k8s.io: unknown none",
				"bind roles.rbac.authorization.k8s.io: unknown none", "escalate roles.rbac.authorization.k8s.io: unknown none"},
			calls: 4,
		},
		{
			name: "incomplete: only the open cells are asked, a cluster-scoped kind without a namespace",
			wide: status(true), ns: status(true, rule([]string{"get"}, core, []string{"secrets"}, "tls"), rule([]string{"*"}, core, []string{"pods"})),
			allowed: []string{"ns|get|pods./log|", "|list|nodes./|", "ns|get|nodes./|", "ns|list|secrets./|"},
			want: []string{"list nodes: yes review", "get pods: yes rule", "list pods: yes rule", "get pods/log: yes review",
				"get secrets: names rule tls", "list secrets: yes review"},
			calls: 4 + 2 + 23, reviews: 2 + 23,
		},
		{
			name: "incomplete: everything by the webhook", wide: status(true), ns: status(true), allowed: []string{"|*|*.*/|"},
			calls: 4 + 2, reviews: 2,
		},
		{
			name: "incomplete: everything in the namespace by the webhook", wide: status(true), ns: status(true), allowed: []string{"ns|*|*.*/|", "|get|nodes./|"},
			want: []string{"get nodes: yes review",
				"get pods: yes review", "list pods: yes review", "get pods/exec: yes review", "create pods/exec: yes review", "get pods/log: yes review",
				"get secrets: yes review", "list secrets: yes review", "impersonate serviceaccounts: yes review",
				"get deployments.apps: yes review", "list deployments.apps: yes review", "get deployments.apps/scale: yes review", "patch deployments.apps/scale: yes review",
				"bind roles.rbac.authorization.k8s.io: yes review", "escalate roles.rbac.authorization.k8s.io: yes review"},
			calls: 4 + 2 + 11, reviews: 2 + 11,
		},
		{
			name: "an error of evaluation is a list that is not complete", wide: status(false),
			ns: rulesStatus{EvaluationError: "role gone"}, allowed: []string{"ns|list|pods./|"}, want: []string{"list pods: yes review"}, calls: 4 + 14, reviews: 14,
		},
		{
			name: "incomplete: everything by a rule", wide: status(true, admin), ns: status(true, admin),
			calls: 4,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &cluster{rules: tt.ns, rulesIn: map[string]rulesStatus{nowhere: tt.wide}, access: allow(tt.allowed...)}
			seen, err := cani.Look{Namespaces: []string{"ns"}, Fast: tt.fast}.At(t.Context(), c.client(t))
			if err != nil {
				t.Fatal(err)
			}
			got := cells(seen.Views[0])
			if seen.Views[0].Everything { // too many to list
				if len(got) != 25 || strings.Contains(strings.Join(got, "\n"), string(cani.Unknown)) {
					t.Errorf("everything is %q", got)
				}
				got = nil
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("cells differ:\n%s", diff)
			}
			if c.calls.Load() != tt.calls || c.reviewed.Load() != tt.reviews || int64(seen.Reviews) != tt.reviews {
				t.Errorf("%d calls, %d access reviews (%d said), want %d and %d", c.calls.Load(), c.reviewed.Load(), seen.Reviews, tt.calls, tt.reviews)
			}
		})
	}
}

// TestLookWide holds that a kind without a namespace is asked about once, however
// many namespaces are looked at, and what each namespace costs.
func TestLookWide(t *testing.T) {
	core := []string{""}
	c := &cluster{
		rules:   status(false),
		rulesIn: map[string]rulesStatus{"b": status(false, rule([]string{"list"}, core, []string{"pods", "nodes"})), nowhere: status(true)},
		access:  allow("|get|nodes./|"),
	}
	look := cani.Look{Namespaces: []string{"a", "b", "c"}, Keep: func(r cani.Resource, verb string) bool { return r.Resource == "pods" || r.Resource == "nodes" }}
	seen, err := look.At(t.Context(), c.client(t))
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"get nodes: yes review"}, {"get nodes: yes review", "list pods: yes rule"}, {"get nodes: yes review"}}
	for i, view := range seen.Views {
		if diff := cmp.Diff(want[i], cells(view)); diff != "" {
			t.Errorf("namespace %s:\n%s", view.Namespace, diff)
		}
	}
	if calls := c.calls.Load(); calls != 2+1+3+4 {
		t.Errorf("%d calls", calls)
	}
}

func TestLookURLs(t *testing.T) {
	c := &cluster{rules: status(true), rulesIn: map[string]rulesStatus{nowhere: {Incomplete: true, NonResourceRules: []authorizationv1.NonResourceRule{
		{Verbs: []string{"get"}, NonResourceURLs: []string{"/healthz*", "/version", "/api/*"}}, {Verbs: []string{"post"}, NonResourceURLs: []string{"/hook"}},
	}}}, access: allow("get /metrics")}
	seen, err := cani.Look{Namespaces: []string{"ns"}, KeepURLs: true, Keep: func(cani.Resource, string) bool { return false }}.At(t.Context(), c.client(t))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, item := range seen.Views[0].URLs {
		for verb, cell := range item.Verbs {
			got = append(got, verb+" "+item.URL+": "+string(cell.Answer)+" "+string(cell.Basis))
		}
	}
	want := []string{"get /api/*: yes rule", "get /debug/pprof: no review", "get /healthz: yes rule", "get /healthz*: yes rule", "post /hook: yes rule",
		"get /logs: no review", "get /metrics: yes review", "get /openapi/v2: no review", "get /version: yes rule"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("paths differ:\n%s", diff)
	}
}

// TestLookFails holds that a review that fails leaves its cell unknown, and that
// a token that is refused ends the look.
func TestLookFails(t *testing.T) {
	c := &cluster{rules: status(true), access: allow(), refuseAccess: http.StatusBadRequest}
	seen, err := cani.Look{Namespaces: []string{"ns"}}.At(t.Context(), c.client(t))
	if err != nil {
		t.Fatal(err)
	}
	if seen.Failed == nil || seen.Views[0].Open() != 25 {
		t.Errorf("%d cells are open, failed: %v", seen.Views[0].Open(), seen.Failed)
	}
	c.refuseAccess = http.StatusUnauthorized
	if _, err := (cani.Look{Namespaces: []string{"ns"}}).At(t.Context(), c.client(t)); jit.CodeOf(err) != jit.Denied {
		t.Errorf("refused: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	c.refuseAccess, c.access = 0, func(accessSpec) authorizationv1.SubjectAccessReviewStatus {
		cancel()
		return authorizationv1.SubjectAccessReviewStatus{}
	}
	if _, err := (cani.Look{Namespaces: []string{"ns"}}).At(ctx, c.client(t)); jit.CodeOf(err) != jit.Unavailable {
		t.Errorf("interrupted: %v", err)
	}
}

func TestDangers(t *testing.T) {
	core, all := []string{""}, []string{"*"}
	c := &cluster{rules: status(false, rule(all, core, []string{"pods/exec"}), rule([]string{"list", "get"}, core, []string{"secrets"}), rule([]string{"get"}, core, []string{"secrets"}, "tls")),
		rulesIn: map[string]rulesStatus{nowhere: status(false, rule(all, core, []string{"nodes/proxy"}, "n1"))}}
	seen, err := cani.Look{Namespaces: []string{"ns"}}.At(t.Context(), c.client(t))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range seen.Views[0].Dangers() {
		got = append(got, strings.Join(d.Verbs, ",")+" "+d.Label()+" "+strings.Join(d.Names, ","))
	}
	if diff := cmp.Diff([]string{"get,create nodes/proxy n1", "get,create pods/exec ", "get,list secrets "}, got); diff != "" {
		t.Errorf("dangers differ:\n%s", diff)
	}
}

func TestExplain(t *testing.T) {
	tests := []struct {
		reason, ns string
		allowed    bool
		want       cani.Explanation
	}{
		{`RBAC: allowed by ClusterRoleBinding "manage-pods-global" of ClusterRole "pod-manager" to Group "pod-managers"`, "", true,
			cani.Explanation{Role: "ClusterRole pod-manager", Binding: "ClusterRoleBinding manage-pods-global", Subject: "Group pod-managers"}},
		{`RBAC: allowed by RoleBinding "deploy/shop" of Role "a \"b\"" to User "alice"`, "", true,
			cani.Explanation{Role: `Role a "b"`, Binding: "RoleBinding deploy in namespace shop", Subject: "User alice"}},
		{"EKS Access Policy: allowed by X", "", true, cani.Explanation{Reason: "EKS Access Policy: allowed by X"}},
		{"", "", false, cani.Explanation{Names: []string{"tls"}}},
	}
	for _, tt := range tests {
		c := &cluster{rules: status(true, rule([]string{"get"}, []string{""}, []string{"secrets"}, "tls")), access: func(accessSpec) authorizationv1.SubjectAccessReviewStatus {
			return authorizationv1.SubjectAccessReviewStatus{Allowed: tt.allowed, Reason: tt.reason}
		}}
		got, err := cani.Explain(t.Context(), c.client(t), cani.Question{Verb: "get", Resource: "secrets", Namespace: "ns"})
		if err != nil {
			t.Fatal(err)
		}
		tt.want.Answer = got.Answer
		if diff := cmp.Diff(tt.want, got); diff != "" || got.Allowed != tt.allowed {
			t.Errorf("%s:\n%s", tt.reason, diff)
		}
	}
}
