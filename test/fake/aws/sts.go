package aws

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"

// sts is the Security Token Service.
func (s *Server) sts(w http.ResponseWriter, r *http.Request) {
	action := r.URL.Query().Get("Action")
	if action == "" {
		body, err := readForm(r)
		if err != nil {
			refuseXML(w, stsNamespace, refuse(http.StatusBadRequest, "MalformedInput", err.Error()))
			return
		}
		action = body.Get("Action")
	}
	calls := map[string]func(http.ResponseWriter, *http.Request) error{
		"AssumeRole": s.assumeRole, "AssumeRoleWithSAML": s.assumeRoleWithSAML, "GetCallerIdentity": s.getCallerIdentity,
	}
	call, known := calls[action]
	if !known {
		refuseXML(w, stsNamespace, refuse(http.StatusBadRequest, "InvalidAction", "Could not find operation "+action+" for version 2011-06-15"))
		return
	}
	err := s.count(action)
	if err == nil {
		err = call(w, r)
	}
	switch {
	case err == nil:
	case wantsJSON(r):
		refused := asAPIError(err)
		writeJSON(w, refused.status, map[string]any{
			"Error": map[string]string{"Code": refused.code, "Message": refused.message, "Type": "Sender"}, "RequestId": requestID(),
		})
	default:
		refuseXML(w, stsNamespace, err)
	}
}

func wantsJSON(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "json") }

// getCallerIdentity needs no permission, and takes both forms of a signature.
func (s *Server) getCallerIdentity(w http.ResponseWriter, r *http.Request) error {
	who, err := s.authenticate(r, "sts")
	if err != nil {
		return err
	}
	if wantsJSON(r) {
		writeJSON(w, http.StatusOK, map[string]any{"GetCallerIdentityResponse": map[string]any{
			"GetCallerIdentityResult": map[string]string{"Account": s.account, "Arn": who.arn, "UserId": who.userID},
			"ResponseMetadata":        map[string]string{"RequestId": requestID()},
		}})
		return nil
	}
	type result struct{ Arn, UserId, Account string }
	type response struct {
		XMLName                 struct{} `xml:"GetCallerIdentityResponse"`
		XMLNS                   string   `xml:"xmlns,attr"`
		GetCallerIdentityResult result
		RequestID               string `xml:"ResponseMetadata>RequestId"`
	}
	writeXML(w, http.StatusOK, response{XMLNS: stsNamespace, GetCallerIdentityResult: result{who.arn, who.userID, s.account}, RequestID: requestID()})
	return nil
}

const chainedLimit = time.Hour

func (s *Server) assumeRole(w http.ResponseWriter, r *http.Request) error {
	who, err := s.authenticate(r, "sts")
	if err != nil {
		return err
	}
	form, err := readForm(r)
	if err != nil {
		return refuse(http.StatusBadRequest, "MalformedInput", err.Error())
	}
	arn := form.Get("RoleArn")
	denied := refuse(http.StatusForbidden, "AccessDenied", "User: "+who.arn+" is not authorized to perform: sts:AssumeRole on resource: "+arn)
	role, ok := s.role(arn)
	if !ok {
		return denied
	}
	lasts, err := s.duration(form.Get("DurationSeconds"), role)
	if err != nil {
		return err
	}
	if who.session && lasts > chainedLimit {
		return refuse(http.StatusBadRequest, "ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
	}
	name := form.Get("RoleSessionName")
	if !sessionName.MatchString(name) {
		return invalid("roleSessionName", name)
	}
	context := map[string]string{}
	if id := form.Get("ExternalId"); id != "" {
		context["sts:ExternalId"] = id
	}
	if !role.trusts([]string{who.arn, who.role, "arn:aws:iam::" + s.account + ":root"}, context, "sts:AssumeRole") {
		return denied
	}
	s.handOut(w, "AssumeRole", role, name, s.now().Add(lasts), who.session, nil)
	return nil
}

var sessionName = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)

func invalid(field, value string) error {
	return refuse(http.StatusBadRequest, "ValidationError", "1 validation error detected: Value '"+value+"' at '"+field+"' failed to satisfy constraint")
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

const shortest = 15 * time.Minute

// duration reads DurationSeconds within what AWS and the role allow.
func (s *Server) duration(text string, role Role) (time.Duration, error) {
	if text == "" {
		return min(time.Hour, role.MaxSession), nil
	}
	seconds, err := strconv.Atoi(text)
	lasts := time.Duration(seconds) * time.Second
	if err != nil || lasts < shortest || lasts > 12*time.Hour {
		return 0, invalid("durationSeconds", text)
	}
	if lasts > role.MaxSession {
		return 0, refuse(http.StatusBadRequest, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	return lasts, nil
}

// handOut answers with credentials.
func (s *Server) handOut(w http.ResponseWriter, action string, role Role, name string, until time.Time, chained bool, more []element) {
	keys := s.issue(role.Name, name, until, chained)
	result := []element{
		{"Credentials", "", []element{
			{"AccessKeyId", keys.AccessKeyID, nil}, {"SecretAccessKey", keys.SecretAccessKey, nil},
			{"SessionToken", keys.SessionToken, nil}, {"Expiration", keys.Expiration.UTC().Format(time.RFC3339), nil},
		}},
		{"AssumedRoleUser", "", []element{
			{"AssumedRoleId", roleID(role.Name) + ":" + name, nil},
			{"Arn", "arn:aws:sts::" + s.account + ":assumed-role/" + role.Name + "/" + name, nil},
		}},
	}
	writeElement(w, http.StatusOK, stsNamespace, element{action + "Response", "", []element{
		{action + "Result", "", slices.Concat(result, more)},
		{"ResponseMetadata", "", []element{{"RequestId", requestID(), nil}}},
	}})
}
