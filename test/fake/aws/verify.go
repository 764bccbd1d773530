package aws

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

const (
	maxSAML     = 100_000 // characters of base64
	redeemable  = 5 * time.Minute
	nsProtocol  = "urn:oasis:names:tc:SAML:2.0:protocol"
	nsAssertion = "urn:oasis:names:tc:SAML:2.0:assertion"
	success     = "urn:oasis:names:tc:SAML:2.0:status:Success"
)

// verify reads a response and believes only what its signature covers.
func (s *Server) verify(providerARN, encoded string) (assertion, error) {
	if len(encoded) > maxSAML {
		return assertion{}, refuse(http.StatusBadRequest, "ValidationError", "1 validation error detected: Value at 'sAMLAssertion' failed to satisfy constraint: Member must have length less than or equal to 100000")
	}
	text, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return assertion{}, invalidToken("Invalid base64 SAMLResponse")
	}
	s.mu.Lock()
	p, known := s.providers[providerARN]
	s.mu.Unlock()
	if !known {
		return assertion{}, invalidToken("Specified provider doesn't exist")
	}
	doc, err := parse(text)
	if err != nil {
		return assertion{}, err
	}
	signed, err := s.signedAssertion(p, doc)
	if err != nil {
		return assertion{}, err
	}
	a, err := readAssertion(signed)
	if err != nil {
		return assertion{}, err
	}
	return a, s.check(p, a)
}

// parse reads plain XML and nothing else. Comments and processing instructions
// cut a text in two for some readers and not for others; entities and CDATA hide
// it: none has a place in an assertion.
func parse(text []byte) (*etree.Document, error) {
	body := text
	if bytes.HasPrefix(body, []byte("<?xml ")) {
		_, body, _ = bytes.Cut(body, []byte("?>"))
	}
	doc := etree.NewDocument()
	if bytes.Contains(body, []byte("<!")) || bytes.Contains(body, []byte("<?")) || doc.ReadFromBytes(text) != nil || doc.Root() == nil {
		return nil, invalidToken("Couldn't be parsed")
	}
	return doc, nil
}

// signedAssertion returns the one assertion of a response, as the signature on it
// or on the response covers it. Nothing outside of that is looked at again.
func (s *Server) signedAssertion(p provider, doc *etree.Document) (*etree.Element, error) {
	root := doc.Root()
	status := root.FindElement("./Status/StatusCode")
	if root.Tag != "Response" || root.NamespaceURI() != nsProtocol || status == nil || status.SelectAttrValue("Value", "") != success {
		return nil, invalidToken("Couldn't be parsed: no successful Response")
	}
	assertions := doc.FindElements("//Assertion")
	if len(assertions) != 1 || assertions[0].Parent() != root || assertions[0].NamespaceURI() != nsAssertion {
		return nil, invalidToken("Response must contain exactly one assertion")
	}
	target := assertions[0]
	if target.SelectElement("Signature") == nil {
		target = root
	}
	validation := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: p.certificates})
	validation.IdAttribute = "ID"
	validation.Clock = dsig.NewFakeClockAt(s.now())
	valid, err := validation.Validate(target)
	if err != nil {
		return nil, invalidToken("Response signature invalid")
	}
	if valid.Tag == "Response" {
		valid = valid.SelectElement("Assertion")
	}
	if valid == nil || valid.Tag != "Assertion" {
		return nil, invalidToken("Response signature invalid")
	}
	return valid, nil
}

// check holds the assertion to what AWS asks of it.
func (s *Server) check(p provider, a assertion) error {
	now := s.now()
	switch {
	case a.issuer != p.entityID:
		return invalidToken("Issuer not present in specified provider")
	case a.subject == "": // AWS's own word for a missing NameID
		return denySAML()
	case a.method != "urn:oasis:names:tc:SAML:2.0:cm:bearer":
		return invalidToken("SubjectConfirmation is not of method bearer")
	case a.audience != "urn:amazon:webservices" && a.audience != "https://signin.aws.amazon.com/saml":
		return invalidToken("Response does not contain the required audience.")
	case !isSignIn(a.recipient):
		return invalidToken("Recipient is not an AWS sign-in endpoint")
	case now.Before(a.notBefore), !now.Before(a.notOnOrAfter), !now.Before(a.confirmedUntil), now.After(a.issued.Add(redeemable)):
		return tooLate()
	}
	return a.checkAttributes()
}

func (a assertion) checkAttributes() error {
	switch {
	case len(a.pairs) == 0:
		return invalidToken("Role is required in AuthnResponse")
	case a.sessionName == "":
		return invalidToken("RoleSessionName is required in AuthnResponse")
	case !sessionName.MatchString(a.sessionName):
		return invalidToken("RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}")
	case a.source != "" && !sessionName.MatchString(a.source): // which has no colon, so that it cannot begin with aws:
		return invalidToken(`Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"`)
	case a.longest != 0 && (a.longest < shortest || a.longest > longest):
		return invalidToken("SessionDuration in AuthnResponse must be between 900 and 43200")
	case len(a.tags) > 50:
		return invalidToken("There are more than 50 session tags")
	}
	for key, value := range a.tags {
		if key == "" || len(key) > 128 || len(value) > 256 {
			return invalidToken("Session tag %q is too long", key)
		}
	}
	return nil
}

// isSignIn knows the recipients that AWS takes: of a region, or without one.
func isSignIn(recipient string) bool {
	rest, https := strings.CutPrefix(recipient, "https://")
	host, path, _ := strings.Cut(rest, "/")
	return https && slices.Contains([]string{"saml", "static/saml"}, path) &&
		(host == "signin.aws.amazon.com" || strings.HasSuffix(host, ".signin.aws.amazon.com"))
}
