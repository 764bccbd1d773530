package aws_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	pluginseks "github.com/kubectl-jit/kubectl-jit/plugins/eks"
	"github.com/kubectl-jit/kubectl-jit/test/fake/aws"
)

// start serves an account with one role of each kind.
func start(t *testing.T) *aws.Server {
	t.Helper()
	s, err := aws.Start(aws.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	s.AddRole(aws.Role{Name: "EKS-Pod-Manager", Path: "/team/"})
	s.AddRole(aws.Role{Name: "EKS-Cluster-Admin", Actions: []string{"eks:*"}})
	s.AddRole(aws.Role{Name: "Chained", MaxSession: 4 * time.Hour, Trust: []aws.Statement{{
		AWS: "arn:aws:iam::196226166352:root", Actions: []string{"sts:AssumeRole"},
		Conditions: map[string][]string{"sts:ExternalId": {"jit"}},
	}}})
	s.AddCluster(aws.Cluster{Name: "sandbox", Region: "eu-central-1", Endpoint: "https://127.0.0.1:6443", CAData: []byte("PEM")})
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

func TestGetCallerIdentity(t *testing.T) {
	s := start(t)
	keys := s.Issue("EKS-Pod-Manager", "alice@example.com", time.Hour)
	answer, err := stsClient(t, s, keys).GetCallerIdentity(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := *answer.Arn, "arn:aws:sts::196226166352:assumed-role/EKS-Pod-Manager/alice@example.com"; got != want {
		t.Errorf("ARN %s, want %s: STS drops the role's path", got, want)
	}
	if !strings.HasPrefix(*answer.UserId, "AROA") || !strings.HasSuffix(*answer.UserId, ":alice@example.com") {
		t.Errorf("user id %s", *answer.UserId)
	}

	wrong := keys
	wrong.SecretAccessKey += "x"
	_, err = stsClient(t, s, wrong).GetCallerIdentity(t.Context(), nil)
	refused(t, "a wrong secret", err, "SignatureDoesNotMatch")
	wrong = keys
	wrong.SessionToken = "another"
	_, err = stsClient(t, s, wrong).GetCallerIdentity(t.Context(), nil)
	refused(t, "another session's token", err, "InvalidClientTokenId")
	s.SetClock(2 * time.Hour)
	_, err = stsClient(t, s, keys).GetCallerIdentity(t.Context(), nil)
	refused(t, "an ended session", err, "ExpiredToken")
	if got := s.Calls()["GetCallerIdentity"]; got != 4 {
		t.Errorf("%d calls counted, want 4", got)
	}
}

// TestPresigned sends the URL inside an EKS token, as the authenticator does.
func TestPresigned(t *testing.T) {
	s := start(t)
	keys := s.Issue("EKS-Pod-Manager", "alice@example.com", time.Hour)
	token, err := pluginseks.Issuer{}.Token(t.Context(), jit.Cluster{Name: "sandbox", Region: "eu-central-1"}, jit.Credential{
		AccessKeyID: keys.AccessKeyID, SecretAccessKey: jit.NewSecret(keys.SecretAccessKey), SessionToken: jit.NewSecret(keys.SessionToken), Expires: keys.Expiration,
	}, keys.Expiration)
	if err != nil {
		t.Fatal(err)
	}
	presigned, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(token.Value.Reveal(), "k8s-aws-v1."))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, url, cluster string
		clock              time.Duration
		status             int
		says               string
	}{
		{"as signed", string(presigned), "sandbox", 0, 200, "assumed-role/EKS-Pod-Manager/alice@example.com"},
		{"another cluster", string(presigned), "other", 0, 403, "SignatureDoesNotMatch"},
		{"another action", strings.Replace(string(presigned), "GetCallerIdentity", "AssumeRole", 1), "sandbox", 0, 403, "SignatureDoesNotMatch"},
		{"14 minutes later", string(presigned), "sandbox", 14 * time.Minute, 200, "alice@example.com"},
		{"16 minutes later", string(presigned), "sandbox", 16 * time.Minute, 403, "Signature expired"},
		{"16 minutes earlier", string(presigned), "sandbox", -16 * time.Minute, 403, "not yet current"},
	}
	for _, tt := range tests {
		s.SetClock(tt.clock)
		status, body := get(t.Context(), t, client(t, s), tt.url, tt.cluster)
		if status != tt.status || !strings.Contains(body, tt.says) {
			t.Errorf("%s: %d %s, want %d %s", tt.name, status, body, tt.status, tt.says)
		}
	}
}

func get(ctx context.Context, t *testing.T, client *http.Client, address, cluster string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("x-k8s-aws-id", cluster)
	request.Header.Set("Accept", "application/json")
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var body strings.Builder
	if err := response.Write(&body); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, body.String()
}

func TestAssumeRole(t *testing.T) {
	s := start(t)
	keys := s.Issue("EKS-Pod-Manager", "alice@example.com", time.Hour)
	assume := func(role, external string, seconds int32) (*sts.AssumeRoleOutput, error) {
		in := &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: awssdk.String("alice@example.com"), DurationSeconds: &seconds}
		if external != "" {
			in.ExternalId = &external
		}
		return stsClient(t, s, keys).AssumeRole(t.Context(), in)
	}
	const chained = "arn:aws:iam::196226166352:role/Chained"
	out, err := assume(chained, "jit", 3600)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(*out.AssumedRoleUser.Arn, "assumed-role/Chained/alice@example.com") {
		t.Errorf("ARN %s", *out.AssumedRoleUser.Arn)
	}
	_, err = assume(chained, "", 3600)
	refused(t, "no external id", err, "AccessDenied")
	_, err = assume(chained, "other", 3600)
	refused(t, "another external id", err, "AccessDenied")
	_, err = assume(chained, "jit", 3601)
	refused(t, "a chained role for over an hour", err, "ValidationError")
	_, err = assume("arn:aws:iam::196226166352:role/EKS-Cluster-Admin", "jit", 900)
	refused(t, "a role that trusts nobody", err, "AccessDenied")
}

func TestEKS(t *testing.T) {
	s := start(t)
	eksClient := func(role string) *eks.Client {
		keys := s.Issue(role, "alice@example.com", time.Hour)
		return eks.New(eks.Options{Region: "eu-central-1", Credentials: provider(keys), HTTPClient: client(t, s), RetryMaxAttempts: 1})
	}
	_, err := eksClient("EKS-Pod-Manager").ListClusters(t.Context(), nil)
	refused(t, "a role without eks rights", err, "AccessDeniedException")
	_, err = eksClient("EKS-Pod-Manager").DescribeCluster(t.Context(), &eks.DescribeClusterInput{Name: awssdk.String("sandbox")})
	refused(t, "a role without eks rights", err, "AccessDeniedException")
	admin := eksClient("EKS-Cluster-Admin")
	list, err := admin.ListClusters(t.Context(), nil)
	if err != nil || len(list.Clusters) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	one, err := admin.DescribeCluster(t.Context(), &eks.DescribeClusterInput{Name: awssdk.String("sandbox")})
	if err != nil || *one.Cluster.Endpoint != "https://127.0.0.1:6443" {
		t.Fatalf("%v, %v", one, err)
	}
	_, err = admin.DescribeCluster(t.Context(), &eks.DescribeClusterInput{Name: awssdk.String("sandbx")})
	refused(t, "an unknown cluster", err, "ResourceNotFoundException")
}

// TestNothingLeaves holds that the proxy leads nowhere but to the stand-in.
func TestNothingLeaves(t *testing.T) {
	s := start(t)
	for _, address := range []string{"https://s3.amazonaws.com/", "https://sts.amazonaws.com.example.org/", "https://example.org/", "https://sts.amazonaws.com:8443/"} {
		if response, err := client(t, s).Get(address); err == nil {
			response.Body.Close()
			t.Errorf("%s was reached", address)
		}
	}
}
