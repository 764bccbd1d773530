package accesspolicy_test

import (
	"testing"

	authorizationv1 "k8s.io/api/authorization/v1"

	"github.com/kubectl-jit/kubectl-jit/test/sandbox/accesspolicy"
)

func TestDecide(t *testing.T) {
	view := []string{accesspolicy.ViewGroup}
	tests := []struct {
		groups                             []string
		verb, group, resource, subresource string
		want                               bool
	}{
		{view, "list", "", "pods", "", true},
		{view, "get", "", "pods", "log", true},
		{view, "list", "apps", "deployments", "", true},
		{view, "get", "", "pods", "exec", false},
		{view, "list", "", "secrets", "", false},
		{view, "delete", "", "pods", "", false},
		{[]string{"pod-managers"}, "list", "", "pods", "", false},
	}
	for _, tt := range tests {
		got := accesspolicy.Decide(authorizationv1.SubjectAccessReviewSpec{
			Groups: tt.groups,
			ResourceAttributes: &authorizationv1.ResourceAttributes{
				Verb: tt.verb, Group: tt.group, Resource: tt.resource, Subresource: tt.subresource,
			},
		})
		if got.Allowed != tt.want || got.Denied {
			t.Errorf("%v %s %s.%s/%s: %+v, want %v", tt.groups, tt.verb, tt.resource, tt.group, tt.subresource, got, tt.want)
		}
	}
}
