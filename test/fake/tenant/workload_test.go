package tenant_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-jit/kubectl-jit/test/fake/tenant"
)

func mustParse(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestOIDC(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newTenant(tenant.Options{})
		trusted := x.AddIssuer(tenant.Issuer{URL: "https://ci.example.com", Audience: "britive", Members: map[string]string{"repo:a": "ci", "repo:gone": "gone"}})
		other := newTenant(tenant.Options{}).AddIssuer(*trusted)
		token := trusted.Token("repo:a", time.Hour)
		who := as(t, x, "WorkloadToken OIDC::"+token).must("POST", "/api/auth/validate", "").(map[string]any)["authenticationResult"].(map[string]any)
		if who["username"] != "ci" || who["type"] != "ServiceIdentity" {
			t.Errorf("signed in: %v", who)
		}
		for name, auth := range map[string]string{
			"a foreign key":      "WorkloadToken OIDC::" + other.Token("repo:a", time.Hour),
			"an unknown subject": "WorkloadToken OIDC::" + trusted.Token("repo:b", time.Hour),
			"nobody's subject":   "WorkloadToken OIDC::" + trusted.Token("repo:gone", time.Hour),
			"another prefix":     "WorkloadToken JWT::" + token,
			"another scheme":     "Bearer " + token,
		} {
			t.Log(name)
			as(t, x, auth).fails(401, "E0000", "GET", "/api/features", "")
		}
		time.Sleep(time.Hour)
		as(t, x, "WorkloadToken OIDC::"+token).fails(401, "E0000", "GET", "/api/features", "")
	})
}

// awsToken is what a workload in AWS sends, changed by a test.
func awsToken(t *testing.T, url string, headers map[string]string) string {
	t.Helper()
	text, err := json.Marshal(map[string]any{
		"iam_request_url": url, "iam_request_body": "Action=GetCallerIdentity&Version=2011-06-15", "iam_request_headers": headers,
	})
	if err != nil {
		t.Fatal(err)
	}
	return "WorkloadToken AWS::" + base64.URLEncoding.EncodeToString(text)
}

func TestAWSIdentity(t *testing.T) {
	const arn = "arn:aws:sts::196226166352:assumed-role/ci/run-7"
	var asked []string
	x := newTenant(tenant.Options{STS: func(r *http.Request) (string, error) {
		asked = append(asked, r.URL.Host)
		return arn, nil
	}})
	x.AddWorkload(arn, "ci")
	good := map[string]string{
		"x-amz-date": time.Now().UTC().Format("20060102T150405Z"), "x-britive-workload-aws-tenant": "acme.britive-app.com",
		"x-britive-expires": time.Now().Add(time.Minute).UTC().Format("20060102T150405Z"),
		"authorization":     "AWS4-HMAC-SHA256 Credential=A/B, SignedHeaders=host;x-amz-date;x-britive-expires;x-britive-workload-aws-tenant, Signature=00",
	}
	const sts = "https://sts.eu-central-1.amazonaws.com/"
	as(t, x, awsToken(t, sts, good)).must("GET", "/api/features", "")
	changed := func(name, value string) map[string]string {
		h := maps.Clone(good)
		h[name] = value
		return h
	}
	for name, auth := range map[string]string{
		"another host":   awsToken(t, "https://sts.amazonaws.com.evil.example.com/", good),
		"plain HTTP":     awsToken(t, "http://sts.amazonaws.com/", good),
		"another tenant": awsToken(t, sts, changed("x-britive-workload-aws-tenant", "evil.britive-app.com")),
		"late":           awsToken(t, sts, changed("x-britive-expires", "20200101T000000Z")),
		"not signed":     awsToken(t, sts, changed("authorization", "AWS4-HMAC-SHA256 Credential=A/B, SignedHeaders=host;x-amz-date;x-britive-expires, Signature=00")),
	} {
		t.Log(name)
		as(t, x, auth).fails(401, "E0000", "GET", "/api/features", "")
	}
	if len(asked) != 1 || asked[0] != "sts.eu-central-1.amazonaws.com" {
		t.Errorf("STS was asked at %q", asked)
	}
}
