package aws_test

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
	"github.com/kubectl-jit/kubectl-jit/pkg/broker/aws"
	"github.com/kubectl-jit/kubectl-jit/pkg/broker/saml"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	fake "github.com/kubectl-jit/kubectl-jit/test/fake/aws"
)

const (
	providerARN = "arn:aws:iam::196226166352:saml-provider/jit-broker"
	signIn      = "https://signin.aws.amazon.com/saml"
)

// rig is a broker's identity registered in a strict account.
type rig struct {
	*aws.Minter
	account *fake.Server
	session broker.AWSSession
}

func newRig(t *testing.T) *rig {
	t.Helper()
	account, err := fake.Start(fake.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = account.Close() })
	provider := newProvider(t, "https://jit.example.com")
	document, err := provider.Metadata()
	if err != nil {
		t.Fatal(err)
	}
	if err := account.RegisterSAMLProvider(providerARN, document); err != nil {
		t.Fatal(err)
	}
	account.AddRole(fake.Role{Name: "EKS-Pod-Manager", Path: "/team/", Trust: trust(signIn, "sts:AssumeRoleWithSAML")})
	return &rig{
		Minter:  &aws.Minter{Provider: provider, Client: client(t, account)},
		account: account,
		session: broker.AWSSession{
			Partition: "aws", Role: "arn:aws:iam::196226166352:role/team/EKS-Pod-Manager", Provider: providerARN,
			Recipient: signIn, Audience: "urn:amazon:webservices",
			Person: jit.Person{ID: "u-1", Name: "alice@example.com"}, Duration: time.Hour, End: time.Now().Add(time.Hour),
		},
	}
}

func newProvider(t *testing.T, entityID string) *saml.Provider {
	t.Helper()
	certificate, key, err := saml.GenerateKeyPair(entityID)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string][]byte{"crt": certificate, "key": key} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	provider, err := saml.Load(entityID, filepath.Join(dir, "crt"), filepath.Join(dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	return provider
}

func trust(audience string, actions ...string) []fake.Statement {
	return []fake.Statement{{Federated: providerARN, Actions: actions, Conditions: map[string][]string{"SAML:aud": {audience}}}}
}

func client(t *testing.T, account *fake.Server) *http.Client {
	t.Helper()
	c := aws.NewClient()
	c.Transport = account.Client().Transport
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func TestMint(t *testing.T) {
	r := newRig(t)
	credential, err := r.Mint(t.Context(), r.session)
	if err != nil {
		t.Fatal(err)
	}
	if credential.AccessKeyID == "" || credential.SecretAccessKey.Empty() || credential.SessionToken.Empty() || credential.Issued.IsZero() {
		t.Errorf("incomplete: %+v", credential)
	}
	if left := time.Until(credential.Expires); left > time.Hour || left < 59*time.Minute {
		t.Errorf("lives for %s, want an hour", left)
	}
}

// TestSessionEndsWithTheCheckout holds that less than AWS's shortest session can
// be had all the same.
func TestSessionEndsWithTheCheckout(t *testing.T) {
	r := newRig(t)
	r.session.Duration, r.session.End = 15*time.Minute, time.Now().Add(5*time.Minute)
	credential, err := r.Mint(t.Context(), r.session)
	if err != nil {
		t.Fatal(err)
	}
	if credential.Expires.After(r.session.End) {
		t.Errorf("ends at %s, after the checkout's end %s", credential.Expires, r.session.End)
	}
}

// TestRefused holds what a person reads when AWS says no: its code, and where to
// look.
func TestRefused(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(t *testing.T, r *rig)
		code  jit.Code
		says  []string
	}{
		{"another audience in the trust policy", func(_ *testing.T, r *rig) {
			r.account.AddRole(fake.Role{Name: "EKS-Pod-Manager", Path: "/team/", Trust: trust("https://other/saml", "sts:AssumeRoleWithSAML")})
		}, jit.Denied, []string{"AccessDenied", "trust policy", signIn}},
		{"tags without sts:TagSession", func(_ *testing.T, r *rig) {
			r.session.Tags = map[string]string{"checkout": "c-1"}
		}, jit.Denied, []string{"AccessDenied", "sts:TagSession"}},
		{"a role that is not there", func(_ *testing.T, r *rig) {
			r.session.Role = "arn:aws:iam::196226166352:role/Other"
		}, jit.Denied, []string{"AccessDenied"}},
		{"another broker's key", func(t *testing.T, r *rig) {
			r.Provider = newProvider(t, "https://jit.example.com")
		}, jit.Denied, []string{"InvalidIdentityToken", "jit-broker saml metadata"}},
		{"another broker's name", func(t *testing.T, r *rig) {
			r.Provider = newProvider(t, "https://other.example.com")
		}, jit.Denied, []string{"InvalidIdentityToken"}},
		{"an audience AWS does not expect", func(_ *testing.T, r *rig) {
			r.session.Audience = "urn:other"
		}, jit.Denied, []string{"InvalidIdentityToken", "audience"}},
		{"clocks that differ by an hour", func(_ *testing.T, r *rig) {
			r.account.SetClock(time.Hour)
		}, jit.Denied, []string{"ExpiredTokenException", "clock"}},
		{"longer than the role allows", func(_ *testing.T, r *rig) {
			r.session.Duration = 2 * time.Hour
		}, jit.Denied, []string{"ValidationError", "MaxSessionDuration", "the profile's maxSession", "2h0m0s was asked for"}},
		{"throttled", func(_ *testing.T, r *rig) {
			r.account.Fail("AssumeRoleWithSAML", fake.Fault{Status: 400, Code: "Throttling", Message: "Rate exceeded"})
		}, jit.Unavailable, []string{"Throttling"}},
		{"AWS out of order", func(_ *testing.T, r *rig) {
			r.account.Fail("AssumeRoleWithSAML", fake.Fault{Status: 503, Code: "ServiceUnavailable"})
		}, jit.Unavailable, []string{"503", "twice"}},
		{"nobody there", func(_ *testing.T, r *rig) {
			_ = r.account.Close()
		}, jit.Unavailable, []string{"not reached"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			tt.spoil(t, r)
			_, err := r.Mint(t.Context(), r.session)
			if jit.CodeOf(err) != tt.code {
				t.Fatalf("%v, want %s", err, tt.code)
			}
			if unsent := errors.Is(err, broker.ErrUnsent); unsent != (tt.name == "nobody there") {
				t.Errorf("%v is unsent: %v", err, unsent)
			}
			for _, text := range tt.says {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("%q does not say %q", err, text)
				}
			}
		})
	}
}

// TestTags holds that tags and source identity pass where the trust policy
// allows them.
func TestTags(t *testing.T) {
	r := newRig(t)
	r.session.Tags = map[string]string{"checkout": "c-1", "profile": "EKS Pöd Manager: a/b"}
	r.account.AddRole(fake.Role{Name: "EKS-Pod-Manager", Path: "/team/", Trust: trust(signIn, "sts:AssumeRoleWithSAML", "sts:TagSession", "sts:SetSourceIdentity")})
	if _, err := r.Mint(t.Context(), r.session); err != nil {
		t.Fatal(err)
	}
}

// TestOneAssertionOneUse holds that the account refuses an assertion that it has
// seen, so that each call of ours must carry its own.
func TestOneAssertionOneUse(t *testing.T) {
	r := newRig(t)
	assertion, err := r.Provider.Assert(r.session, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{
		"Action": {"AssumeRoleWithSAML"}, "Version": {"2011-06-15"}, "RoleArn": {r.session.Role},
		"PrincipalArn": {providerARN}, "SAMLAssertion": {assertion.Reveal()},
	}
	for i, want := range []int{200, 400} {
		response, err := r.Client.PostForm("https://sts.amazonaws.com/", form)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("use %d: %s, want %d", i+1, response.Status, want)
		}
	}
	for range 2 {
		if _, err := r.Mint(t.Context(), r.session); err != nil {
			t.Error(err)
		}
	}
}
