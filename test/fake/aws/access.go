package aws

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// AccessEntry maps a principal to groups of a cluster.
type AccessEntry struct {
	Principal string // ARN, with its path
	Groups    []string
	Username  string // EKS's own when empty
	Type      string // STANDARD when empty

	made, changed time.Time
	policies      map[string]association // by ARN
}

// AddAccessEntry makes an entry without asking anybody, as EKS itself does for its
// nodes.
func (s *Server) AddAccessEntry(region, cluster string, e AccessEntry) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	e.made, e.changed = now, now
	s.entries[region+"/"+cluster+"/"+e.Principal] = e
}

// SetAuthenticationMode changes how a cluster learns who a role is; see
// [Cluster].AuthenticationMode.
func (s *Server) SetAuthenticationMode(region, cluster, mode string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.clusters[region+"/"+cluster]
	c.AuthenticationMode = mode
	s.clusters[region+"/"+cluster] = c
}

// askedEntry is the body of a call that is about an entry.
type askedEntry struct {
	PrincipalArn, Username, Type string
	KubernetesGroups             *[]string
	ClientRequestToken           string
	Tags                         map[string]string
}

// readAccess reads the body that the call has.
func readAccess(r *http.Request, action string) (entry askedEntry, policy askedPolicy, err error) {
	if r.Method != http.MethodPost {
		return entry, policy, nil
	}
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if action == "AssociateAccessPolicy" {
		err = decoder.Decode(&policy)
	} else {
		err = decoder.Decode(&entry)
	}
	if err != nil {
		err = refuse(http.StatusBadRequest, "SerializationException", err.Error())
	}
	return entry, policy, err
}

// callAccessEntries answers the calls that are about entries of one cluster.
func (s *Server) callAccessEntries(r *http.Request, region string, call eksCall) (any, error) {
	asked, policy, err := readAccess(r, call.action)
	if err != nil {
		return nil, err
	}
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	cluster, ok := s.clusters[region+"/"+call.cluster]
	if !ok {
		return nil, refuse(http.StatusNotFound, "ResourceNotFoundException", "No cluster found for name: "+call.cluster+".")
	}
	if cluster.mode() == "CONFIG_MAP" {
		return nil, refuse(http.StatusBadRequest, "InvalidRequestException",
			"The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.")
	}
	prefix := region + "/" + call.cluster + "/"
	switch call.action {
	case "ListAccessEntries":
		return s.listAccessEntries(r, prefix)
	case "CreateAccessEntry":
		e := AccessEntry{Principal: asked.PrincipalArn, Username: asked.Username, Type: asked.Type, made: now, changed: now}
		if asked.KubernetesGroups != nil {
			e.Groups = *asked.KubernetesGroups
		}
		return s.createAccessEntry(region, call.cluster, e)
	}
	e, ok := s.entries[prefix+call.principal]
	if !ok {
		return nil, refuse(http.StatusNotFound, "ResourceNotFoundException",
			"The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'.")
	}
	switch call.action {
	case "ListAssociatedAccessPolicies":
		return e.listPolicies(r, call.cluster)
	case "AssociateAccessPolicy":
		return s.associate(prefix+call.principal, e, policy, now)
	case "DisassociateAccessPolicy":
		return s.disassociate(prefix+call.principal, e, call.policy)
	case "DeleteAccessEntry":
		delete(s.entries, prefix+call.principal)
		return struct{}{}, nil
	case "UpdateAccessEntry":
		// What is not given stays as it is.
		if asked.KubernetesGroups != nil {
			e.Groups = *asked.KubernetesGroups
		}
		if asked.Username != "" {
			e.Username = asked.Username
		}
		if err := e.check(); err != nil {
			return nil, err
		}
		e.changed = now
		s.entries[prefix+call.principal] = e
	}
	return s.describeAccessEntry(region, call.cluster, e), nil
}

func (s *Server) listAccessEntries(r *http.Request, prefix string) (any, error) {
	query := r.URL.Query()
	most, err := pageSize(query.Get("maxResults"), 100, 100, "InvalidParameterException")
	if err != nil {
		return nil, err
	}
	arns := []string{}
	for key := range s.entries {
		if arn, ok := strings.CutPrefix(key, prefix); ok {
			arns = append(arns, arn)
		}
	}
	slices.Sort(arns)
	arns, next := page(arns, query.Get("nextToken"), most)
	answer := map[string]any{"accessEntries": arns}
	if next != "" {
		answer["nextToken"] = next
	}
	return answer, nil
}

func (s *Server) createAccessEntry(region, cluster string, e AccessEntry) (any, error) {
	key := region + "/" + cluster + "/" + e.Principal
	if !s.principalExists(e.Principal) {
		return nil, invalidParameter("The specified principalArn is invalid: invalid principal.")
	}
	if _, there := s.entries[key]; there {
		return nil, refuse(http.StatusConflict, "ResourceInUseException", "The specified access entry resource is already in use on this cluster.")
	}
	if err := e.check(); err != nil {
		return nil, err
	}
	s.entries[key] = e
	return s.describeAccessEntry(region, cluster, e), nil
}

// principalExists reports whether an ARN is that of a role or user of the account,
// path included. Sessions have none.
func (s *Server) principalExists(arn string) bool {
	for _, role := range s.roles {
		if s.roleARN(role) == arn {
			return true
		}
	}
	for _, user := range s.users {
		if "arn:aws:iam::"+s.account+":user/"+user.Name == arn {
			return true
		}
	}
	return false
}

func invalidParameter(message string) error {
	return refuse(http.StatusBadRequest, "InvalidParameterException", message)
}

// check holds an entry to what EKS takes.
func (e AccessEntry) check() error {
	types := []string{"", "STANDARD", "EC2_LINUX", "EC2_WINDOWS", "EC2", "FARGATE_LINUX", "HYBRID_LINUX", "HYPERPOD_LINUX"}
	if !slices.Contains(types, e.Type) {
		return invalidParameter("The specified type is invalid: " + e.Type)
	}
	if e.kind() != "STANDARD" && (len(e.Groups) > 0 || e.Username != "") {
		return invalidParameter("Kubernetes groups and user name cannot be given for an access entry of type " + e.Type + ".")
	}
	for _, group := range e.Groups {
		if strings.HasPrefix(group, "system:") {
			return invalidParameter("The kubernetes group name " + group + " is invalid, it cannot start with system:")
		}
	}
	for _, prefix := range []string{"system:", "eks:", "aws:", "amazon:", "iam:"} {
		if strings.HasPrefix(e.Username, prefix) {
			return invalidParameter("The username cannot begin with " + prefix)
		}
	}
	return nil
}

func (e AccessEntry) kind() string {
	if e.Type == "" {
		return "STANDARD"
	}
	return e.Type
}

func (s *Server) describeAccessEntry(region, cluster string, e AccessEntry) any {
	name := e.Principal[strings.LastIndex(e.Principal, "/")+1:]
	username := e.Username
	switch {
	case username != "":
	case e.kind() != "STANDARD":
		username = "system:node:{{EC2PrivateDNSName}}"
	case strings.Contains(e.Principal, ":role/"):
		username = "arn:aws:sts::" + s.account + ":assumed-role/" + name + "/{{SessionName}}"
	default:
		username = e.Principal
	}
	groups := e.Groups
	if groups == nil {
		groups = []string{}
	}
	if e.kind() != "STANDARD" {
		groups = []string{"system:nodes"}
	}
	return map[string]any{"accessEntry": map[string]any{
		"clusterName": cluster, "principalArn": e.Principal, "kubernetesGroups": groups, "username": username, "type": e.kind(),
		"accessEntryArn": "arn:aws:eks:" + region + ":" + s.account + ":access-entry/" + cluster + "/role/" + s.account + "/" + name + "/" + s.uniqueID("entry/"+cluster+e.Principal),
		"createdAt":      e.made.Unix(), "modifiedAt": e.changed.Unix(), "tags": map[string]string{},
	}}
}
