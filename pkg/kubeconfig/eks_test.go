package kubeconfig_test

import (
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
)

func TestEKS(t *testing.T) {
	const arn = "arn:aws:eks:eu-central-1:196226166352:cluster/sandbox"
	exec := func(command, args string) *kubeconfig.Exec {
		return &kubeconfig.Exec{Command: command, Args: strings.Fields(args)}
	}
	server := func(url string) kubeconfig.ClusterEntry { return kubeconfig.ClusterEntry{Server: url} }
	sandbox := jit.Cluster{Name: "sandbox", Region: "eu-central-1"}
	inRegion := jit.Cluster{Region: "eu-central-1"}
	env := exec("aws", "eks get-token --cluster-name sandbox")
	env.Env = map[string]string{"AWS_REGION": "eu-central-1"}
	tests := []struct {
		name  string
		entry kubeconfig.Entry
		want  jit.Cluster
	}{
		{"the cluster's ARN", kubeconfig.Entry{Cluster: arn}, sandbox},
		{"the context's ARN", kubeconfig.Entry{Context: arn, Cluster: "c"}, sandbox},
		{"the user's ARN", kubeconfig.Entry{User: arn}, sandbox},
		{"another partition", kubeconfig.Entry{Cluster: "arn:aws-us-gov:eks:us-gov-west-1:196226166352:cluster/a_b"}, jit.Cluster{Name: "a_b", Region: "us-gov-west-1"}},
		{"eksctl's cluster", kubeconfig.Entry{Cluster: "sandbox.eu-central-1.eksctl.io"}, sandbox},
		{"eksctl's user", kubeconfig.Entry{User: "me@x.org@sandbox.eu-central-1.eksctl.io"}, sandbox},
		{"the endpoint", kubeconfig.Entry{ClusterEntry: server("https://ABC.gr7.eu-central-1.eks.amazonaws.com")}, inRegion},
		{"the endpoint in China", kubeconfig.Entry{ClusterEntry: server("https://ABC.gr7.cn-north-1.eks.amazonaws.com.cn:443")}, jit.Cluster{Region: "cn-north-1"}},
		{"the endpoint of IPv6", kubeconfig.Entry{ClusterEntry: server("https://ABC.eks-cluster.eu-central-1.api.aws")}, inRegion},
		{"a host that only looks like it", kubeconfig.Entry{ClusterEntry: server("https://x.eu-central-1.eks.amazonaws.com.evil.org")}, jit.Cluster{}},
		{"the AWS CLI", kubeconfig.Entry{Exec: exec("aws", "--region eu-central-1 eks get-token --cluster-name sandbox --output json")}, sandbox},
		{"the AWS CLI with =", kubeconfig.Entry{Exec: exec("/usr/bin/aws", "eks get-token --region=eu-central-1 --cluster-name=sandbox")}, sandbox},
		{"a cluster id", kubeconfig.Entry{Exec: exec("aws", "--region eu-central-1 eks get-token --cluster-id sandbox")}, sandbox},
		{"behind a wrapper", kubeconfig.Entry{Exec: exec("aws-vault", "exec p -- aws --region eu-central-1 eks get-token --cluster-name sandbox")}, sandbox},
		{"aws-iam-authenticator", kubeconfig.Entry{Exec: exec("aws-iam-authenticator", "token -i sandbox --region eu-central-1")}, sandbox},
		{"our own", kubeconfig.Entry{Exec: exec("/opt/bin/kubectl-jit_access", "get-token --tenant https://b --profile a/b/c --cluster sandbox --region eu-central-1")}, sandbox},
		{"the region in the environment", kubeconfig.Entry{Exec: env}, sandbox},
		{"the name from the arguments, the region from the endpoint",
			kubeconfig.Entry{Exec: exec("aws", "eks get-token --cluster-name sandbox"), ClusterEntry: server("https://ABC.gr7.eu-central-1.eks.amazonaws.com")}, sandbox},
		{"kubelogin", kubeconfig.Entry{Exec: exec("kubelogin", "get-token --cluster-name sandbox --region eu-central-1")}, jit.Cluster{}},
		{"no EKS cluster", kubeconfig.Entry{Context: "kind", Cluster: "kind", ClusterEntry: server("https://127.0.0.1:6443")}, jit.Cluster{}},
	}
	for _, tt := range tests {
		got, ok := new(kubeconfig.Files).EKS(tt.entry)
		if got != tt.want || ok != (tt.want != jit.Cluster{}) {
			t.Errorf("%s: %+v, %v, want %+v", tt.name, got, ok, tt.want)
		}
	}
}
