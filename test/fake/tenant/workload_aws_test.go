package tenant_test

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/kubectl-jit/kubectl-jit/test/fake/aws"
	"github.com/kubectl-jit/kubectl-jit/test/fake/tenant"
)

// TestAWSWorkload signs a call as a workload does, and has the stand-in for AWS
// say whose it is.
func TestAWSWorkload(t *testing.T) {
	account, err := aws.Start(aws.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = account.Close() })
	account.AddRole(aws.Role{Name: "ci"})
	keys := account.Issue("ci", "run-7", time.Hour)
	x := newTenant(tenant.Options{STS: account.CallerIdentity})
	x.AddWorkload("arn:aws:sts::196226166352:assumed-role/ci/run-7", "ci")

	headers := signedBy(t, keys)
	who := as(t, x, awsToken(t, "https://sts.us-east-1.amazonaws.com/", headers)).must("POST", "/api/auth/validate", "")
	if name := who.(map[string]any)["authenticationResult"].(map[string]any)["username"]; name != "ci" {
		t.Errorf("signed in as %v", name)
	}
	changed := maps.Clone(headers)
	changed["x-britive-expires"] = time.Now().Add(24 * time.Hour).UTC().Format("20060102T150405Z")
	as(t, x, awsToken(t, "https://sts.us-east-1.amazonaws.com/", changed)).fails(401, "E0000", "GET", "/api/features", "")
	keys.SecretAccessKey += "x"
	as(t, x, awsToken(t, "https://sts.us-east-1.amazonaws.com/", signedBy(t, keys))).fails(401, "E0000", "GET", "/api/features", "")
}

// signedBy are the headers of a signed GetCallerIdentity, as Britive's SDK sends
// them: host is signed and left out.
func signedBy(t *testing.T, keys aws.Keys) map[string]string {
	t.Helper()
	const body = "Action=GetCallerIdentity&Version=2011-06-15"
	r, err := http.NewRequest(http.MethodPost, "https://sts.us-east-1.amazonaws.com/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.ContentLength = -1 // the SDK signs no length
	r.Header.Set("x-britive-workload-aws-tenant", "acme.britive-app.com")
	r.Header.Set("x-britive-expires", time.Now().Add(15*time.Minute).UTC().Format("20060102T150405Z"))
	sum := sha256.Sum256([]byte(body))
	credentials := awssdk.Credentials{AccessKeyID: keys.AccessKeyID, SecretAccessKey: keys.SecretAccessKey, SessionToken: keys.SessionToken}
	if err := v4.NewSigner().SignHTTP(t.Context(), credentials, r, hex.EncodeToString(sum[:]), "sts", "us-east-1", time.Now()); err != nil {
		t.Fatal(err)
	}
	headers := map[string]string{}
	for name := range r.Header {
		headers[strings.ToLower(name)] = r.Header.Get(name)
	}
	return headers
}
