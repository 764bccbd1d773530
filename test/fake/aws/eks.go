package aws

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
)

// eks is the Elastic Kubernetes Service of a region.
func (s *Server) eks(w http.ResponseWriter, r *http.Request, region string) {
	name, one := strings.CutPrefix(r.URL.Path, "/clusters/")
	action := "ListClusters"
	if one {
		action = "DescribeCluster"
	}
	err := s.count(action)
	var who principal
	if err == nil {
		who, err = s.authenticate(r, "eks")
	}
	if err == nil && !allows(who.actions, "eks:"+action) {
		resource := "arn:aws:eks:" + region + ":" + s.account + ":cluster/" + name
		if !one {
			resource = "arn:aws:eks:" + region + ":" + s.account + ":cluster/*"
		}
		err = refuse(http.StatusForbidden, "AccessDeniedException", "User: "+who.arn+" is not authorized to perform: eks:"+action+" on resource: "+resource)
	}
	if err != nil {
		refuseJSON(w, err)
		return
	}
	if one {
		s.describeCluster(w, region, name)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"clusters": s.clusterNames(region)})
}

func (s *Server) clusterNames(region string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := []string{}
	for _, c := range s.clusters {
		if c.Region == region {
			names = append(names, c.Name)
		}
	}
	slices.Sort(names)
	return names
}

func (s *Server) describeCluster(w http.ResponseWriter, region, name string) {
	s.mu.Lock()
	c, ok := s.clusters[region+"/"+name]
	s.mu.Unlock()
	if !ok {
		refuseJSON(w, refuse(http.StatusNotFound, "ResourceNotFoundException", "No cluster found for name: "+name+"."))
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"cluster": map[string]any{
		"name": c.Name, "arn": "arn:aws:eks:" + region + ":" + s.account + ":cluster/" + c.Name,
		"endpoint": c.Endpoint, "status": "ACTIVE", "version": "1.37",
		"certificateAuthority": map[string]string{"data": base64.StdEncoding.EncodeToString(c.CAData)},
		"accessConfig":         map[string]string{"authenticationMode": "CONFIG_MAP"},
	}})
}
