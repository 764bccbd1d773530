package aws

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
)

const iamNamespace = "https://iam.amazonaws.com/doc/2010-05-08/"

// iam is Identity and Access Management.
func (s *Server) iam(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(r)
	action := form.Get("Action")
	if err == nil {
		err = s.count(action)
	}
	var who principal
	if err == nil {
		who, err = s.authenticate(r, "iam")
	}
	if err == nil && !allows(who.actions, "iam:"+action) {
		err = refuse(http.StatusForbidden, "AccessDenied", "User: "+who.arn+" is not authorized to perform: iam:"+action)
	}
	if err == nil {
		err = s.answerIAM(w, action, form.Get("RoleName"))
	}
	if err != nil {
		refuseXML(w, iamNamespace, err)
	}
}

func (s *Server) answerIAM(w http.ResponseWriter, action, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var result []element
	switch action {
	case "ListRoles":
		members := []element{}
		for _, name := range slices.Sorted(maps.Keys(s.roles)) {
			members = append(members, element{"member", "", s.describeRole(s.roles[name])})
		}
		result = []element{{"Roles", "", members}, {"IsTruncated", "false", nil}}
	case "GetRole":
		role, ok := s.roles[name]
		if !ok {
			return refuse(http.StatusNotFound, "NoSuchEntity", "The role with name "+name+" cannot be found.")
		}
		result = []element{{"Role", "", s.describeRole(role)}}
	default:
		return refuse(http.StatusBadRequest, "InvalidAction", "Could not find operation "+action+" for version 2010-05-08")
	}
	writeElement(w, http.StatusOK, iamNamespace, element{action + "Response", "", []element{
		{action + "Result", "", result},
		{"ResponseMetadata", "", []element{{"RequestId", requestID(), nil}}},
	}})
	return nil
}

func (s *Server) describeRole(r Role) []element {
	return []element{
		{"Path", r.Path, nil}, {"RoleName", r.Name, nil}, {"RoleId", roleID(r.Name), nil}, {"Arn", s.roleARN(r), nil},
		{"CreateDate", "2026-01-01T00:00:00Z", nil}, {"MaxSessionDuration", strconv.Itoa(int(r.MaxSession.Seconds())), nil},
	}
}
