package aws_test

import (
	"strings"
	"testing"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"

	"github.com/kubectl-jit/kubectl-jit/test/fake/aws"
)

// TestForged spoils a response after it was signed. Every one of these has got
// past some verifier.
func TestForged(t *testing.T) {
	s, idp := federation(t)
	stranger := newIdentityProvider(t)
	evil := newClaims()
	evil.Session = "bob@example.com"
	unsigned := stranger.assertion(t, evil)
	tests := []struct {
		name  string
		spoil func(response string) string
	}{
		{"another session name", func(r string) string { return strings.Replace(r, ">"+alice+"<", ">bob@example.com<", 1) }},
		{"a comment in a name", func(r string) string { return strings.Replace(r, ">"+alice+"<", ">alice@example.com<!---->.evil<", 1) }},
		{"an instruction in a name", func(r string) string { return strings.Replace(r, ">"+alice+"<", ">alice<?x?>@example.com<", 1) }},
		{"a DTD", func(r string) string { return `<!DOCTYPE r [<!ENTITY a "b">]>` + r }},
		{"no signature", func(r string) string { return cut(r, "<ds:Signature", "</ds:Signature>") }},
		{"a second assertion before", func(r string) string { return strings.Replace(r, "<saml:Assertion", unsigned+"<saml:Assertion", 1) }},
		{"a second assertion behind", func(r string) string {
			return strings.Replace(r, "</samlp:Response>", unsigned+"</samlp:Response>", 1)
		}},
		{"the signed one wrapped away", func(r string) string {
			begin, end := strings.Index(r, "<saml:Assertion"), strings.Index(r, "</samlp:Response>")
			return r[:begin] + "<samlp:Extensions>" + r[begin:end] + "</samlp:Extensions>" + unsigned + r[end:]
		}},
		{"the signed one wrapped", func(r string) string {
			r = strings.Replace(r, "<saml:Assertion", "<samlp:Extensions><saml:Assertion", 1)
			return strings.Replace(r, "</saml:Assertion>", "</saml:Assertion></samlp:Extensions>", 1)
		}},
		{"the signed one inside another's signature", func(r string) string {
			begin, end := strings.Index(r, "<saml:Assertion"), strings.Index(r, "</samlp:Response>")
			return r[:begin] + strings.Replace(unsigned, "</ds:Signature>", "<ds:Object>"+r[begin:end]+"</ds:Object></ds:Signature>", 1) + r[end:]
		}},
		{"signed by a stranger", func(string) string { return stranger.respond(t, newClaims()) }},
		{"a failed status", func(r string) string { return strings.Replace(r, "status:Success", "status:Requester", 1) }},
		{"no response at all", func(r string) string {
			return r[strings.Index(r, "<saml:Assertion"):strings.Index(r, "</samlp:Response>")]
		}},
		{"no XML", func(string) string { return "hello" }},
	}
	for _, tt := range tests {
		_, err := stsClient(t, s, aws.Keys{}).AssumeRoleWithSAML(t.Context(), call(tt.spoil(idp.respond(t, newClaims()))))
		refused(t, tt.name, err, "InvalidIdentityToken")
	}
	in := call(idp.respond(t, newClaims()))
	in.SAMLAssertion = awssdk.String("%%%%")
	_, err := stsClient(t, s, aws.Keys{}).AssumeRoleWithSAML(t.Context(), in)
	refused(t, "no base64", err, "InvalidIdentityToken")
}

// cut takes out what stands from the first to the second text, both included.
func cut(text, from, to string) string {
	before, rest, _ := strings.Cut(text, from)
	_, after, _ := strings.Cut(rest, to)
	return before + after
}
