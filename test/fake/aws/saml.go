package aws

import (
	"crypto/sha1"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"
)

const nsMetadata = "urn:oasis:names:tc:SAML:2.0:metadata"

// provider is a registered SAML identity provider.
type provider struct {
	document     string // as it was registered
	entityID     string
	certificates []*x509.Certificate
}

// RegisterSAMLProvider does what an administrator does with a metadata document.
// The ARN ends in the provider's name.
func (s *Server) RegisterSAMLProvider(arn string, metadata []byte) error {
	if !strings.HasPrefix(arn, "arn:aws:iam::"+s.account+":saml-provider/") {
		return fmt.Errorf("%s is no SAML provider of account %s", arn, s.account)
	}
	p, err := readMetadata(metadata)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.providers[arn] = p
	return nil
}

func readMetadata(metadata []byte) (provider, error) {
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(metadata); err != nil {
		return provider{}, fmt.Errorf("read the metadata document: %w", err)
	}
	root := doc.Root()
	if root == nil || root.Tag != "EntityDescriptor" || root.NamespaceURI() != nsMetadata || root.SelectAttrValue("entityID", "") == "" {
		return provider{}, errors.New("the metadata document is not an EntityDescriptor with an entityID")
	}
	p := provider{document: string(metadata), entityID: root.SelectAttrValue("entityID", "")}
	for _, key := range root.FindElements("./IDPSSODescriptor/KeyDescriptor") {
		if key.SelectAttrValue("use", "signing") != "signing" {
			continue
		}
		certificate, err := certificateOf(key)
		if err != nil {
			return provider{}, fmt.Errorf("read a certificate of the metadata document: %w", err)
		}
		p.certificates = append(p.certificates, certificate)
	}
	if len(p.certificates) == 0 {
		return provider{}, errors.New("the metadata document has no signing certificate")
	}
	return p, nil
}

func certificateOf(key *etree.Element) (*x509.Certificate, error) {
	e := key.FindElement("./KeyInfo/X509Data/X509Certificate")
	if e == nil {
		return nil, errors.New("a KeyDescriptor has none")
	}
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(e.Text()), ""))
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func denySAML() error {
	return refuse(http.StatusForbidden, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML")
}

func invalidToken(format string, args ...any) error {
	return refuse(http.StatusBadRequest, "InvalidIdentityToken", fmt.Sprintf(format, args...))
}

func tooLate() error {
	return refuse(http.StatusBadRequest, "ExpiredTokenException", "Token must be redeemed within 5 minutes of issuance")
}

// assumeRoleWithSAML needs no keys: trust is the assertion's signature.
func (s *Server) assumeRoleWithSAML(form url.Values) (elements, error) {
	roleARN, providerARN := form.Get("RoleArn"), form.Get("PrincipalArn")
	lasts, err := duration(form.Get("DurationSeconds"))
	if err != nil {
		return nil, err
	}
	a, err := s.verify(providerARN, form.Get("SAMLAssertion"))
	if err != nil {
		return nil, err
	}
	if !slices.Contains(a.pairs, roleARN+","+providerARN) && !slices.Contains(a.pairs, providerARN+","+roleARN) {
		return nil, denySAML()
	}
	role, ok := s.role(roleARN)
	if !ok || role.denied([]string{providerARN}, s.samlContext(a, providerARN), a.actions()) != "" {
		return nil, denySAML()
	}
	if lasts > role.MaxSession {
		return nil, tooLong()
	}
	until, err := a.sessionUntil(s.now(), lasts)
	if err != nil {
		return nil, err
	}
	if err := s.takeOnce(a); err != nil {
		return nil, err
	}
	return append(s.handOut(session{role: role.Name, name: a.sessionName, source: a.source}, until),
		element{"Issuer", a.issuer, nil}, element{"Audience", a.recipient, nil},
		element{"Subject", a.subject, nil}, element{"SubjectType", a.subjectType, nil},
		element{"NameQualifier", s.nameQualifier(a, providerARN), nil}), nil
}

// sessionUntil is the earliest of the ends that were asked for.
func (a assertion) sessionUntil(now time.Time, lasts time.Duration) (time.Time, error) {
	if a.longest > 0 {
		lasts = min(lasts, a.longest)
	}
	until := now.Add(lasts)
	if a.sessionEnd.IsZero() || until.Before(a.sessionEnd) {
		return until, nil
	}
	if !a.sessionEnd.After(now) {
		return time.Time{}, tooLate()
	}
	return a.sessionEnd, nil
}

// samlContext is what a trust policy's conditions are compared with. SAML:aud is
// the recipient, not the audience.
func (s *Server) samlContext(a assertion, providerARN string) map[string]string {
	context := map[string]string{
		"SAML:aud": a.recipient, "SAML:iss": a.issuer, "SAML:sub": a.subject, "SAML:sub_type": a.subjectType,
		"SAML:doc": s.account + "/" + path.Base(providerARN), "SAML:namequalifier": s.nameQualifier(a, providerARN),
		"sts:RoleSessionName": a.sessionName,
	}
	if a.source != "" {
		context["sts:SourceIdentity"] = a.source
	}
	for key, value := range a.tags {
		context["aws:RequestTag/"+key] = value
	}
	return context
}

// nameQualifier tells providers of the same subject apart (STS API reference).
func (s *Server) nameQualifier(a assertion, providerARN string) string {
	sum := sha1.Sum([]byte(a.issuer + s.account + "/" + path.Base(providerARN)))
	return base64.StdEncoding.EncodeToString(sum[:])
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
