package aws

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// eks is the Elastic Kubernetes Service of a region.
func (s *Server) eks(w http.ResponseWriter, r *http.Request, at endpoint) {
	answer, err := s.callEKS(r, at)
	if err != nil {
		refuseREST(w, err)
		return
	}
	writeJSON(w, http.StatusOK, answer)
}

// eksCall is what a request asks of EKS.
type eksCall struct {
	action    string
	cluster   string
	principal string // ARN in the path, of an access entry
	policy    string // ARN in the path, of an access policy
}

// routeEKS finds the call that a method and path stand for.
func routeEKS(r *http.Request) (eksCall, bool) {
	parts := strings.Split(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	for i := range parts {
		text, err := url.PathUnescape(parts[i])
		if err != nil || text == "" {
			return eksCall{}, false
		}
		parts[i] = text
	}
	if parts[0] != "clusters" || len(parts) > 2 && parts[2] != "access-entries" || len(parts) > 4 && parts[4] != "access-policies" || len(parts) > 6 {
		return eksCall{}, false
	}
	calls := map[string]string{
		"GET 1": "ListClusters", "GET 2": "DescribeCluster", "GET 3": "ListAccessEntries", "POST 3": "CreateAccessEntry",
		"GET 4": "DescribeAccessEntry", "POST 4": "UpdateAccessEntry", "DELETE 4": "DeleteAccessEntry",
		"GET 5": "ListAssociatedAccessPolicies", "POST 5": "AssociateAccessPolicy", "DELETE 6": "DisassociateAccessPolicy",
	}
	call := eksCall{action: calls[r.Method+" "+strconv.Itoa(len(parts))]}
	if len(parts) > 1 {
		call.cluster = parts[1]
	}
	if len(parts) > 3 {
		call.principal = parts[3]
	}
	if len(parts) > 5 {
		call.policy = parts[5]
	}
	return call, call.action != ""
}

func (s *Server) callEKS(r *http.Request, at endpoint) (any, error) {
	call, known := routeEKS(r)
	if !known {
		return nil, refuse(http.StatusForbidden, "MissingAuthenticationToken", "Missing Authentication Token") // its gateway's word for an unknown path
	}
	if err := s.count(call.action, at.region); err != nil {
		return nil, err
	}
	who, err := s.authenticate(r, at)
	if err != nil {
		return nil, err
	}
	if !allows(who.actions, "eks:"+call.action) {
		resource := call.cluster
		if resource == "" {
			resource = "*"
		}
		return nil, refuse(http.StatusForbidden, "AccessDeniedException", "User: "+who.arn+" is not authorized to perform: eks:"+call.action+
			" on resource: arn:aws:eks:"+at.region+":"+s.account+":cluster/"+resource)
	}
	switch call.action {
	case "ListClusters":
		return s.listClusters(r, at.region)
	case "DescribeCluster":
		return s.describeCluster(at.region, call.cluster)
	}
	return s.callAccessEntries(r, at.region, call)
}

func (s *Server) listClusters(r *http.Request, region string) (any, error) {
	query := r.URL.Query()
	most, err := pageSize(query.Get("maxResults"), 100, 100, "InvalidParameterException")
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	names := []string{}
	for _, c := range s.clusters {
		if c.Region == region {
			names = append(names, c.Name)
		}
	}
	slices.Sort(names)
	names, next := page(names, query.Get("nextToken"), most)
	answer := map[string]any{"clusters": names}
	if next != "" {
		answer["nextToken"] = next
	}
	return answer, nil
}

func (s *Server) describeCluster(region, name string) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.clusters[region+"/"+name]
	if !ok {
		return nil, refuse(http.StatusNotFound, "ResourceNotFoundException", "No cluster found for name: "+name+".")
	}
	return map[string]any{"cluster": map[string]any{
		"name": c.Name, "arn": "arn:aws:eks:" + region + ":" + s.account + ":cluster/" + c.Name,
		"endpoint": c.Endpoint, "status": "ACTIVE", "version": "1.37",
		"certificateAuthority": map[string]string{"data": base64.StdEncoding.EncodeToString(c.CAData)},
		"accessConfig":         map[string]string{"authenticationMode": c.mode()},
	}}, nil
}
