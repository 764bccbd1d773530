package aws

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// association is an access policy of an entry, with where it holds.
type association struct {
	scope         accessScope
	made, changed time.Time
}

type accessScope struct {
	Type       string   `json:"type"`
	Namespaces []string `json:"namespaces"`
}

// askedPolicy is the body of AssociateAccessPolicy.
type askedPolicy struct {
	PolicyArn   string
	AccessScope *accessScope
}

// accessPolicies are those of the user guide that people are given.
// https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
func accessPolicies() []string {
	return []string{"AmazonEKSAdminPolicy", "AmazonEKSAdminViewPolicy", "AmazonEKSClusterAdminPolicy", "AmazonEKSEditPolicy", "AmazonEKSViewPolicy"}
}

const accessPolicy = "arn:aws:eks::aws:cluster-access-policy/"

// associate gives an entry a policy, or the policy another scope. The codes are
// those of the API reference; the words are not AWS's.
func (s *Server) associate(key string, e AccessEntry, asked askedPolicy, now time.Time) (any, error) {
	name, ok := strings.CutPrefix(asked.PolicyArn, accessPolicy)
	switch {
	case !ok:
		return nil, invalidParameter("The policyArn parameter format is not valid: " + asked.PolicyArn)
	case !slices.Contains(accessPolicies(), name):
		return nil, refuse(http.StatusNotFound, "ResourceNotFoundException", "The specified policyArn could not be found: "+asked.PolicyArn)
	case e.kind() != "STANDARD":
		return nil, refuse(http.StatusBadRequest, "InvalidRequestException", "Access policies cannot be associated with an access entry of type "+e.kind()+".")
	case asked.AccessScope == nil:
		return nil, invalidParameter("accessScope is missing.")
	}
	one := association{scope: *asked.AccessScope, made: now, changed: now}
	switch {
	case one.scope.Type == "cluster" && len(one.scope.Namespaces) == 0:
		one.scope.Namespaces = []string{}
	case one.scope.Type == "namespace" && len(one.scope.Namespaces) > 0:
	default:
		return nil, invalidParameter("The accessScope is invalid: namespaces go with type namespace, and are wanted there.")
	}
	if before, there := e.policies[asked.PolicyArn]; there {
		one.made = before.made
	}
	e.policies = maps.Clone(e.policies)
	if e.policies == nil {
		e.policies = map[string]association{}
	}
	e.policies[asked.PolicyArn] = one
	s.entries[key] = e
	return map[string]any{"principalArn": e.Principal, "associatedAccessPolicy": one.describe(asked.PolicyArn)}, nil
}

func (s *Server) disassociate(key string, e AccessEntry, policy string) (any, error) {
	if _, there := e.policies[policy]; !there {
		return nil, refuse(http.StatusNotFound, "ResourceNotFoundException", "The specified policyArn is not associated: "+policy)
	}
	e.policies = maps.Clone(e.policies)
	delete(e.policies, policy)
	s.entries[key] = e
	return struct{}{}, nil
}

func (e AccessEntry) listPolicies(r *http.Request, cluster string) (any, error) {
	query := r.URL.Query()
	most, err := pageSize(query.Get("maxResults"), 20, 100, "InvalidParameterException")
	if err != nil {
		return nil, err
	}
	arns, next := page(slices.Sorted(maps.Keys(e.policies)), query.Get("nextToken"), most)
	all := []any{}
	for _, arn := range arns {
		all = append(all, e.policies[arn].describe(arn))
	}
	answer := map[string]any{"clusterName": cluster, "principalArn": e.Principal, "associatedAccessPolicies": all}
	if next != "" {
		answer["nextToken"] = next
	}
	return answer, nil
}

func (a association) describe(arn string) any {
	return map[string]any{"policyArn": arn, "accessScope": a.scope, "associatedAt": a.made.Unix(), "modifiedAt": a.changed.Unix()}
}
