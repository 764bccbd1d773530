package cani_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-jit/kubectl-jit/pkg/cani"
)

func answered(answers map[string]cani.Verdict, names ...string) map[string]cani.Cell {
	all := map[string]cani.Cell{}
	for verb, answer := range answers {
		all[verb] = cani.Cell{Answer: answer, Basis: cani.ByRule}
		if answer == cani.Names {
			all[verb] = cani.Cell{Answer: answer, Basis: cani.ByRule, Names: names}
		}
	}
	return all
}

func seenView() cani.View {
	return cani.View{
		Namespace: "shop",
		Kinds: []cani.Kind{
			{Resource: "nodes", Called: []string{"no", "node"}},
			{Resource: "pods", Called: []string{"po", "pod"}},
			{Resource: "secrets", Called: []string{"secret"}},
			{Group: "apps", Resource: "deployments", Called: []string{"deploy", "deployment"}},
			{Group: "extensions.example.com", Resource: "deployments", Called: []string{"deployment"}},
		},
		Items: []cani.Item{
			{Resource: "nodes", Verbs: answered(map[string]cani.Verdict{"get": cani.Yes, "delete": cani.No})},
			{Resource: "pods", Namespaced: true, Verbs: answered(map[string]cani.Verdict{"get": cani.Yes, "delete": cani.Unknown})},
			{Resource: "pods", Subresource: "log", Namespaced: true, Verbs: answered(map[string]cani.Verdict{"get": cani.No})},
			{Resource: "secrets", Namespaced: true, Verbs: answered(map[string]cani.Verdict{"get": cani.Names}, "a", "b")},
			{Group: "apps", Resource: "deployments", Namespaced: true, Verbs: answered(map[string]cani.Verdict{"get": cani.Yes})},
			{Group: "extensions.example.com", Resource: "deployments", Namespaced: true, Verbs: answered(map[string]cani.Verdict{"get": cani.No})},
		},
		URLs: []cani.URLItem{{URL: "/healthz", Verbs: answered(map[string]cani.Verdict{"get": cani.Yes})}},
	}
}

func TestAnswer(t *testing.T) {
	const none cani.Verdict = ""
	tests := []struct {
		name string
		q    cani.Question
		want cani.Verdict
	}{
		{"yes", cani.Question{Verb: "get", Resource: "pods", Namespace: "shop"}, cani.Yes},
		{"any case", cani.Question{Verb: "GET", Resource: "Pods", Namespace: "shop"}, cani.Yes},
		{"not known", cani.Question{Verb: "delete", Resource: "pods", Namespace: "shop"}, cani.Unknown},
		{"a subresource", cani.Question{Verb: "get", Resource: "pods", Subresource: "log", Namespace: "shop"}, cani.No},
		{"another namespace", cani.Question{Verb: "get", Resource: "pods", Namespace: "prod"}, none},
		{"all namespaces", cani.Question{Verb: "get", Resource: "pods", Namespace: "shop", AllNamespaces: true}, none},
		{"in no namespace", cani.Question{Verb: "get", Resource: "nodes", Namespace: "prod"}, cani.Yes},
		{"a group", cani.Question{Verb: "get", Resource: "deployments.apps", Namespace: "shop"}, cani.Yes},
		{"another group", cani.Question{Verb: "get", Resource: "deployments.batch", Namespace: "shop"}, none},
		{"the group that comes first", cani.Question{Verb: "get", Resource: "deployments", Namespace: "shop"}, cani.Yes},
		{"the group in full", cani.Question{Verb: "get", Resource: "deployments.extensions.example.com", Namespace: "shop"}, cani.No},
		{"the begin of a group", cani.Question{Verb: "get", Resource: "deployments.extensions", Namespace: "shop"}, cani.No},
		{"a version and a group", cani.Question{Verb: "get", Resource: "deployments.v1.apps", Namespace: "shop"}, cani.Yes},
		{"a singular", cani.Question{Verb: "get", Resource: "pod", Namespace: "shop"}, cani.Yes},
		{"a short name", cani.Question{Verb: "get", Resource: "deploy", Namespace: "shop"}, cani.Yes},
		{"a short name in a group", cani.Question{Verb: "get", Resource: "deploy.apps", Namespace: "shop"}, cani.Yes},
		{"a kind", cani.Question{Verb: "get", Resource: "Deployment", Namespace: "shop"}, cani.Yes},
		{"a kind in no namespace", cani.Question{Verb: "get", Resource: "no", Namespace: "prod"}, cani.Yes},
		{"a kind nobody knows", cani.Question{Verb: "get", Resource: "dragon", Namespace: "shop"}, none},
		{"a subresource after a slash", cani.Question{Verb: "get", Resource: "po/log", Namespace: "shop"}, cani.No},
		{"an object of a subresource", cani.Question{Verb: "get", Resource: "pods/log", Name: "web", Namespace: "shop"}, cani.No},
		{"an object called as a subresource", cani.Question{Verb: "get", Resource: "pods", Name: "log", Namespace: "shop"}, cani.Yes},
		{"a short name's object", cani.Question{Verb: "get", Resource: "secret/a", Namespace: "shop"}, cani.Yes},
		{"a verb that the row lacks", cani.Question{Verb: "fly", Resource: "pods", Namespace: "shop"}, none},
		{"names, without one", cani.Question{Verb: "get", Resource: "secrets", Namespace: "shop"}, cani.No},
		{"names, one of them", cani.Question{Verb: "get", Resource: "secrets/a", Namespace: "shop"}, cani.Yes},
		{"names, another", cani.Question{Verb: "get", Resource: "secrets", Name: "c", Namespace: "shop"}, cani.No},
		{"a path", cani.Question{Verb: "get", Resource: "/healthz"}, cani.Yes},
		{"another path", cani.Question{Verb: "get", Resource: "/logs"}, none},
	}
	for _, tt := range tests {
		if cell, ok := seenView().Answer(tt.q); cell.Answer != tt.want || ok != (tt.want != none) {
			t.Errorf("%s: %q, %v, want %q", tt.name, cell.Answer, ok, tt.want)
		}
	}
	if cell, ok := (cani.View{Everything: true}).Answer(cani.Question{Verb: "fly", Resource: "dragons"}); !ok || cell.Answer != cani.Yes {
		t.Error("everything does not hold dragons")
	}
	if cell, ok := (cani.View{Everything: true}).Answer(cani.Question{Verb: "get", Resource: "/metrics"}); ok {
		t.Errorf("every resource holds a path: %q", cell.Answer)
	}
}

// TestAnswerNames holds that "no" is not said of one object where the cluster was
// asked about all of them only: what it has beside its rules may allow one.
func TestAnswerNames(t *testing.T) {
	view := seenView()
	view.Items[1].Verbs["delete"] = cani.Cell{Answer: cani.No, Basis: cani.ByReview}
	for question, want := range map[cani.Question]cani.Verdict{
		{Verb: "delete", Resource: "pods", Namespace: "shop"}:              cani.No,
		{Verb: "delete", Resource: "pods", Namespace: "shop", Name: "web"}: cani.Unknown,
		{Verb: "get", Resource: "pods", Namespace: "shop", Name: "web"}:    cani.Yes,
		{Verb: "get", Resource: "secrets", Namespace: "shop"}:              cani.No,
		{Verb: "get", Resource: "secrets", Namespace: "shop", Name: "a"}:   cani.Yes,
		{Verb: "get", Resource: "secrets", Namespace: "shop", Name: "c"}:   cani.Unknown,
	} {
		if cell, ok := view.Answer(question); !ok || cell.Answer != want {
			t.Errorf("%+v: %q, %v, want %q", question, cell.Answer, ok, want)
		}
	}
}

func TestDiff(t *testing.T) {
	here, there := seenView(), seenView()
	there.Items[1].Verbs["get"] = cani.Cell{Answer: cani.No}
	there.Items[3].Verbs["get"] = cani.Cell{Answer: cani.Names, Names: []string{"a"}}
	there.Items[4] = cani.Item{Group: "batch", Resource: "jobs", Verbs: answered(map[string]cani.Verdict{"get": cani.Yes})}
	there.URLs = nil
	want := []cani.Difference{
		{Resource: "pods", Verb: "get", Here: cani.Yes, There: cani.No},
		{Resource: "secrets", Verb: "get", Here: cani.Names, There: cani.Names, HereNames: []string{"a", "b"}, ThereNames: []string{"a"}},
		{Group: "apps", Resource: "deployments", Verb: "get", Here: cani.Yes, There: cani.Unknown},
		{Group: "batch", Resource: "jobs", Verb: "get", Here: cani.Unknown, There: cani.Yes},
		{URL: "/healthz", Verb: "get", Here: cani.Yes, There: cani.Unknown},
	}
	if diff := cmp.Diff(want, here.Diff(there)); diff != "" {
		t.Error(diff)
	}
	if same := here.Diff(seenView()); len(same) != 0 {
		t.Errorf("a view differs from itself: %+v", same)
	}
}
