package saml

import (
	"encoding/base64"

	"github.com/beevik/etree"
)

const (
	nsMetadata  = "urn:oasis:names:tc:SAML:2.0:metadata"
	nsAssertion = "urn:oasis:names:tc:SAML:2.0:assertion"
	nsProtocol  = "urn:oasis:names:tc:SAML:2.0:protocol"
	nsSignature = "http://www.w3.org/2000/09/xmldsig#"
	persistent  = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
)

// Metadata is the document that an AWS administrator registers as a SAML
// provider: who signs, and with which key.
func (p *Provider) Metadata() ([]byte, error) {
	doc := etree.NewDocument()
	doc.CreateProcInst("xml", `version="1.0" encoding="UTF-8"`)
	entity := doc.CreateElement("EntityDescriptor")
	entity.CreateAttr("xmlns", nsMetadata)
	entity.CreateAttr("entityID", p.entityID)
	idp := entity.CreateElement("IDPSSODescriptor")
	idp.CreateAttr("protocolSupportEnumeration", nsProtocol)
	idp.CreateAttr("WantAuthnRequestsSigned", "false")
	key := idp.CreateElement("KeyDescriptor")
	key.CreateAttr("use", "signing")
	info := key.CreateElement("KeyInfo")
	info.CreateAttr("xmlns", nsSignature)
	info.CreateElement("X509Data").CreateElement("X509Certificate").SetText(base64.StdEncoding.EncodeToString(p.certificate))
	idp.CreateElement("NameIDFormat").SetText(persistent)
	service := idp.CreateElement("SingleSignOnService") // required by the schema; nobody is sent there
	service.CreateAttr("Binding", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST")
	service.CreateAttr("Location", p.entityID)
	doc.Indent(2)
	return doc.WriteToBytes()
}
