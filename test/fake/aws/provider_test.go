package aws_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"testing"
	"text/template"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

const (
	entityID = "https://jit.example.com"
	signIn   = "https://signin.aws.amazon.com/saml"
)

// claims are what an assertion says.
type claims struct {
	ID, Issuer, NameID, Method         string
	Audience, Recipient, Pair, Session string
	Issued, NotBefore, NotOnOrAfter    string
	ConfirmedUntil, SessionEnd, More   string
	SignResponse                       bool
	now                                time.Time
}

// newClaims are such that AWS takes them.
func newClaims() claims {
	c := claims{
		ID: "_" + rand.Text(), Issuer: entityID, NameID: "u-1", Method: "urn:oasis:names:tc:SAML:2.0:cm:bearer",
		Audience: "urn:amazon:webservices", Recipient: signIn, Pair: podRole + "," + providerARN, Session: alice, now: time.Now().UTC(),
	}
	c.Issued, c.NotBefore = c.at(0), c.at(-time.Minute)
	c.NotOnOrAfter, c.ConfirmedUntil, c.SessionEnd = c.at(2*time.Minute), c.at(2*time.Minute), c.at(8*time.Hour)
	return c
}

func (c claims) at(offset time.Duration) string { return c.now.Add(offset).Format(time.RFC3339) }

func attribute(name, value string) string {
	return fmt.Sprintf(`<saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/%s"><saml:AttributeValue>%s</saml:AttributeValue></saml:Attribute>`, name, value)
}

const assertionText = `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{{.ID}}" Version="2.0" IssueInstant="{{.Issued}}">` +
	`<saml:Issuer>{{.Issuer}}</saml:Issuer>` +
	`<saml:Subject>{{with .NameID}}<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">{{.}}</saml:NameID>{{end}}` +
	`<saml:SubjectConfirmation Method="{{.Method}}"><saml:SubjectConfirmationData NotOnOrAfter="{{.ConfirmedUntil}}" Recipient="{{.Recipient}}"/></saml:SubjectConfirmation></saml:Subject>` +
	`<saml:Conditions NotBefore="{{.NotBefore}}" NotOnOrAfter="{{.NotOnOrAfter}}"><saml:AudienceRestriction><saml:Audience>{{.Audience}}</saml:Audience></saml:AudienceRestriction></saml:Conditions>` +
	`<saml:AuthnStatement AuthnInstant="{{.Issued}}" SessionNotOnOrAfter="{{.SessionEnd}}"/>` +
	`<saml:AttributeStatement>` +
	`<saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/Role"><saml:AttributeValue>{{.Pair}}</saml:AttributeValue></saml:Attribute>` +
	`{{with .Session}}<saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/RoleSessionName"><saml:AttributeValue>{{.}}</saml:AttributeValue></saml:Attribute>{{end}}` +
	`{{.More}}</saml:AttributeStatement></saml:Assertion>`

const responseText = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="%s" Version="2.0">` +
	`<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>%s</samlp:Response>`

// identityProvider signs whatever it is given. It shares no code with the
// product's own.
type identityProvider struct {
	key         *rsa.PrivateKey
	certificate []byte
}

func newIdentityProvider(t *testing.T) *identityProvider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "provider"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &identityProvider{key, certificate}
}

func (p *identityProvider) metadata() []byte {
	return fmt.Appendf(nil, `<?xml version="1.0"?><EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="%s">`+
		`<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing">`+
		`<KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>%s</X509Certificate></X509Data></KeyInfo>`+
		`</KeyDescriptor></IDPSSODescriptor></EntityDescriptor>`, entityID, base64.StdEncoding.EncodeToString(p.certificate))
}

// assertion is a signed assertion, or a plain one where the response is to be
// signed.
func (p *identityProvider) assertion(t *testing.T, c claims) string {
	t.Helper()
	var text bytes.Buffer
	if err := template.Must(template.New("").Parse(assertionText)).Execute(&text, c); err != nil {
		t.Fatal(err)
	}
	if c.SignResponse {
		return text.String()
	}
	return p.sign(t, text.String())
}

// respond is a whole response.
func (p *identityProvider) respond(t *testing.T, c claims) string {
	t.Helper()
	response := fmt.Sprintf(responseText, "_"+rand.Text(), p.assertion(t, c))
	if c.SignResponse {
		return p.sign(t, response)
	}
	return response
}

func (p *identityProvider) sign(t *testing.T, text string) string {
	t.Helper()
	doc := etree.NewDocument()
	if err := doc.ReadFromString(text); err != nil {
		t.Fatal(err)
	}
	signing, err := dsig.NewSigningContext(p.key, [][]byte{p.certificate})
	if err != nil {
		t.Fatal(err)
	}
	signing.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	signed, err := signing.SignEnveloped(doc.Root())
	if err != nil {
		t.Fatal(err)
	}
	doc.SetRoot(signed)
	out, err := doc.WriteToString()
	if err != nil {
		t.Fatal(err)
	}
	return out
}
