package aws

import (
	"strings"
	"time"

	"github.com/beevik/etree"
)

// assertion is what a signed assertion says.
type assertion struct {
	id, issuer, subject        string
	issued                     time.Time
	audience, recipient        string
	notBefore, notOnOrAfter    time.Time
	confirmedUntil, sessionEnd time.Time
	sessionName, source        string
	pairs                      []string
	tags                       map[string]string
}

// context is what a trust policy's conditions are compared with. SAML:aud is the
// recipient, not the audience.
func (a assertion) context() map[string]string {
	context := map[string]string{"SAML:aud": a.recipient, "SAML:iss": a.issuer, "SAML:sub": a.subject}
	if a.source != "" {
		context["sts:SourceIdentity"] = a.source
	}
	for key, value := range a.tags {
		context["aws:RequestTag/"+key] = value
	}
	return context
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
	a := assertion{id: e.SelectAttrValue("ID", ""), tags: map[string]string{}}
	r := reader{root: e}
	a.issued = r.time(".", "IssueInstant")
	a.issuer = r.text("./Issuer")
	a.subject = r.text("./Subject/NameID")
	a.recipient = r.attribute("./Subject/SubjectConfirmation/SubjectConfirmationData", "Recipient")
	a.confirmedUntil = r.time("./Subject/SubjectConfirmation/SubjectConfirmationData", "NotOnOrAfter")
	a.notBefore = r.time("./Conditions", "NotBefore")
	a.notOnOrAfter = r.time("./Conditions", "NotOnOrAfter")
	a.audience = r.text("./Conditions/AudienceRestriction/Audience")
	if end := r.optional("./AuthnStatement", "SessionNotOnOrAfter"); end != "" {
		a.sessionEnd = r.parse(end)
	}
	for _, attribute := range e.FindElements("./AttributeStatement/Attribute") {
		a.take(attribute.SelectAttrValue("Name", ""), valuesOf(attribute))
	}
	if r.missing != "" {
		return assertion{}, invalidToken("The assertion has no usable " + r.missing)
	}
	if a.id == "" {
		return assertion{}, invalidToken("The assertion has no ID")
	}
	return a, nil
}

func (a *assertion) take(name string, values []string) {
	switch {
	case name == attributeRole:
		a.pairs = values
	case name == attributeSession && len(values) == 1:
		a.sessionName = values[0]
	case name == attributeSource && len(values) == 1:
		a.source = values[0]
	case strings.HasPrefix(name, attributeTag) && len(values) == 1:
		a.tags[strings.TrimPrefix(name, attributeTag)] = values[0]
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
	e := r.root
	if path != "." {
		e = r.one(path)
	}
	if e == nil {
		return ""
	}
	value := e.SelectAttrValue(name, "")
	if value == "" {
		r.miss(path + "/@" + name)
	}
	return value
}

func (r *reader) optional(path, name string) string {
	if e := r.root.FindElement(path); e != nil {
		return e.SelectAttrValue(name, "")
	}
	return ""
}

func (r *reader) time(path, name string) time.Time { return r.parse(r.attribute(path, name)) }

func (r *reader) parse(text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		r.miss("time " + text)
	}
	return at
}
