package aws_test

import (
	"encoding/base64"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/kubectl-jit/kubectl-jit/test/fake/aws"
)

const providerARN = "arn:aws:iam::" + account + ":saml-provider/jit-broker"

func trustBroker(actions ...string) []aws.Statement {
	return []aws.Statement{{Federated: providerARN, Actions: actions, Conditions: map[string][]string{"SAML:aud": {signIn}}}}
}

// federation is an account that trusts an identity provider.
func federation(t *testing.T) (*aws.Server, *identityProvider) {
	t.Helper()
	s, idp := start(t), newIdentityProvider(t)
	if err := s.RegisterSAMLProvider(providerARN, idp.metadata()); err != nil {
		t.Fatal(err)
	}
	return s, idp
}

// call is an AssumeRoleWithSAML that is good for the response.
func call(response string) *sts.AssumeRoleWithSAMLInput {
	return &sts.AssumeRoleWithSAMLInput{
		RoleArn: awssdk.String(podRole), PrincipalArn: awssdk.String(providerARN), DurationSeconds: awssdk.Int32(3600),
		SAMLAssertion: awssdk.String(base64.StdEncoding.EncodeToString([]byte(response))),
	}
}

func TestAssumeRoleWithSAML(t *testing.T) {
	s, idp := federation(t)
	out, err := stsClient(t, s, aws.Keys{}).AssumeRoleWithSAML(t.Context(), call(idp.respond(t, newClaims())))
	if err != nil {
		t.Fatal(err)
	}
	if *out.Audience != signIn || *out.Issuer != entityID || *out.Subject != "u-1" || *out.SubjectType != "persistent" || *out.NameQualifier == "" {
		t.Errorf("%+v", out)
	}
	if left := time.Until(*out.Credentials.Expiration); left < 59*time.Minute || left > time.Hour {
		t.Errorf("the session lasts %s", left)
	}
	keys := aws.Keys{AccessKeyID: *out.Credentials.AccessKeyId, SecretAccessKey: *out.Credentials.SecretAccessKey, SessionToken: *out.Credentials.SessionToken}
	who, err := stsClient(t, s, keys).GetCallerIdentity(t.Context(), nil)
	if err != nil || *who.Arn != "arn:aws:sts::196226166352:assumed-role/EKS-Pod-Manager/alice@example.com" {
		t.Errorf("%v (%v)", who, err)
	}
}

// TestClaims signs each claim properly: what is refused is what it says.
func TestClaims(t *testing.T) {
	tests := []struct {
		name    string
		change  func(c *claims)
		refusal string
	}{
		{"provider before role", func(c *claims) { c.Pair = providerARN + "," + podRole }, ""},
		{"the other audience of AWS", func(c *claims) { c.Audience = signIn }, ""},
		{"a signed response around an unsigned assertion", func(c *claims) { c.SignResponse = true }, ""},
		{"another issuer", func(c *claims) { c.Issuer = "https://other.example.com" }, "InvalidIdentityToken"},
		{"another audience", func(c *claims) { c.Audience = "urn:other" }, "InvalidIdentityToken"},
		{"a recipient that is not AWS's", func(c *claims) { c.Recipient = "https://signin.aws.amazon.com.example.org/saml" }, "InvalidIdentityToken"},
		{"a recipient the trust policy does not name", func(c *claims) { c.Recipient = "https://eu-central-1.signin.aws.amazon.com/saml" }, "AccessDenied"},
		{"no name id", func(c *claims) { c.NameID = "" }, "AccessDenied"},
		{"not bearer", func(c *claims) { c.Method = "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key" }, "InvalidIdentityToken"},
		{"conditions are over", func(c *claims) { c.NotOnOrAfter = c.at(-time.Second) }, "ExpiredTokenException"},
		{"conditions are to come", func(c *claims) { c.NotBefore = c.at(2 * time.Minute) }, "ExpiredTokenException"},
		{"the confirmation is over", func(c *claims) { c.ConfirmedUntil = c.at(-time.Second) }, "ExpiredTokenException"},
		{"issued six minutes ago, good for an hour", func(c *claims) {
			c.Issued, c.NotOnOrAfter, c.ConfirmedUntil = c.at(-6*time.Minute), c.at(time.Hour), c.at(time.Hour)
		}, "ExpiredTokenException"},
		{"issued now, good for an hour", func(c *claims) { c.NotOnOrAfter, c.ConfirmedUntil = c.at(time.Hour), c.at(time.Hour) }, ""},
		{"another role", func(c *claims) { c.Pair = "arn:aws:iam::196226166352:role/EKS-Cluster-Admin," + providerARN }, "AccessDenied"},
		{"another provider", func(c *claims) { c.Pair = podRole + ",arn:aws:iam::196226166352:saml-provider/other" }, "AccessDenied"},
		{"no session name", func(c *claims) { c.Session = "" }, "InvalidIdentityToken"},
		{"a session name with a space", func(c *claims) { c.Session = "alice smith" }, "InvalidIdentityToken"},
		{"a session name of 65", func(c *claims) { c.Session = strings.Repeat("a", 65) }, "InvalidIdentityToken"},
		{"the session is over", func(c *claims) { c.SessionEnd = c.at(-time.Minute) }, "ExpiredTokenException"},
		{"a session duration of 899", func(c *claims) { c.More = attribute("SessionDuration", "899") }, "InvalidIdentityToken"},
		{"an instruction in the session name", func(c *claims) { c.Session = "alice<?x?>@example.com" }, "InvalidIdentityToken"},
		{"two session names", func(c *claims) { c.More = attribute("RoleSessionName", "bob") }, "InvalidIdentityToken"},
		{"tags without sts:TagSession", func(c *claims) { c.More = attribute("PrincipalTag:team", "a") }, "AccessDenied"},
		{"a source identity without sts:SetSourceIdentity", func(c *claims) { c.More = attribute("SourceIdentity", alice) }, "AccessDenied"},
		{"a tag that is too long", func(c *claims) { c.More = attribute("PrincipalTag:team", strings.Repeat("a", 257)) }, "InvalidIdentityToken"},
	}
	s, idp := federation(t)
	for _, tt := range tests {
		c := newClaims()
		tt.change(&c)
		_, err := stsClient(t, s, aws.Keys{}).AssumeRoleWithSAML(t.Context(), call(idp.respond(t, c)))
		if tt.refusal != "" {
			refused(t, tt.name, err, tt.refusal)
		} else if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// TestDurations holds that the session ends at the earliest of the ends that were
// asked for, and that too much is refused, not clipped.
func TestDurations(t *testing.T) {
	s, idp := federation(t)
	tests := []struct {
		name    string
		seconds int32
		change  func(c *claims)
		want    time.Duration
		refusal string
	}{
		{"what the call says", 900, nil, 15 * time.Minute, ""},
		{"less than the shortest", 899, nil, 0, "ValidationError"},
		{"more than the role's maximum", 3601, nil, 0, "ValidationError"},
		{"more than the longest", 43201, nil, 0, "ValidationError"},
		{"what SessionNotOnOrAfter says", 3600, func(c *claims) { c.SessionEnd = c.at(5 * time.Minute) }, 5 * time.Minute, ""},
		{"what SessionDuration says", 3600, func(c *claims) { c.More = attribute("SessionDuration", "1200") }, 20 * time.Minute, ""},
		{"SessionDuration cannot lengthen", 900, func(c *claims) { c.More = attribute("SessionDuration", "1200") }, 15 * time.Minute, ""},
	}
	for _, tt := range tests {
		c := newClaims()
		if tt.change != nil {
			tt.change(&c)
		}
		in := call(idp.respond(t, c))
		in.DurationSeconds = &tt.seconds
		out, err := stsClient(t, s, aws.Keys{}).AssumeRoleWithSAML(t.Context(), in)
		if tt.refusal != "" {
			refused(t, tt.name, err, tt.refusal)
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if left := time.Until(*out.Credentials.Expiration); left > tt.want || left < tt.want-time.Minute {
			t.Errorf("%s: lasts %s, want %s", tt.name, left, tt.want)
		}
	}
}

// TestSAMLTrust holds what the role and the provider must allow.
func TestSAMLTrust(t *testing.T) {
	s, idp := federation(t)
	assume := func(more string) error {
		c := newClaims()
		c.More = more
		_, err := stsClient(t, s, aws.Keys{}).AssumeRoleWithSAML(t.Context(), call(idp.respond(t, c)))
		return err
	}
	tagged := attribute("PrincipalTag:team", "a") + attribute("SourceIdentity", alice)
	s.AddRole(aws.Role{Name: "EKS-Pod-Manager", Path: "/team/", Trust: append(trustBroker("sts:AssumeRoleWithSAML"), trustBroker("sts:TagSession", "sts:SetSourceIdentity")...)})
	if err := assume(tagged); err != nil {
		t.Errorf("with all three actions: %v", err)
	}
	s.AddRole(aws.Role{Name: "EKS-Pod-Manager", Path: "/team/", Trust: trustBroker("sts:AssumeRole")})
	refused(t, "another action", assume(""), "AccessDenied")
	s.AddRole(aws.Role{Name: "EKS-Pod-Manager", Path: "/other/", Trust: trustBroker("sts:AssumeRoleWithSAML")})
	refused(t, "another path", assume(""), "AccessDenied")

	in := call(idp.respond(t, newClaims()))
	in.PrincipalArn = awssdk.String("arn:aws:iam::196226166352:saml-provider/other")
	_, err := stsClient(t, s, aws.Keys{}).AssumeRoleWithSAML(t.Context(), in)
	refused(t, "an unknown provider", err, "InvalidIdentityToken")
	if err := s.RegisterSAMLProvider("arn:aws:iam::111122223333:saml-provider/jit-broker", idp.metadata()); err == nil {
		t.Error("another account's provider was registered")
	}
	if err := s.RegisterSAMLProvider(providerARN, []byte("<x/>")); err == nil {
		t.Error("a document that is no metadata was registered")
	}
}

// TestReplay holds that of many uses of one assertion one counts, also when they
// come at once.
func TestReplay(t *testing.T) {
	s, idp := federation(t)
	in := call(idp.respond(t, newClaims()))
	c := stsClient(t, s, aws.Keys{})
	var taken atomic.Int32
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := c.AssumeRoleWithSAML(t.Context(), in); err == nil {
				taken.Add(1)
			}
		})
	}
	all.Wait()
	if taken.Load() != 1 {
		t.Errorf("taken %d times", taken.Load())
	}
	_, err := c.AssumeRoleWithSAML(t.Context(), in)
	refused(t, "once more", err, "InvalidIdentityToken")
}
