package aws

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"
	stsVersion   = "2011-06-15"
	chainedLimit = time.Hour
	shortest     = 15 * time.Minute
	longest      = 12 * time.Hour
)

var externalID = regexp.MustCompile(`^[\w+=,.@:/-]{2,}$`)

var tagValue = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+@-]{0,256}$`)

var sessionName = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)

// sts is the Security Token Service.
func (s *Server) sts(w http.ResponseWriter, r *http.Request, at endpoint) {
	result, action, err := s.callSTS(r, at)
	asJSON := strings.Contains(r.Header.Get("Accept"), "json")
	switch {
	case err == nil && asJSON:
		writeJSON(w, http.StatusOK, result.asJSON(action))
	case err == nil:
		writeResult(w, stsNamespace, action, result)
	case asJSON:
		refused := asAPIError(err)
		writeJSON(w, refused.status, map[string]any{
			"Error": map[string]string{"Code": refused.code, "Message": refused.message, "Type": refused.fault()}, "RequestId": requestID(),
		})
	default:
		refuseXML(w, stsNamespace, err)
	}
}

func (s *Server) callSTS(r *http.Request, at endpoint) (elements, string, error) {
	form, err := readCall(r, stsVersion)
	if err != nil {
		return nil, "", err
	}
	action := form.Get("Action")
	if err := s.count(action, at.region); err != nil {
		return nil, action, err
	}
	if action == "AssumeRoleWithSAML" { // the one call that nobody signs
		result, err := s.assumeRoleWithSAML(form)
		return result, action, err
	}
	who, err := s.authenticate(r, at)
	if err != nil {
		return nil, action, err
	}
	switch action {
	case "GetCallerIdentity": // needs no permission
		return elements{{"Arn", who.arn, nil}, {"UserId", who.userID, nil}, {"Account", s.account, nil}}, action, nil
	case "AssumeRole":
		result, err := s.assumeRole(who, form)
		return result, action, err
	case "GetWebIdentityToken":
		result, err := s.webIdentityToken(who, form)
		return result, action, err
	}
	return nil, action, unknownAction(action, stsVersion)
}

func (s *Server) assumeRole(who principal, form url.Values) (elements, error) {
	name, arn := form.Get("RoleSessionName"), form.Get("RoleArn")
	if !sessionName.MatchString(name) {
		return nil, invalid("roleSessionName", name)
	}
	if id := form.Get("ExternalId"); form.Has("ExternalId") && (len(id) > 1224 || !externalID.MatchString(id)) {
		return nil, invalid("externalId", id)
	}
	if err := checkTags(form); err != nil {
		return nil, err
	}
	lasts, err := duration(form.Get("DurationSeconds"))
	if err != nil {
		return nil, err
	}
	role, _ := s.role(arn) // one that is not there trusts nobody
	asked := newAssumption(who, form)
	if action := role.denied(s.principals(who), asked.context, asked.actions); action != "" {
		return nil, refuse(http.StatusForbidden, "AccessDenied", "User: "+who.arn+" is not authorized to perform: "+action+" on resource: "+arn)
	}
	if who.session && lasts > chainedLimit {
		return nil, refuse(http.StatusBadRequest, "ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
	}
	if lasts > role.MaxSession {
		return nil, tooLong()
	}
	source := who.source
	if source == "" {
		source = form.Get("SourceIdentity")
	}
	return s.handOut(session{role: role.Name, name: name, source: source}, s.now().Add(lasts)), nil
}

// tag is the name of a parameter that says one tag's key or value.
func tag(i int, part string) string { return fmt.Sprintf("Tags.member.%d.%s", i, part) }

// checkTags holds session tags to their form: keys of 1 to 128 characters, values
// of up to 256, no key twice whatever its case, 50 of them.
func checkTags(form url.Values) error {
	seen := map[string]bool{}
	for i := 1; form.Has(tag(i, "Key")); i++ {
		key, value := form.Get(tag(i, "Key")), form.Get(tag(i, "Value"))
		switch folded := strings.ToLower(key); {
		case key == "" || len(key) > 128:
			return invalid("tags."+strconv.Itoa(i)+".member.key", key)
		case !tagValue.MatchString(value) || !form.Has(tag(i, "Value")):
			return invalid("tags."+strconv.Itoa(i)+".member.value", value)
		case seen[folded]:
			return refuse(http.StatusBadRequest, "InvalidParameterValue", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		case i > 50:
			return invalid("tags", key)
		default:
			seen[folded] = true
		}
	}
	return nil
}

// assumption is what the trust policy is asked about one AssumeRole.
type assumption struct {
	actions []string
	context map[string]string
}

// newAssumption collects it. A source identity of an earlier role asks for its
// permission again in every further role.
func newAssumption(who principal, form url.Values) assumption {
	a := assumption{
		actions: []string{"sts:AssumeRole"},
		context: map[string]string{"sts:RoleSessionName": form.Get("RoleSessionName")},
	}
	if id := form.Get("ExternalId"); id != "" {
		a.context["sts:ExternalId"] = id
	}
	if form.Has("Tags.member.1.Key") {
		a.actions = append(a.actions, "sts:TagSession")
	}
	for i := 1; form.Has(tag(i, "Key")); i++ {
		a.context["aws:RequestTag/"+form.Get(tag(i, "Key"))] = form.Get(tag(i, "Value"))
	}
	if who.source != "" || form.Has("SourceIdentity") {
		a.actions = append(a.actions, "sts:SetSourceIdentity")
	}
	return a
}

// principals are the names under which a trust policy may mean the caller. The
// account's root means those whose own policies let them assume roles.
func (s *Server) principals(who principal) []string {
	names := []string{who.arn, who.role}
	if allows(who.actions, "sts:AssumeRole") {
		names = append(names, "arn:aws:iam::"+s.account+":root")
	}
	return names
}

func invalid(field, value string) error {
	return refuse(http.StatusBadRequest, "ValidationError", "1 validation error detected: Value '"+value+"' at '"+field+"' failed to satisfy constraint")
}

func tooLong() error {
	return refuse(http.StatusBadRequest, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
}

// role finds a role by its ARN, path included.
func (s *Server) role(arn string) (Role, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, role := range s.roles {
		if s.roleARN(role) == arn {
			return role, true
		}
	}
	return Role{}, false
}

// duration reads DurationSeconds within what AWS allows to any role.
func duration(text string) (time.Duration, error) {
	if text == "" {
		return time.Hour, nil
	}
	seconds, err := strconv.Atoi(text)
	lasts := time.Duration(seconds) * time.Second
	if err != nil || lasts < shortest || lasts > longest {
		return 0, invalid("durationSeconds", text)
	}
	return lasts, nil
}

// handOut makes the credentials of a session.
func (s *Server) handOut(held session, until time.Time) elements {
	keys := s.issue(held, until)
	result := elements{
		{"Credentials", "", elements{
			{"AccessKeyId", keys.AccessKeyID, nil}, {"SecretAccessKey", keys.SecretAccessKey, nil},
			{"SessionToken", keys.SessionToken, nil}, {"Expiration", keys.Expiration.UTC().Format(time.RFC3339), nil},
		}},
		{"AssumedRoleUser", "", elements{
			{"AssumedRoleId", s.roleID(held.role) + ":" + held.name, nil}, {"Arn", s.sessionARN(held), nil},
		}},
		{"PackedPolicySize", "0", nil},
	}
	if held.source != "" {
		result = append(result, element{"SourceIdentity", held.source, nil})
	}
	return result
}
