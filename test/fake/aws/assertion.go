package aws

import (
	"strconv"
	"strings"
	"time"

	"github.com/beevik/etree"
)

const (
	attributePrefix = "https://aws.amazon.com/SAML/Attributes/"
	nameIDFormat    = "urn:oasis:names:tc:SAML:2.0:nameid-format:"
)

// assertion is what a signed assertion says.
type assertion struct {
	id, issuer, subject        string
	subjectType, method        string
	issued                     time.Time
	audience, recipient        string
	notBefore, notOnOrAfter    time.Time
	confirmedUntil, sessionEnd time.Time
	pairs                      []string // role ARN and provider ARN, comma between
	sessionName, source        string
	longest                    time.Duration // SessionDuration; zero when it is not there
	tags                       map[string]string
}

// actions are those the trust policy must allow.
func (a assertion) actions() []string {
	actions := []string{"sts:AssumeRoleWithSAML"}
	if len(a.tags) > 0 {
		actions = append(actions, "sts:TagSession")
	}
	if a.source != "" {
		actions = append(actions, "sts:SetSourceIdentity")
	}
	return actions
}

// readAssertion takes the assertion apart. Each part must be there once.
func readAssertion(e *etree.Element) (assertion, error) {
	a := assertion{tags: map[string]string{}}
	r := reader{root: e}
	a.id = r.attribute(".", "ID")
	a.issued = r.time(".", "IssueInstant")
	if version := r.attribute(".", "Version"); version != "2.0" {
		r.miss("Version 2.0")
	}
	a.issuer = r.text("./Issuer")
	if name := e.FindElement("./Subject/NameID"); name != nil {
		a.subject = strings.TrimSpace(name.Text())
		a.subjectType = strings.TrimPrefix(name.SelectAttrValue("Format", ""), nameIDFormat)
	}
	a.method = r.attribute("./Subject/SubjectConfirmation", "Method")
	a.recipient = r.attribute("./Subject/SubjectConfirmation/SubjectConfirmationData", "Recipient")
	a.confirmedUntil = r.time("./Subject/SubjectConfirmation/SubjectConfirmationData", "NotOnOrAfter")
	a.notBefore = r.time("./Conditions", "NotBefore")
	a.notOnOrAfter = r.time("./Conditions", "NotOnOrAfter")
	a.audience = r.text("./Conditions/AudienceRestriction/Audience")
	if statement := r.one("./AuthnStatement"); statement != nil {
		if end := statement.SelectAttrValue("SessionNotOnOrAfter", ""); end != "" {
			a.sessionEnd = r.parse(end)
		}
	}
	a.readAttributes(&r)
	if r.missing != "" {
		return assertion{}, invalidToken("The assertion has no usable %s", r.missing)
	}
	return a, nil
}

func (a *assertion) readAttributes(r *reader) {
	seen := map[string]bool{}
	for _, e := range r.root.FindElements("./AttributeStatement/Attribute") {
		name, ours := strings.CutPrefix(e.SelectAttrValue("Name", ""), attributePrefix)
		if !ours {
			continue
		}
		values := valuesOf(e)
		if seen[name] || len(values) == 0 || (len(values) > 1 && name != "Role" && name != "TransitiveTagKeys") {
			r.miss("attribute " + name)
			continue
		}
		seen[name] = true
		a.take(r, name, values)
	}
}

func (a *assertion) take(r *reader, name string, values []string) {
	switch key, tag := strings.CutPrefix(name, "PrincipalTag:"); {
	case tag && !tagValue.MatchString(values[0]):
		r.miss("attribute " + name)
	case tag:
		a.tags[key] = values[0]
	case name == "Role":
		a.pairs = values
	case name == "RoleSessionName":
		a.sessionName = values[0]
	case name == "SourceIdentity":
		a.source = values[0]
	case name == "SessionDuration":
		seconds, err := strconv.Atoi(values[0])
		if err != nil || seconds <= 0 {
			r.miss("attribute SessionDuration")
		}
		a.longest = time.Duration(seconds) * time.Second
	}
}

func valuesOf(attribute *etree.Element) []string {
	var values []string
	for _, value := range attribute.SelectElements("AttributeValue") {
		values = append(values, strings.TrimSpace(value.Text()))
	}
	return values
}

// reader remembers the first part that was not there.
type reader struct {
	root    *etree.Element
	missing string
}

func (r *reader) one(path string) *etree.Element {
	found := r.root.FindElements(path)
	if len(found) != 1 {
		r.miss(path)
		return nil
	}
	return found[0]
}

func (r *reader) miss(path string) {
	if r.missing == "" {
		r.missing = strings.TrimPrefix(path, "./")
	}
}

func (r *reader) text(path string) string {
	if e := r.one(path); e != nil {
		return strings.TrimSpace(e.Text())
	}
	return ""
}

func (r *reader) attribute(path, name string) string {
	e := r.one(path)
	if e == nil {
		return ""
	}
	value := e.SelectAttrValue(name, "")
	if value == "" {
		r.miss(path + "/@" + name)
	}
	return value
}

func (r *reader) time(path, name string) time.Time { return r.parse(r.attribute(path, name)) }

func (r *reader) parse(text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		r.miss("time " + text)
	}
	return at
}
