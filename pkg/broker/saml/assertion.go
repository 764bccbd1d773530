package saml

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const (
	// validity is how long an assertion may be used. It goes to STS at once.
	validity = 2 * time.Minute

	// skew allows for clocks that differ.
	skew = time.Minute

	instant = "2006-01-02T15:04:05Z"
)

// Assert signs a response for one session. It is a bearer secret: whoever holds
// it gets the session.
func (p *Provider) Assert(s broker.Session, now time.Time) (jit.Secret, error) {
	assertion, err := p.assertion(s, now.UTC())
	if err != nil {
		return jit.Secret{}, err
	}
	signed, err := p.sign(assertion)
	if err != nil {
		return jit.Secret{}, err
	}
	id, err := newID()
	if err != nil {
		return jit.Secret{}, err
	}
	doc := etree.NewDocument()
	response := doc.CreateElement("samlp:Response")
	response.CreateAttr("xmlns:samlp", nsProtocol)
	response.CreateAttr("ID", id)
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

func (p *Provider) assertion(s broker.Session, now time.Time) (*etree.Element, error) {
	id, err := newID()
	if err != nil {
		return nil, err
	}
	until := now.Add(validity).Format(instant)
	a := etree.NewElement("saml:Assertion")
	a.CreateAttr("xmlns:saml", nsAssertion)
	a.CreateAttr("ID", id)
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
	conditions.CreateAttr("NotBefore", now.Add(-skew).Format(instant))
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
	return a, nil
}

type attribute struct{ name, value string }

// attributesOf says what the session is: one role, by one provider, under the
// person's name.
func attributesOf(s broker.Session) []attribute {
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
func newID() (string, error) {
	b := make([]byte, 20)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("make an id: %w", err)
	}
	return "_" + hex.EncodeToString(b), nil
}
