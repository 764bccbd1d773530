package aws

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	iamNamespace = "https://iam.amazonaws.com/doc/2010-05-08/"
	iamVersion   = "2010-05-08"
)

// iam is Identity and Access Management.
func (s *Server) iam(w http.ResponseWriter, r *http.Request, at endpoint) {
	result, action, err := s.callIAM(r, at)
	if err != nil {
		refuseXML(w, iamNamespace, err)
		return
	}
	writeResult(w, iamNamespace, action, result)
}

func (s *Server) callIAM(r *http.Request, at endpoint) (elements, string, error) {
	form, err := readCall(r, iamVersion)
	if err != nil {
		return nil, "", err
	}
	action := form.Get("Action")
	if err := s.count(action, at.region); err != nil {
		return nil, action, err
	}
	who, err := s.authenticate(r, at)
	if err != nil {
		return nil, action, err
	}
	calls := map[string]func(url.Values) (elements, error){
		"ListRoles": s.listRoles, "GetRole": s.getRole, "CreateRole": s.createRole, "UpdateAssumeRolePolicy": s.updateAssumeRolePolicy,
		"CreateSAMLProvider": s.createSAMLProvider, "GetSAMLProvider": s.getSAMLProvider, "UpdateSAMLProvider": s.updateSAMLProvider,
	}
	call, known := calls[action]
	if !known {
		return nil, action, unknownAction(action, iamVersion)
	}
	if !allows(who.actions, "iam:"+action) {
		resource := "arn:aws:iam::" + s.account + ":role/" + form.Get("RoleName")
		if strings.HasSuffix(action, "SAMLProvider") {
			resource = "arn:aws:iam::" + s.account + ":saml-provider/" + form.Get("Name")
		}
		return nil, action, refuse(http.StatusForbidden, "AccessDenied", "User: "+who.arn+" is not authorized to perform: iam:"+action+
			" on resource: "+resource+" because no identity-based policy allows the iam:"+action+" action")
	}
	result, err := call(form)
	return result, action, err
}

func (s *Server) listRoles(form url.Values) (elements, error) {
	most, err := pageSize(form.Get("MaxItems"), 100, 1000, "ValidationError")
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for name, role := range s.roles {
		if strings.HasPrefix(role.Path, form.Get("PathPrefix")) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	names, next := page(names, form.Get("Marker"), most)
	members := elements{}
	for _, name := range names {
		members = append(members, element{"member", "", s.describeRole(s.roles[name])})
	}
	result := elements{{"Roles", "", members}, {"IsTruncated", strconv.FormatBool(next != ""), nil}}
	if next != "" {
		result = append(result, element{"Marker", next, nil})
	}
	return result, nil
}

func (s *Server) getRole(form url.Values) (elements, error) {
	name := form.Get("RoleName")
	s.mu.Lock()
	defer s.mu.Unlock()
	role, ok := s.roles[name]
	if !ok {
		return nil, refuse(http.StatusNotFound, "NoSuchEntity", "The role with name "+name+" cannot be found.")
	}
	return elements{{"Role", "", s.describeRole(role)}}, nil
}

func (s *Server) describeRole(r Role) elements {
	return elements{
		{"Path", r.Path, nil}, {"RoleName", r.Name, nil}, {"RoleId", s.roleID(r.Name), nil}, {"Arn", s.roleARN(r), nil},
		{"CreateDate", "2026-01-01T00:00:00Z", nil}, {"AssumeRolePolicyDocument", r.document(), nil},
		{"MaxSessionDuration", strconv.Itoa(int(r.MaxSession.Seconds())), nil},
	}
}
