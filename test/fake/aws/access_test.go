package aws_test

import (
	"slices"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"

	"github.com/kubectl-jit/kubectl-jit/test/fake/aws"
)

const nodes = "arn:aws:iam::" + account + ":role/nodes"

// withEntries is an account whose cluster "sandbox" has access entries.
func withEntries(t *testing.T) *aws.Server {
	s := start(t)
	s.AddRole(aws.Role{Name: "nodes"})
	s.AddCluster(aws.Cluster{Name: "sandbox", Region: "eu-central-1", AuthenticationMode: "API"})
	s.AddAccessEntry("eu-central-1", "sandbox", aws.AccessEntry{Principal: nodes, Type: "EC2_LINUX"})
	return s
}

func TestAccessEntries(t *testing.T) {
	s := withEntries(t)
	c := eksClient(t, s, s.Issue("EKS-Cluster-Admin", alice, time.Hour))
	sandbox, principal := awssdk.String("sandbox"), awssdk.String(podRole)
	made, err := c.CreateAccessEntry(t.Context(), &eks.CreateAccessEntryInput{
		ClusterName: sandbox, PrincipalArn: principal, KubernetesGroups: []string{"pod-managers"}, ClientRequestToken: awssdk.String("once"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if e := made.AccessEntry; *e.Type != "STANDARD" || *e.Username != "arn:aws:sts::196226166352:assumed-role/EKS-Pod-Manager/{{SessionName}}" || e.CreatedAt == nil {
		t.Errorf("made %+v", e)
	}
	var arns []string
	pages := eks.NewListAccessEntriesPaginator(c, &eks.ListAccessEntriesInput{ClusterName: sandbox, MaxResults: awssdk.Int32(1)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		arns = append(arns, page.AccessEntries...)
	}
	if want := []string{nodes, podRole}; !slices.Equal(arns, want) {
		t.Errorf("listed %v, want %v", arns, want)
	}
	changed, err := c.UpdateAccessEntry(t.Context(), &eks.UpdateAccessEntryInput{ClusterName: sandbox, PrincipalArn: principal, Username: awssdk.String("jit:{{SessionNameRaw}}")})
	if err != nil || !slices.Equal(changed.AccessEntry.KubernetesGroups, []string{"pod-managers"}) || *changed.AccessEntry.Username != "jit:{{SessionNameRaw}}" {
		t.Errorf("what was not given did not stay: %+v, %v", changed, err)
	}
	if _, err := c.DeleteAccessEntry(t.Context(), &eks.DeleteAccessEntryInput{ClusterName: sandbox, PrincipalArn: principal}); err != nil {
		t.Fatal(err)
	}
	_, err = c.DescribeAccessEntry(t.Context(), &eks.DescribeAccessEntryInput{ClusterName: sandbox, PrincipalArn: principal})
	refused(t, "a deleted entry", err, "ResourceNotFoundException")
	one, err := c.DescribeAccessEntry(t.Context(), &eks.DescribeAccessEntryInput{ClusterName: sandbox, PrincipalArn: awssdk.String(nodes)})
	if err != nil || *one.AccessEntry.Type != "EC2_LINUX" || *one.AccessEntry.Username != "system:node:{{EC2PrivateDNSName}}" {
		t.Errorf("the nodes: %+v, %v", one, err)
	}
}

func TestAccessEntriesRefused(t *testing.T) {
	s := withEntries(t)
	c := eksClient(t, s, s.Issue("EKS-Cluster-Admin", alice, time.Hour))
	create := func(cluster, arn, username, kind string, groups ...string) error {
		input := &eks.CreateAccessEntryInput{ClusterName: &cluster, PrincipalArn: &arn, KubernetesGroups: groups}
		if username != "" {
			input.Username = &username
		}
		if kind != "" {
			input.Type = &kind
		}
		_, err := c.CreateAccessEntry(t.Context(), input)
		return err
	}
	tests := []struct {
		name, code string
		err        error
	}{
		{"a cluster with aws-auth only", "InvalidRequestException", create("other", podRole, "", "")},
		{"no such cluster", "ResourceNotFoundException", create("none", podRole, "", "")},
		{"a role without its path", "InvalidParameterException", create("sandbox", "arn:aws:iam::"+account+":role/EKS-Pod-Manager", "", "")},
		{"a session", "InvalidParameterException", create("sandbox", "arn:aws:sts::"+account+":assumed-role/EKS-Pod-Manager/me", "", "")},
		{"there already", "ResourceInUseException", create("sandbox", nodes, "", "")},
		{"a group of Kubernetes' own", "InvalidParameterException", create("sandbox", podRole, "", "", "system:masters")},
		{"a name of Kubernetes' own", "InvalidParameterException", create("sandbox", podRole, "system:admin", "")},
		{"a type that is none", "InvalidParameterException", create("sandbox", podRole, "", "STRANGE")},
		{"a node with groups", "InvalidParameterException", create("sandbox", podRole, "", "EC2_LINUX", "x")},
	}
	for _, tt := range tests {
		refused(t, tt.name, tt.err, tt.code)
	}
	pod := eksClient(t, s, s.Issue("EKS-Pod-Manager", alice, time.Hour))
	_, err := pod.ListAccessEntries(t.Context(), &eks.ListAccessEntriesInput{ClusterName: awssdk.String("sandbox")})
	refused(t, "a role without eks rights", err, "AccessDeniedException")
	_, err = pod.DeleteAccessEntry(t.Context(), &eks.DeleteAccessEntryInput{ClusterName: awssdk.String("sandbox"), PrincipalArn: awssdk.String(nodes)})
	refused(t, "a role without eks rights", err, "AccessDeniedException")
}
