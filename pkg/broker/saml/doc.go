// Package saml is the broker as SAML identity provider of an AWS account: the
// keys, the metadata document that an AWS administrator registers, and the
// assertion that STS exchanges for a session.
//
// It signs only. No code path here or above reads XML that somebody else signed.
//
//	broker.AWSSession ─▶ Provider.Assert ─▶ base64(Response(signed Assertion)) ─▶ AssumeRoleWithSAML
//
// What AWS asks of an assertion: IAM user guide, "Configure SAML assertions for
// the authentication response".
package saml
