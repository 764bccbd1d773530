package aws_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/plugins/eks"
	"github.com/kubectl-jit/kubectl-jit/test/fake/aws"
)

// TestSigned spoils one thing at a time in a request that is good.
func TestSigned(t *testing.T) {
	s := start(t)
	keys := s.Issue("EKS-Pod-Manager", alice, time.Hour)
	person := aws.User{Name: "alice", AccessKeyID: "AKIAOLDKEYOFALICE000", SecretAccessKey: "old"}
	s.AddUser(person)
	old := aws.Keys{AccessKeyID: person.AccessKeyID, SecretAccessKey: person.SecretAccessKey}
	tests := []struct {
		name   string
		raw    func(r *raw)
		sent   func(r *http.Request)
		status int
		says   string
	}{
		{name: "as signed", status: 200, says: "assumed-role/EKS-Pod-Manager/" + alice},
		{name: "a person's old key", raw: func(r *raw) { r.keys = old }, status: 200, says: ":user/alice"},
		{name: "an old key with a session token", raw: func(r *raw) { r.keys = old; r.keys.SessionToken = keys.SessionToken }, status: 403, says: "InvalidClientTokenId"},
		{name: "unknown keys", raw: func(r *raw) { r.keys.AccessKeyID = "ASIAUNKNOWN" }, status: 403, says: "InvalidClientTokenId"},
		{name: "no session token", raw: func(r *raw) { r.keys.SessionToken = "" }, status: 403, says: "InvalidClientTokenId"},
		{name: "another region's scope", raw: func(r *raw) { r.region = "us-east-1" }, status: 403, says: "scoped to a valid region"},
		{name: "another service's scope", raw: func(r *raw) { r.service = "iam" }, status: 403, says: "correct service: &#39;sts&#39;"},
		{name: "the global host", raw: func(r *raw) { r.url, r.region = "https://sts.amazonaws.com/", "us-east-1" }, status: 200, says: alice},
		{name: "another version", raw: func(r *raw) { r.body = strings.Replace(r.body, "2011", "2012", 1) }, status: 400, says: "InvalidAction"},
		{name: "an unknown action", raw: func(r *raw) { r.body = "Action=GetSessionToken&Version=2011-06-15" }, status: 400, says: "InvalidAction"},
		{name: "no action", raw: func(r *raw) { r.body = "Version=2011-06-15" }, status: 400, says: "MissingAction"},
		{name: "another body", sent: func(r *http.Request) { replaceBody(r, "Action=GetCallerIdentity&Version=2011-06-15&x=1") }, status: 403, says: "SignatureDoesNotMatch"},
		{name: "another path", sent: func(r *http.Request) { r.URL.Path = "/x" }, status: 403, says: "SignatureDoesNotMatch"},
		{name: "another header", sent: func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, status: 403, says: "SignatureDoesNotMatch"},
		{name: "an AWS header that is not signed", sent: func(r *http.Request) { r.Header.Set("X-Amz-Target", "x") }, status: 403, says: "must be a &#39;SignedHeader&#39;"},
		{name: "another date", sent: func(r *http.Request) { r.Header.Set("X-Amz-Date", "20200101T000000Z") }, status: 403, says: "Date in Credential scope does not match"},
		{name: "a date in no form", sent: func(r *http.Request) { r.Header.Set("X-Amz-Date", "today") }, status: 400, says: "IncompleteSignature"},
		{name: "no signature", sent: func(r *http.Request) { r.Header.Del("Authorization") }, status: 403, says: "MissingAuthenticationToken"},
		{name: "half a signature", sent: func(r *http.Request) { r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential") }, status: 400, says: "IncompleteSignature"},
	}
	for _, tt := range tests {
		r := identity(keys)
		if tt.raw != nil {
			tt.raw(&r)
		}
		request := r.signed(t)
		if tt.sent != nil {
			tt.sent(request)
		}
		if status, body := do(t, client(t, s), request); status != tt.status || !strings.Contains(body, tt.says) {
			t.Errorf("%s: %d %s, want %d %s", tt.name, status, body, tt.status, tt.says)
		}
	}
}

// TestPresigned sends the URL inside an EKS token, as the authenticator does.
func TestPresigned(t *testing.T) {
	s := start(t)
	keys := s.Issue("EKS-Pod-Manager", alice, time.Hour)
	token, err := eks.Issuer{}.Token(t.Context(), jit.Cluster{Name: "sandbox", Region: "eu-central-1"}, jit.Credential{
		AccessKeyID: keys.AccessKeyID, SecretAccessKey: jit.NewSecret(keys.SecretAccessKey), SessionToken: jit.NewSecret(keys.SessionToken), Expires: keys.Expiration,
	}, time.Now(), keys.Expiration)
	if err != nil {
		t.Fatal(err)
	}
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(token.Value.Reveal(), "k8s-aws-v1."))
	if err != nil {
		t.Fatal(err)
	}
	signed := string(text)
	tests := []struct {
		name, url, cluster string
		clock              time.Duration
		status             int
		says               string
	}{
		{"as signed", signed, "sandbox", 0, 200, `"Arn":"arn:aws:sts::196226166352:assumed-role/EKS-Pod-Manager/alice@example.com"`},
		{"another cluster", signed, "other", 0, 403, `"Code":"SignatureDoesNotMatch"`},
		{"no cluster", signed, "", 0, 403, "SignatureDoesNotMatch"},
		{"another action", strings.Replace(signed, "GetCallerIdentity", "AssumeRole", 1), "sandbox", 0, 403, "SignatureDoesNotMatch"},
		{"another parameter", signed + "&x=1", "sandbox", 0, 403, "SignatureDoesNotMatch"},
		{"a parameter twice", signed + "&X-Amz-Date=20200101T000000Z", "sandbox", 0, 400, "IncompleteSignature"},
		{"another region", strings.Replace(signed, "sts.eu-central-1", "sts.eu-west-1", 1), "sandbox", 0, 403, "valid region"},
		{"14 minutes later", signed, "sandbox", 14 * time.Minute, 200, alice},
		{"16 minutes later", signed, "sandbox", 16 * time.Minute, 403, "Signature expired"},
		{"16 minutes earlier", signed, "sandbox", -16 * time.Minute, 403, "not yet current"},
		{"after the session", signed, "sandbox", time.Hour, 403, "ExpiredToken"},
	}
	for _, tt := range tests {
		s.SetClock(tt.clock)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, tt.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Accept", "application/json")
		if tt.cluster != "" {
			request.Header.Set("x-k8s-aws-id", tt.cluster)
		}
		if status, body := do(t, client(t, s), request); status != tt.status || !strings.Contains(body, tt.says) {
			t.Errorf("%s: %d %s, want %d %s", tt.name, status, body, tt.status, tt.says)
		}
	}
}

// TestPresignedXML holds that the same URL answers in XML to who does not ask for
// JSON.
func TestPresignedXML(t *testing.T) {
	s := start(t)
	r := identity(s.Issue("EKS-Pod-Manager", alice, time.Hour))
	r.method, r.body, r.url, r.header = http.MethodGet, "", r.url+"?"+r.body, http.Header{}
	status, body := do(t, client(t, s), r.presigned(t))
	if status != 200 || !strings.HasPrefix(body, "<GetCallerIdentityResponse xmlns=") || !strings.Contains(body, "</Arn><UserId>AROA") {
		t.Errorf("%d %s", status, body)
	}
}
