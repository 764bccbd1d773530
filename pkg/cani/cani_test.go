package cani_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kubectl-jit/kubectl-jit/pkg/cani"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// onResource writes what was asked as "namespace verb resource.group/subresource name".
func onResource(spec authorizationv1.SelfSubjectAccessReviewSpec) string {
	if url := spec.NonResourceAttributes; url != nil {
		return url.Verb + " " + url.Path
	}
	r := spec.ResourceAttributes
	return strings.Join([]string{r.Namespace, r.Verb, r.Resource + "." + r.Group + "/" + r.Subresource, r.Name}, "|")
}

func TestCan(t *testing.T) {
	const unknownVerb = "verb 'fly' is not a known verb"
	tests := []struct {
		name     string
		q        cani.Question
		asked    string
		warnings []string
	}{
		{"plural", cani.Question{Verb: "list", Resource: "pods", Namespace: "ns"}, "ns|list|pods./|", nil},
		{"short, any case", cani.Question{Verb: "get", Resource: "PO", Namespace: "ns"}, "ns|get|pods./|", nil},
		{"singular with group", cani.Question{Verb: "get", Resource: "deployment.apps", Namespace: "ns"}, "ns|get|deployments.apps/|", nil},
		{"with version", cani.Question{Verb: "get", Resource: "deployments.v1.apps", Namespace: "ns"}, "ns|get|deployments.apps/|", nil},
		{"short of another group", cani.Question{Verb: "get", Resource: "deploy", Namespace: "ns"}, "ns|get|deployments.apps/|", nil},
		{"an object after a slash", cani.Question{Verb: "get", Resource: "pods/web-1", Namespace: "ns"}, "ns|get|pods./|web-1", nil},
		{"an object called as a subresource", cani.Question{Verb: "get", Resource: "po/exec", Namespace: "ns"}, "ns|get|pods./|exec",
			[]string{"this asks for the object 'exec' of pods; --subresource exec asks for pods/exec"}},
		{"such an object, by its own argument", cani.Question{Verb: "get", Resource: "pods", Name: "exec", Namespace: "ns"}, "ns|get|pods./|exec", nil},
		{"an object beside", cani.Question{Verb: "get", Resource: "pods", Name: "web-1", Namespace: "ns"}, "ns|get|pods./|web-1", nil},
		{"a subresource", cani.Question{Verb: "get", Resource: "pods", Subresource: "log", Namespace: "ns"}, "ns|get|pods./log|", nil},
		{"all namespaces", cani.Question{Verb: "list", Resource: "pods", Namespace: "ns", AllNamespaces: true}, "|list|pods./|", nil},
		{"cluster-scoped", cani.Question{Verb: "list", Resource: "nodes", Namespace: "ns"}, "|list|nodes./|", []string{"resource 'nodes' is not namespace scoped"}},
		{"everything", cani.Question{Verb: "*", Resource: "*", Namespace: "ns"}, "ns|*|*./|", nil},
		{"unknown verb", cani.Question{Verb: "fly", Resource: "pods", Namespace: "ns"}, "ns|fly|pods./|", []string{unknownVerb}},
		{"unknown verb, all namespaces", cani.Question{Verb: "fly", Resource: "pods", AllNamespaces: true}, "|fly|pods./|", nil},
		{"unknown resource", cani.Question{Verb: "get", Resource: "dragons", Namespace: "ns"}, "ns|get|dragons./|",
			[]string{"the server doesn't have a resource type 'dragons'"}},
		{"unknown resource in a group", cani.Question{Verb: "get", Resource: "pods.apps", Namespace: "ns"}, "ns|get|pods.apps./|",
			[]string{"the server doesn't have a resource type 'pods' in group 'apps'"}},
		{"users are impersonated", cani.Question{Verb: "impersonate", Resource: "users", Namespace: "ns"}, "ns|impersonate|users./|", nil},
		{"a URL", cani.Question{Verb: "get", Resource: "/healthz", Namespace: "ns"}, "get /healthz", nil},
		{"a URL, unknown verb", cani.Question{Verb: "fly", Resource: "/healthz"}, "fly /healthz", []string{unknownVerb}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &cluster{access: func(authorizationv1.SelfSubjectAccessReviewSpec) authorizationv1.SubjectAccessReviewStatus {
				return authorizationv1.SubjectAccessReviewStatus{Allowed: true}
			}}
			answer, err := cani.Can(t.Context(), c.client(t), tt.q)
			if err != nil {
				t.Fatal(err)
			}
			if got := onResource(c.asked); got != tt.asked {
				t.Errorf("asked %q, want %q", got, tt.asked)
			}
			if !answer.Allowed || answer.Text != "yes" {
				t.Errorf("answer %+v, want yes", answer)
			}
			if !slices.Equal(answer.Warnings, tt.warnings) {
				t.Errorf("warnings %q, want %q", answer.Warnings, tt.warnings)
			}
		})
	}
}

func TestCanNo(t *testing.T) {
	tests := []struct {
		status authorizationv1.SubjectAccessReviewStatus
		want   string
	}{
		{authorizationv1.SubjectAccessReviewStatus{}, "no"},
		{authorizationv1.SubjectAccessReviewStatus{Reason: "not yours"}, "no - not yours"},
		{authorizationv1.SubjectAccessReviewStatus{EvaluationError: "webhook down"}, "no - webhook down"},
		{authorizationv1.SubjectAccessReviewStatus{Reason: "not yours", EvaluationError: "webhook down"}, "no - not yours - webhook down"},
	}
	for _, tt := range tests {
		c := &cluster{access: func(authorizationv1.SelfSubjectAccessReviewSpec) authorizationv1.SubjectAccessReviewStatus {
			return tt.status
		}}
		answer, err := cani.Can(t.Context(), c.client(t), cani.Question{Verb: "get", Resource: "pods"})
		if err != nil || answer.Allowed || answer.Text != tt.want {
			t.Errorf("answer %+v, %v, want %q", answer, err, tt.want)
		}
	}
}

func TestCanInvalid(t *testing.T) {
	for _, q := range []cani.Question{
		{Verb: "get"},
		{Verb: "get", Resource: "pods/web-1", Name: "web-2"},
		{Verb: "get", Resource: "/healthz", Subresource: "log"},
		{Verb: "get", Resource: "/healthz", Name: "x"},
	} {
		if _, err := cani.Can(t.Context(), (&cluster{}).client(t), q); jit.CodeOf(err) != jit.Invalid {
			t.Errorf("%+v: error %v, want one of code invalid", q, err)
		}
	}
}

func TestWhoami(t *testing.T) {
	const arn = "arn:aws:sts::196226166352:assumed-role/EKS-Pod-Manager/alice@example.com"
	c := &cluster{person: authenticationv1.UserInfo{
		Username: "alice@example.com", UID: "u", Groups: []string{"pod-managers", "system:authenticated"},
		Extra: map[string]authenticationv1.ExtraValue{"arn": {arn}, "sessionName": {"alice@example.com"}},
	}}
	me, err := cani.Whoami(t.Context(), c.client(t))
	if err != nil {
		t.Fatal(err)
	}
	if me.Name != "alice@example.com" || me.ARN() != arn || me.Session() != "alice@example.com" || len(me.Groups) != 2 {
		t.Errorf("I am %+v", me)
	}
	if (cani.Identity{}).ARN() != "" {
		t.Error("an ARN out of nothing")
	}
}

func TestRefusals(t *testing.T) {
	tests := []struct {
		status int
		code   jit.Code
	}{
		{http.StatusUnauthorized, jit.Denied},
		{http.StatusForbidden, jit.Denied},
		{http.StatusServiceUnavailable, jit.Unavailable},
	}
	for _, tt := range tests {
		client := (&cluster{refuse: tt.status}).client(t)
		_, asked := cani.Ask(t.Context(), client, "ns")
		_, can := cani.Can(t.Context(), client, cani.Question{Verb: "get", Resource: "pods"})
		_, who := cani.Whoami(t.Context(), client)
		for _, err := range []error{asked, can, who} {
			if jit.CodeOf(err) != tt.code {
				t.Errorf("status %d: %v (%s), want code %s", tt.status, err, jit.CodeOf(err), tt.code)
			}
			if got := apierrors.IsUnauthorized(err); got != (tt.status == http.StatusUnauthorized) {
				t.Errorf("status %d: the cluster's own error is lost in %v", tt.status, err)
			}
		}
	}
}
