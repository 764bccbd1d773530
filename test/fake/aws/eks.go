package aws

import (
	"encoding/base64"
	"net/http"
	"slices"
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

func (s *Server) callEKS(r *http.Request, at endpoint) (any, error) {
	name, one := strings.CutPrefix(r.URL.Path, "/clusters/")
	action, resource := "ListClusters", "*"
	if one {
		action, resource = "DescribeCluster", name
	}
	if r.Method != http.MethodGet || (!one && r.URL.Path != "/clusters") || strings.Contains(name, "/") && one {
		return nil, refuse(http.StatusForbidden, "MissingAuthenticationToken", "Missing Authentication Token") // its gateway's word for an unknown path
	}
	if err := s.count(action); err != nil {
		return nil, err
	}
	who, err := s.authenticate(r, at)
	if err != nil {
		return nil, err
	}
	if !allows(who.actions, "eks:"+action) {
		return nil, refuse(http.StatusForbidden, "AccessDeniedException", "User: "+who.arn+" is not authorized to perform: eks:"+action+
			" on resource: arn:aws:eks:"+at.region+":"+s.account+":cluster/"+resource)
	}
	if one {
		return s.describeCluster(at.region, name)
	}
	return s.listClusters(r, at.region)
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
		"accessConfig":         map[string]string{"authenticationMode": "CONFIG_MAP"},
	}}, nil
}
