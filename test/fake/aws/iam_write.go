package aws

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"time"
)

func malformedPolicy(message string) error {
	return refuse(http.StatusBadRequest, "MalformedPolicyDocument", message)
}

var roleName = regexp.MustCompile(`^[\w+=,.@-]{1,64}$`)

// createRole makes a role without policies of its own.
func (s *Server) createRole(form url.Values) (elements, error) {
	name := form.Get("RoleName")
	if !roleName.MatchString(name) {
		return nil, refuse(http.StatusBadRequest, "ValidationError", "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-")
	}
	trust, err := readPolicy(form.Get("AssumeRolePolicyDocument"))
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, there := s.roles[name]; there {
		return nil, refuse(http.StatusConflict, "EntityAlreadyExists", "Role with name "+name+" already exists.")
	}
	role := Role{Name: name, Path: "/", MaxSession: time.Hour, Trust: trust, policy: form.Get("AssumeRolePolicyDocument")}
	s.roles[name] = role
	return elements{{"Role", "", s.describeRole(role)}}, nil
}

// updateAssumeRolePolicy replaces the trust policy of a role.
func (s *Server) updateAssumeRolePolicy(form url.Values) (elements, error) {
	trust, err := readPolicy(form.Get("PolicyDocument"))
	if err != nil {
		return nil, err
	}
	name := form.Get("RoleName")
	s.mu.Lock()
	defer s.mu.Unlock()
	role, ok := s.roles[name]
	if !ok {
		return nil, refuse(http.StatusNotFound, "NoSuchEntity", "The role with name "+name+" cannot be found.")
	}
	role.Trust, role.policy = trust, form.Get("PolicyDocument")
	s.roles[name] = role
	return elements{}, nil
}

// oneOrMore is a JSON text, or a list of them.
type oneOrMore []string

func (o *oneOrMore) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*o = oneOrMore{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(o))
}

// readPolicy reads the trust policies that this account can follow: Allow, one
// principal, StringEquals. What it cannot follow it does not take, which AWS might.
func readPolicy(document string) ([]Statement, error) {
	var policy struct {
		Version   string
		Id        string
		Statement []struct {
			Sid, Effect string
			Principal   struct{ Federated, AWS string }
			Action      oneOrMore
			Condition   map[string]map[string]oneOrMore
		}
	}
	if err := json.Unmarshal([]byte(document), &policy); err != nil {
		return nil, malformedPolicy("Syntax errors in policy: " + err.Error())
	}
	if policy.Version != "2012-10-17" || len(policy.Statement) == 0 {
		return nil, malformedPolicy("The policy must have the version 2012-10-17 and a statement.")
	}
	var trust []Statement
	for _, given := range policy.Statement {
		if given.Effect != "Allow" || (given.Principal.Federated == "") == (given.Principal.AWS == "") || len(given.Action) == 0 {
			return nil, malformedPolicy("A statement must allow an action to one principal.")
		}
		st := Statement{Federated: given.Principal.Federated, AWS: given.Principal.AWS, Actions: given.Action, Conditions: map[string][]string{}}
		for operator, keys := range given.Condition {
			if operator != "StringEquals" {
				return nil, malformedPolicy("Invalid Condition type : " + operator + ".")
			}
			for key, values := range keys {
				st.Conditions[key] = values
			}
		}
		trust = append(trust, st)
	}
	return trust, nil
}

var providerName = regexp.MustCompile(`^[\w.-]{1,128}$`)

// document reads the metadata of a call.
func document(form url.Values) (provider, error) {
	text := form.Get("SAMLMetadataDocument")
	if len(text) < 1000 || len(text) > 10_000_000 {
		return provider{}, refuse(http.StatusBadRequest, "ValidationError", "Value at 'sAMLMetadataDocument' failed to satisfy constraint: Member must have length between 1000 and 10000000")
	}
	p, err := readMetadata([]byte(text))
	if err != nil {
		return provider{}, refuse(http.StatusBadRequest, "InvalidInput", err.Error())
	}
	return p, nil
}

func (s *Server) createSAMLProvider(form url.Values) (elements, error) {
	name := form.Get("Name")
	if !providerName.MatchString(name) {
		return nil, refuse(http.StatusBadRequest, "ValidationError", "Value at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w._-]+")
	}
	p, err := document(form)
	if err != nil {
		return nil, err
	}
	arn := "arn:aws:iam::" + s.account + ":saml-provider/" + name
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, there := s.providers[arn]; there {
		return nil, refuse(http.StatusConflict, "EntityAlreadyExists", "Provider with name "+name+" already exists.")
	}
	s.providers[arn] = p
	return elements{{"SAMLProviderArn", arn, nil}}, nil
}

func noProvider(arn string) error {
	return refuse(http.StatusNotFound, "NoSuchEntity", "Manifest not found for arn "+arn)
}

func (s *Server) getSAMLProvider(form url.Values) (elements, error) {
	arn := form.Get("SAMLProviderArn")
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.providers[arn]
	if !ok {
		return nil, noProvider(arn)
	}
	return elements{{"SAMLMetadataDocument", p.document, nil}, {"CreateDate", "2026-01-01T00:00:00Z", nil}}, nil
}

func (s *Server) updateSAMLProvider(form url.Values) (elements, error) {
	arn := form.Get("SAMLProviderArn")
	p, err := document(form)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.providers[arn]; !ok {
		return nil, noProvider(arn)
	}
	s.providers[arn] = p
	return elements{{"SAMLProviderArn", arn, nil}}, nil
}
