package saml

import (
	"crypto/rand"
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const (
	// An assertion is valid for two minutes in all: it goes to STS at once, and
	// clocks may differ.
	validBefore = 30 * time.Second
	validAfter  = 90 * time.Second

	instant = "2006-01-02T15:04:05Z"
)

// Assert signs a response for one session, in base64 as STS takes it. It is a
// bearer secret: whoever holds it gets the session. The error is invalid where a
// name holds what XML cannot carry.
func (p *Provider) Assert(s broker.AWSSession, now time.Time) (jit.Secret, error) {
	if err := speakable(s); err != nil {
		return jit.Secret{}, err
	}
	signed, err := p.sign(p.assertion(s, now.UTC()))
	if err != nil {
		return jit.Secret{}, err
	}
	doc := etree.NewDocument()
	response := doc.CreateElement("samlp:Response")
	response.CreateAttr("xmlns:samlp", nsProtocol)
	response.CreateAttr("ID", newID())
	response.CreateAttr("Version", "2.0")
	response.CreateAttr("IssueInstant", now.UTC().Format(instant))
	response.CreateAttr("Destination", s.Recipient)
	code := response.CreateElement("samlp:Status").CreateElement("samlp:StatusCode")
	code.CreateAttr("Value", "urn:oasis:names:tc:SAML:2.0:status:Success")
	response.AddChild(signed)
	text, err := doc.WriteToBytes()
	if err != nil {
		return jit.Secret{}, err
	}
	return jit.NewSecret(base64.StdEncoding.EncodeToString(text)), nil
}

// sign puts an enveloped RSA-SHA256 signature behind the issuer, where the
// schema wants it.
func (p *Provider) sign(assertion *etree.Element) (*etree.Element, error) {
	signing, err := dsig.NewSigningContext(p.key, [][]byte{p.certificate})
	if err != nil {
		return nil, err
	}
	signing.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	if err := signing.SetSignatureMethod(dsig.RSASHA256SignatureMethod); err != nil {
		return nil, err
	}
	signature, err := signing.ConstructSignature(assertion, true)
	if err != nil {
		return nil, err
	}
	assertion.InsertChildAt(1, signature)
	return assertion, nil
}

func (p *Provider) assertion(s broker.AWSSession, now time.Time) *etree.Element {
	until := now.Add(validAfter).Format(instant)
	a := etree.NewElement("saml:Assertion")
	a.CreateAttr("xmlns:saml", nsAssertion)
	a.CreateAttr("ID", newID())
	a.CreateAttr("Version", "2.0")
	a.CreateAttr("IssueInstant", now.Format(instant))
	a.CreateElement("saml:Issuer").SetText(p.entityID)

	subject := a.CreateElement("saml:Subject")
	name := subject.CreateElement("saml:NameID")
	name.CreateAttr("Format", persistent)
	name.SetText(s.Person.ID)
	confirmation := subject.CreateElement("saml:SubjectConfirmation")
	confirmation.CreateAttr("Method", "urn:oasis:names:tc:SAML:2.0:cm:bearer")
	data := confirmation.CreateElement("saml:SubjectConfirmationData")
	data.CreateAttr("NotOnOrAfter", until)
	data.CreateAttr("Recipient", s.Recipient)

	conditions := a.CreateElement("saml:Conditions")
	conditions.CreateAttr("NotBefore", now.Add(-validBefore).Format(instant))
	conditions.CreateAttr("NotOnOrAfter", until)
	conditions.CreateElement("saml:AudienceRestriction").CreateElement("saml:Audience").SetText(s.Audience)

	statement := a.CreateElement("saml:AuthnStatement")
	statement.CreateAttr("AuthnInstant", now.Format(instant))
	if !s.End.IsZero() {
		statement.CreateAttr("SessionNotOnOrAfter", s.End.UTC().Format(instant))
	}
	statement.CreateElement("saml:AuthnContext").CreateElement("saml:AuthnContextClassRef").
		SetText("urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified")

	attributes := a.CreateElement("saml:AttributeStatement")
	for _, one := range attributesOf(s) {
		attribute := attributes.CreateElement("saml:Attribute")
		attribute.CreateAttr("Name", one.name)
		attribute.CreateElement("saml:AttributeValue").SetText(one.value)
	}
	return a
}

// speakable refuses control characters and what is no text: an XML writer would
// replace them, and the signed value would not be the one that was meant.
func speakable(s broker.AWSSession) error {
	values := append(slices.Collect(maps.Values(s.Tags)), slices.Collect(maps.Keys(s.Tags))...)
	for _, value := range append(values, s.Person.ID, s.Role, s.Provider, s.Recipient, s.Audience) {
		if !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl) || strings.ContainsAny(value, "\ufffe\uffff") {
			return jit.Errorf(jit.Invalid, "sign an assertion", "%q cannot stand in an assertion", value)
		}
	}
	return nil
}

type attribute struct{ name, value string }

// attributesOf says what the session is: one role, by one provider, under the
// person's name.
func attributesOf(s broker.AWSSession) []attribute {
	prefix := "https://aws.amazon.com/SAML/Attributes/"
	if s.Partition == "aws-cn" {
		prefix = "http://www.amazonaws.cn/SAML/Attributes/"
	}
	all := []attribute{
		{prefix + "Role", s.Role + "," + s.Provider},
		{prefix + "RoleSessionName", SessionName(s.Person.Name)},
		{prefix + "SessionDuration", strconv.Itoa(int(s.Duration.Seconds()))},
	}
	if len(s.Tags) == 0 {
		return all
	}
	all = append(all, attribute{prefix + "SourceIdentity", SessionName(s.Person.Name)})
	for _, key := range slices.Sorted(maps.Keys(s.Tags)) {
		all = append(all, attribute{prefix + "PrincipalTag:" + key, s.Tags[key]})
	}
	return all
}

// newID is a random XML ID, which must not begin with a digit.
func newID() string { return "_" + rand.Text() }
