package saml_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"
	dsig "github.com/russellhaering/goxmldsig"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
	"github.com/kubectl-jit/kubectl-jit/pkg/broker/saml"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const entityID = "https://jit.example.com"

func noon() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }

func session() broker.AWSSession {
	return broker.AWSSession{
		Partition: "aws",
		Role:      "arn:aws:iam::196226166352:role/team/EKS-Pod-Manager",
		Provider:  "arn:aws:iam::196226166352:saml-provider/jit-broker",
		Recipient: "https://signin.aws.amazon.com/saml",
		Audience:  "urn:amazon:webservices",
		Person:    jit.Person{ID: "p-1", Name: "alice@example.com"},
		Duration:  15 * time.Minute,
		End:       noon().Add(5 * time.Minute),
	}
}

// identity makes a provider, and the certificate that its signatures must verify
// with.
func identity(t *testing.T) (*saml.Provider, *x509.Certificate) {
	t.Helper()
	certificate, key, err := saml.GenerateKeyPair(entityID)
	if err != nil {
		t.Fatal(err)
	}
	provider, err := saml.Load(entityID, write(t, certificate), write(t, key))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(certificate)
	parsed, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return provider, parsed
}

func write(t *testing.T, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.pem")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// verified returns the assertion of a response as a verifier sees it: what the
// signature covers, and nothing else.
func verified(t *testing.T, response jit.Secret, certificate *x509.Certificate) (*etree.Element, error) {
	t.Helper()
	text, err := base64.StdEncoding.DecodeString(response.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(text); err != nil {
		t.Fatal(err)
	}
	assertions := doc.FindElements("//Assertion")
	if len(assertions) != 1 {
		t.Fatalf("%d assertions in the response", len(assertions))
	}
	validation := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{certificate}})
	return validation.Validate(assertions[0])
}

func TestAssertion(t *testing.T) {
	provider, certificate := identity(t)
	s := session()
	response, err := provider.Assert(s, noon())
	if err != nil {
		t.Fatal(err)
	}
	a, err := verified(t, response, certificate)
	if err != nil {
		t.Fatal(err)
	}
	text := func(path string) string {
		if e := a.FindElement(path); e != nil {
			return e.Text()
		}
		return "(missing)"
	}
	attr := func(path, name string) string {
		if e := a.FindElement(path); e != nil {
			return e.SelectAttrValue(name, "(missing)")
		}
		return "(missing)"
	}
	got := map[string]string{
		"issuer": text("Issuer"), "name": text("Subject/NameID"), "audience": text("//Audience"),
		"recipient": attr("//SubjectConfirmationData", "Recipient"),
		"confirmed": attr("//SubjectConfirmationData", "NotOnOrAfter"),
		"from":      attr("Conditions", "NotBefore"), "until": attr("Conditions", "NotOnOrAfter"),
		"session ends": attr("AuthnStatement", "SessionNotOnOrAfter"),
	}
	want := map[string]string{
		"issuer": entityID, "name": "p-1", "audience": s.Audience, "recipient": s.Recipient,
		"confirmed": "2026-11-24T12:01:30Z", "from": "2026-11-24T11:59:30Z", "until": "2026-11-24T12:01:30Z",
		"session ends": "2026-11-24T12:05:00Z",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	wantAttributes := map[string]string{"Role": s.Role + "," + s.Provider, "RoleSessionName": "alice@example.com", "SessionDuration": "900"}
	if diff := cmp.Diff(wantAttributes, attributes(a, "https://aws.amazon.com/SAML/Attributes/")); diff != "" {
		t.Error(diff)
	}
}

// attributes reads the claims of an assertion.
func attributes(a *etree.Element, prefix string) map[string]string {
	found := map[string]string{}
	for _, e := range a.FindElements("//Attribute") {
		found[strings.TrimPrefix(e.SelectAttrValue("Name", ""), prefix)] = e.FindElement("AttributeValue").Text()
	}
	return found
}

// TestClaims holds that what a name or a tag holds is said as it is, and cannot
// become anything else.
func TestClaims(t *testing.T) {
	provider, certificate := identity(t)
	hostile := `</saml:AttributeValue><saml:AttributeValue>arn:aws:iam::1:role/admin,x & "quoted" 'ä' ]]>`
	s := session()
	s.Partition = "aws-cn"
	s.Person.ID = hostile
	s.Tags = map[string]string{"profile": hostile}
	response, err := provider.Assert(s, noon())
	if err != nil {
		t.Fatal(err)
	}
	a, err := verified(t, response, certificate)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"Role": s.Role + "," + s.Provider, "RoleSessionName": "alice@example.com", "SessionDuration": "900",
		"SourceIdentity": "alice@example.com", "PrincipalTag:profile": hostile,
	}
	if diff := cmp.Diff(want, attributes(a, "http://www.amazonaws.cn/SAML/Attributes/")); diff != "" {
		t.Error(diff)
	}
	if name := a.FindElement("Subject/NameID").Text(); name != hostile {
		t.Errorf("name %q", name)
	}
	for _, unspeakable := range []string{"a\x00b", "a\x1bb", "a\nb", "a\xffb", "a\ufffeb"} {
		s.Tags = map[string]string{"profile": unspeakable}
		if _, err := provider.Assert(s, noon()); jit.CodeOf(err) != jit.Invalid {
			t.Errorf("%q: %v", unspeakable, err)
		}
	}
}

// TestSignature holds the algorithms, that no two assertions are alike, and that
// a changed one does not verify.
func TestSignature(t *testing.T) {
	provider, certificate := identity(t)
	seen := map[string]bool{}
	for range 3 {
		response, err := provider.Assert(session(), noon())
		if err != nil {
			t.Fatal(err)
		}
		a, err := verified(t, response, certificate)
		if err != nil {
			t.Fatal(err)
		}
		seen[a.SelectAttrValue("ID", "")] = true
		text, _ := base64.StdEncoding.DecodeString(response.Reveal())
		for _, algorithm := range []string{
			"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2001/10/xml-exc-c14n#",
		} {
			if !strings.Contains(string(text), `Algorithm="`+algorithm+`"`) {
				t.Errorf("no %s", algorithm)
			}
		}
		changed := strings.Replace(string(text), "alice@", "bobby@", 1)
		if _, err := verified(t, jit.NewSecret(base64.StdEncoding.EncodeToString([]byte(changed))), certificate); err == nil {
			t.Error("a changed assertion verifies")
		}
		_, other := identity(t)
		if _, err := verified(t, response, other); err == nil {
			t.Error("it verifies with another key")
		}
	}
	if len(seen) != 3 {
		t.Errorf("%d different ids of 3", len(seen))
	}
}

func TestMetadata(t *testing.T) {
	provider, certificate := identity(t)
	text, err := provider.Metadata()
	if err != nil {
		t.Fatal(err)
	}
	if len(text) < 1000 {
		t.Errorf("%d bytes: AWS wants 1000 at least", len(text))
	}
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(text); err != nil {
		t.Fatal(err)
	}
	if id := doc.Root().SelectAttrValue("entityID", ""); doc.Root().Tag != "EntityDescriptor" || id != entityID {
		t.Errorf("%s of %q", doc.Root().Tag, id)
	}
	carried, err := base64.StdEncoding.DecodeString(doc.FindElement("./EntityDescriptor/IDPSSODescriptor/KeyDescriptor//X509Certificate").Text())
	if err != nil || string(carried) != string(certificate.Raw) {
		t.Errorf("it carries another certificate (%v)", err)
	}
	if strings.Contains(string(text), "PRIVATE") {
		t.Error("it holds a private key")
	}
}

func TestLoad(t *testing.T) {
	certificate, key, err := saml.GenerateKeyPair(entityID)
	if err != nil {
		t.Fatal(err)
	}
	otherCertificate, _, err := saml.GenerateKeyPair(entityID)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name             string
		certificate, key []byte
		says             string
	}{
		{"no PEM", []byte("hello"), key, "no PEM"},
		{"no key", certificate, certificate, "no PKCS #8 key"},
		{"no certificate", key, key, "file.pem"},
		{"strangers", otherCertificate, key, "do not belong together"},
	}
	for _, tt := range tests {
		_, err := saml.Load(entityID, write(t, tt.certificate), write(t, tt.key))
		if jit.CodeOf(err) != jit.Invalid || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if _, err := saml.Load(entityID, filepath.Join(t.TempDir(), "missing"), write(t, key)); jit.CodeOf(err) != jit.Invalid {
		t.Errorf("a missing file: %v", err)
	}
}
