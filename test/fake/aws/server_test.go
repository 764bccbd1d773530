package aws_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/kubectl-jit/kubectl-jit/test/fake/aws"
)

const (
	account = "196226166352"
	root    = "arn:aws:iam::" + account + ":root"
	podRole = "arn:aws:iam::" + account + ":role/team/EKS-Pod-Manager"
	alice   = "alice@example.com"
)

// start serves an account with one role of each kind.
func start(t *testing.T) *aws.Server {
	t.Helper()
	s, err := aws.Start(aws.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	s.AddRole(aws.Role{Name: "EKS-Pod-Manager", Path: "/team/", Trust: trustBroker("sts:AssumeRoleWithSAML")})
	s.AddRole(aws.Role{Name: "EKS-Cluster-Admin", Actions: []string{"eks:*", "sts:AssumeRole"}})
	s.AddRole(aws.Role{Name: "Auditor", Actions: []string{"iam:List*", "iam:Get*"}})
	for _, name := range []string{"sandbox", "other", "third"} {
		s.AddCluster(aws.Cluster{Name: name, Region: "eu-central-1", Endpoint: "https://127.0.0.1:6443", CAData: []byte("PEM")})
	}
	s.AddCluster(aws.Cluster{Name: "elsewhere", Region: "us-east-1"})
	return s
}

// client reaches the account by its proxy, as a program with HTTPS_PROXY and
// SSL_CERT_FILE does.
func client(t *testing.T, s *aws.Server) *http.Client {
	t.Helper()
	proxy, err := url.Parse(s.Proxy())
	if err != nil {
		t.Fatal(err)
	}
	ca, err := os.ReadFile(s.CAFile())
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	transport := &http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{RootCAs: roots}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func provider(k aws.Keys) awssdk.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider(k.AccessKeyID, k.SecretAccessKey, k.SessionToken)
}

func stsClient(t *testing.T, s *aws.Server, k aws.Keys) *sts.Client {
	return sts.New(sts.Options{Region: "eu-central-1", Credentials: provider(k), HTTPClient: client(t, s), RetryMaxAttempts: 1})
}

// refused holds that AWS's own code came back.
func refused(t *testing.T, what string, err error, code string) {
	t.Helper()
	answer, ok := errors.AsType[smithy.APIError](err)
	if !ok || answer.ErrorCode() != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

// TestNothingLeaves holds that the proxy leads nowhere but to the stand-in.
func TestNothingLeaves(t *testing.T) {
	s := start(t)
	for _, address := range []string{
		"https://s3.amazonaws.com/", "https://eks.amazonaws.com/", "https://iam.eu-central-1.amazonaws.com/",
		"https://sts.amazonaws.com.example.org/", "https://sts.a.b.amazonaws.com/", "https://example.org/", "https://sts.amazonaws.com:8443/",
	} {
		response, err := client(t, s).Get(address)
		if err == nil {
			response.Body.Close()
			t.Errorf("%s was reached", address)
		} else if !strings.Contains(err.Error(), "Forbidden") {
			t.Errorf("%s: %v, want the proxy's 403", address, err)
		}
	}
	response, err := http.Get(s.Proxy())
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusForbidden {
		t.Errorf("a plain request: %s", response.Status)
	}
}

// TestAnotherHostInside holds that a tunnel to one host is not good for another.
func TestAnotherHostInside(t *testing.T) {
	s := start(t)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://sts.amazonaws.com/", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = "iam.amazonaws.com"
	response, err := client(t, s).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("%s, want 421", response.Status)
	}
}

func TestLatency(t *testing.T) {
	s := start(t)
	keys := s.Issue("EKS-Pod-Manager", alice, time.Hour)
	c := stsClient(t, s, keys)
	const latency = 30 * time.Millisecond
	s.SetLatency(latency)
	begin := time.Now()
	if _, err := c.GetCallerIdentity(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begin); took < latency {
		t.Errorf("answered after %s", took)
	}
}

// TestFault holds that a planted fault comes as often as it was planted, and that
// refused calls are counted as well.
func TestFault(t *testing.T) {
	s := start(t)
	c := stsClient(t, s, s.Issue("EKS-Pod-Manager", alice, time.Hour))
	s.Fail("GetCallerIdentity", aws.Fault{Status: 400, Code: "Throttling", Message: "Rate exceeded", Times: 2})
	for range 2 {
		_, err := c.GetCallerIdentity(t.Context(), nil)
		refused(t, "throttled", err, "Throttling")
	}
	if _, err := c.GetCallerIdentity(t.Context(), nil); err != nil {
		t.Error(err)
	}
	s.Fail("GetCallerIdentity", aws.Fault{Status: 503, Code: "ServiceUnavailable"})
	_, err := c.GetCallerIdentity(t.Context(), nil)
	refused(t, "out of order", err, "ServiceUnavailable")
	s.Fail("GetCallerIdentity", aws.Fault{})
	if _, err := c.GetCallerIdentity(t.Context(), nil); err != nil {
		t.Error(err)
	}
	s.Fail("GetCallerIdentity", aws.Fault{Status: 403, Code: "RegionDisabledException", Region: "us-east-1"})
	if _, err := c.GetCallerIdentity(t.Context(), nil); err != nil {
		t.Error("another region's fault:", err)
	}
	s.Fail("GetCallerIdentity", aws.Fault{Status: 403, Code: "RegionDisabledException", Region: "eu-central-1"})
	_, err = c.GetCallerIdentity(t.Context(), nil)
	refused(t, "the region's own fault", err, "RegionDisabledException")
	if got := s.Calls()["GetCallerIdentity"]; got != 7 {
		t.Errorf("%d calls counted, want 7", got)
	}
}
