package aws

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

const (
	attributeRole    = "https://aws.amazon.com/SAML/Attributes/Role"
	attributeSession = "https://aws.amazon.com/SAML/Attributes/RoleSessionName"
	attributeSource  = "https://aws.amazon.com/SAML/Attributes/SourceIdentity"
	attributeTag     = "https://aws.amazon.com/SAML/Attributes/PrincipalTag:"
	maxSAML          = 100_000
	audienceOfAWS    = "urn:amazon:webservices"
	signInURL        = "https://signin.aws.amazon.com/saml"
)

// provider is a registered SAML identity provider.
type provider struct {
	entityID     string
	certificates []*x509.Certificate
}

// RegisterSAMLProvider does what an administrator does with a metadata document.
func (s *Server) RegisterSAMLProvider(arn string, metadata []byte) error {
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(metadata); err != nil {
		return fmt.Errorf("read the metadata document: %w", err)
	}
	root := doc.Root()
	if root == nil || root.Tag != "EntityDescriptor" || root.SelectAttrValue("entityID", "") == "" {
		return errors.New("the metadata document is not an EntityDescriptor with an entityID")
	}
	p := provider{entityID: root.SelectAttrValue("entityID", "")}
	for _, element := range root.FindElements("./IDPSSODescriptor/KeyDescriptor//X509Certificate") {
		der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(element.Text()), ""))
		if err != nil {
			return fmt.Errorf("read a certificate of the metadata document: %w", err)
		}
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return fmt.Errorf("read a certificate of the metadata document: %w", err)
		}
		p.certificates = append(p.certificates, certificate)
	}
	if len(p.certificates) == 0 {
		return errors.New("the metadata document has no signing certificate")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.providers[arn] = p
	return nil
}

// assumeRoleWithSAML needs no keys: trust is the signature.
func (s *Server) assumeRoleWithSAML(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(r)
	if err != nil {
		return refuse(http.StatusBadRequest, "MalformedInput", err.Error())
	}
	assertion, err := s.verify(form.Get("PrincipalArn"), form.Get("SAMLAssertion"))
	if err != nil {
		return err
	}
	if !slices.Contains(assertion.pairs, form.Get("RoleArn")+","+form.Get("PrincipalArn")) &&
		!slices.Contains(assertion.pairs, form.Get("PrincipalArn")+","+form.Get("RoleArn")) {
		return denySAML()
	}
	role, ok := s.role(form.Get("RoleArn"))
	if !ok || !role.trusts([]string{form.Get("PrincipalArn")}, assertion.context(), assertion.actions()...) {
		return denySAML()
	}
	lasts, err := s.duration(form.Get("DurationSeconds"), role)
	if err != nil {
		return err
	}
	if err := s.takeOnce(assertion); err != nil {
		return err
	}
	until := s.now().Add(lasts)
	if !assertion.sessionEnd.IsZero() && assertion.sessionEnd.Before(until) {
		until = assertion.sessionEnd
	}
	s.handOut(w, "AssumeRoleWithSAML", role, assertion.sessionName, until, false, []element{
		{"Issuer", assertion.issuer, nil}, {"Audience", assertion.recipient, nil},
		{"Subject", assertion.subject, nil}, {"SubjectType", "persistent", nil},
	})
	return nil
}

func denySAML() error {
	return refuse(http.StatusForbidden, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML")
}

func invalidToken(message string) error {
	return refuse(http.StatusBadRequest, "InvalidIdentityToken", message)
}

// takeOnce refuses an assertion that was taken before.
func (s *Server) takeOnce(a assertion) error {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, until := range s.used {
		if until.Before(now) {
			delete(s.used, id)
		}
	}
	if _, taken := s.used[a.id]; taken {
		return invalidToken("The SAML assertion was used before.")
	}
	s.used[a.id] = a.notOnOrAfter
	return nil
}

// verify reads a response and believes only what its signature covers.
func (s *Server) verify(providerARN, encoded string) (assertion, error) {
	if len(encoded) > maxSAML {
		return assertion{}, refuse(http.StatusBadRequest, "ValidationError", "SAMLAssertion is longer than 100000 characters")
	}
	text, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return assertion{}, invalidToken("Invalid base64 SAMLResponse")
	}
	s.mu.Lock()
	p, known := s.providers[providerARN]
	s.mu.Unlock()
	if !known {
		return assertion{}, denySAML()
	}
	signed, err := s.signedAssertion(p, text)
	if err != nil {
		return assertion{}, err
	}
	a, err := readAssertion(signed)
	if err != nil {
		return assertion{}, err
	}
	return a, s.checkAssertion(p, a)
}

// signedAssertion returns the one assertion of a response, as the signature
// covers it.
func (s *Server) signedAssertion(p provider, text []byte) (*etree.Element, error) {
	if bytes.Contains(text, []byte("<!")) { // comments, DTDs, CDATA: none has a place in an assertion
		return nil, invalidToken("Couldn't be parsed")
	}
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(text); err != nil || doc.Root() == nil || doc.Root().Tag != "Response" {
		return nil, invalidToken("Couldn't be parsed")
	}
	assertions := doc.FindElements("//Assertion")
	if len(assertions) != 1 || assertions[0].Parent() != doc.Root() {
		return nil, invalidToken("Response must contain exactly one assertion")
	}
	target := assertions[0]
	if target.SelectElement("Signature") == nil {
		target = doc.Root()
	}
	validation := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: p.certificates})
	validation.IdAttribute = "ID"
	validation.Clock = dsig.NewFakeClockAt(s.now())
	valid, err := validation.Validate(target)
	if err != nil {
		return nil, invalidToken("Response signature invalid")
	}
	if valid.Tag == "Assertion" {
		return valid, nil
	}
	if inner := valid.SelectElement("Assertion"); inner != nil {
		return inner, nil
	}
	return nil, invalidToken("Response signature invalid")
}

// checkAssertion holds the assertion to what AWS asks of it.
func (s *Server) checkAssertion(p provider, a assertion) error {
	now := s.now()
	switch {
	case a.issuer != p.entityID:
		return invalidToken("Issuer not present in specified provider")
	case a.subject == "":
		return denySAML()
	case a.audience != audienceOfAWS && a.audience != signInURL:
		return invalidToken("Response does not contain the required audience.")
	case !recipientOfAWS(a.recipient):
		return invalidToken("Recipient is not an AWS sign-in endpoint")
	case now.Before(a.notBefore) || !now.Before(a.notOnOrAfter) || !now.Before(a.confirmedUntil):
		return refuse(http.StatusBadRequest, "ExpiredTokenException", "Token must be redeemed within 5 minutes of issuance")
	case a.notOnOrAfter.Sub(a.issued) > 5*time.Minute:
		return refuse(http.StatusBadRequest, "ExpiredTokenException", "Token must be redeemed within 5 minutes of issuance")
	case !sessionName.MatchString(a.sessionName):
		return invalidToken("RoleSessionName is required in AuthnResponse")
	case a.source != "" && !sessionName.MatchString(a.source):
		return invalidToken("SourceIdentity is invalid")
	}
	return nil
}

func recipientOfAWS(recipient string) bool {
	host, ok := strings.CutPrefix(recipient, "https://")
	if !ok {
		return false
	}
	host, path, _ := strings.Cut(host, "/")
	return (host == "signin.aws.amazon.com" || strings.HasSuffix(host, ".signin.aws.amazon.com")) &&
		(path == "saml" || path == "static/saml")
}
