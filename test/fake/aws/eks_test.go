package aws_test

import (
	"slices"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"

	"github.com/kubectl-jit/kubectl-jit/test/fake/aws"
)

func eksClient(t *testing.T, s *aws.Server, keys aws.Keys) *eks.Client {
	return eks.New(eks.Options{Region: "eu-central-1", Credentials: provider(keys), HTTPClient: client(t, s), RetryMaxAttempts: 1})
}

func TestEKSRefused(t *testing.T) {
	s := start(t)
	sandbox := &eks.DescribeClusterInput{Name: awssdk.String("sandbox")}
	pod := s.Issue("EKS-Pod-Manager", alice, time.Hour)
	_, err := eksClient(t, s, pod).ListClusters(t.Context(), nil)
	refused(t, "a role without eks rights", err, "AccessDeniedException")
	_, err = eksClient(t, s, pod).DescribeCluster(t.Context(), sandbox)
	refused(t, "a role without eks rights", err, "AccessDeniedException")

	admin := s.Issue("EKS-Cluster-Admin", alice, time.Hour)
	_, err = eksClient(t, s, admin).DescribeCluster(t.Context(), &eks.DescribeClusterInput{Name: awssdk.String("sandbx")})
	refused(t, "an unknown cluster", err, "ResourceNotFoundException")
	_, err = eksClient(t, s, admin).DescribeCluster(t.Context(), &eks.DescribeClusterInput{Name: awssdk.String("elsewhere")})
	refused(t, "another region's cluster", err, "ResourceNotFoundException")
	_, err = eksClient(t, s, admin).CreateCluster(t.Context(), &eks.CreateClusterInput{
		Name: awssdk.String("x"), RoleArn: awssdk.String("x"), ResourcesVpcConfig: nil,
	})
	if err == nil {
		t.Error("a cluster was made")
	}
	_, err = eksClient(t, s, admin).ListAddons(t.Context(), &eks.ListAddonsInput{ClusterName: awssdk.String("sandbox")})
	refused(t, "what is not there", err, "MissingAuthenticationTokenException")
	wrong := admin
	wrong.SecretAccessKey += "x"
	_, err = eksClient(t, s, wrong).DescribeCluster(t.Context(), sandbox)
	refused(t, "a wrong secret", err, "InvalidSignatureException")
	wrong = admin
	wrong.SessionToken = "other"
	_, err = eksClient(t, s, wrong).DescribeCluster(t.Context(), sandbox)
	refused(t, "another session's token", err, "UnrecognizedClientException")
	s.SetClock(2 * time.Hour)
	_, err = eksClient(t, s, admin).DescribeCluster(t.Context(), sandbox)
	refused(t, "an ended session", err, "ExpiredTokenException")
	if calls := s.Calls(); calls["DescribeCluster"] != 6 || calls["ListClusters"] != 1 {
		t.Errorf("calls counted: %v", calls)
	}
}

func TestEKS(t *testing.T) {
	s := start(t)
	c := eksClient(t, s, s.Issue("EKS-Cluster-Admin", alice, time.Hour))
	var names []string
	pages := eks.NewListClustersPaginator(c, &eks.ListClustersInput{MaxResults: awssdk.Int32(2)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, page.Clusters...)
	}
	if want := []string{"other", "sandbox", "third"}; !slices.Equal(names, want) {
		t.Errorf("clusters %v, want %v", names, want)
	}
	one, err := c.DescribeCluster(t.Context(), &eks.DescribeClusterInput{Name: awssdk.String("sandbox")})
	if err != nil {
		t.Fatal(err)
	}
	if got := one.Cluster; *got.Endpoint != "https://127.0.0.1:6443" || *got.Arn != "arn:aws:eks:eu-central-1:196226166352:cluster/sandbox" || *got.CertificateAuthority.Data != "UEVN" {
		t.Errorf("%+v", got)
	}
}
