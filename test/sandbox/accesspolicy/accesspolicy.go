// Package accesspolicy stands in for the authorizer that EKS has behind RBAC: it
// grants what access policies say, to groups it knows, and has no opinion on
// everything else.
//
// Its being there matters as much as what it grants. A webhook cannot list what
// it would allow, so the API server's rules reviews are incomplete, on EKS as
// here.
package accesspolicy

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	authorizationv1 "k8s.io/api/authorization/v1"
)

// ViewGroup is the group that an access entry with AmazonEKSViewPolicy puts a
// person into, here.
const ViewGroup = "jit:AmazonEKSViewPolicy"

// viewed is what AmazonEKSViewPolicy reads, as far as the sandbox needs it.
// Secrets are not among it.
var viewed = []string{"pods", "pods/log", "services", "endpoints", "configmaps", "deployments.apps", "replicasets.apps", "daemonsets.apps", "statefulsets.apps", "jobs.batch", "cronjobs.batch"}

// Decide answers one review: allowed, with a reason as EKS's authorizer gives one,
// or no opinion, which says nothing.
func Decide(spec authorizationv1.SubjectAccessReviewSpec) authorizationv1.SubjectAccessReviewStatus {
	none := authorizationv1.SubjectAccessReviewStatus{}
	if !slices.Contains(spec.Groups, ViewGroup) || spec.ResourceAttributes == nil {
		return none
	}
	asked := spec.ResourceAttributes
	if !slices.Contains([]string{"get", "list", "watch"}, asked.Verb) || !slices.Contains(viewed, name(asked)) {
		return none
	}
	return authorizationv1.SubjectAccessReviewStatus{Allowed: true, Reason: "EKS Access Policy: allowed by AmazonEKSViewPolicy"}
}

func name(asked *authorizationv1.ResourceAttributes) string {
	written := asked.Resource
	if asked.Subresource != "" {
		written += "/" + asked.Subresource
	}
	return strings.TrimSuffix(written+"."+asked.Group, ".")
}

// Handler answers the API server's webhook calls.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var review authorizationv1.SubjectAccessReview
		if err := json.NewDecoder(r.Body).Decode(&review); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		review.Status = Decide(review.Spec)
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(review)
	})
}
