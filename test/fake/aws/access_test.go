package aws_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"

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

func TestAccessPolicies(t *testing.T) {
	s := withEntries(t)
	c := eksClient(t, s, s.Issue("EKS-Cluster-Admin", alice, time.Hour))
	sandbox, principal := awssdk.String("sandbox"), awssdk.String(podRole)
	if _, err := c.CreateAccessEntry(t.Context(), &eks.CreateAccessEntryInput{ClusterName: sandbox, PrincipalArn: principal}); err != nil {
		t.Fatal(err)
	}
	associate := func(principal, policy string, scope types.AccessScopeType, namespaces ...string) error {
		_, err := c.AssociateAccessPolicy(t.Context(), &eks.AssociateAccessPolicyInput{
			ClusterName: sandbox, PrincipalArn: &principal, PolicyArn: &policy, AccessScope: &types.AccessScope{Type: scope, Namespaces: namespaces},
		})
		return err
	}
	list := func() (all []string) {
		pages := eks.NewListAssociatedAccessPoliciesPaginator(c, &eks.ListAssociatedAccessPoliciesInput{ClusterName: sandbox, PrincipalArn: principal, MaxResults: awssdk.Int32(1)})
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range page.AssociatedAccessPolicies {
				all = append(all, *p.PolicyArn+" "+string(p.AccessScope.Type)+" "+strings.Join(p.AccessScope.Namespaces, ","))
			}
		}
		return all
	}
	const view, edit = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy", "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy"
	for _, err := range []error{
		associate(podRole, view, types.AccessScopeTypeNamespace, "shop"),
		associate(podRole, edit, types.AccessScopeTypeNamespace, "shop", "dev-*"),
		associate(podRole, view, types.AccessScopeTypeCluster),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if got, want := list(), []string{edit + " namespace shop,dev-*", view + " cluster "}; !slices.Equal(got, want) {
		t.Errorf("associated %q, want %q", got, want)
	}
	for name, tt := range map[string]struct {
		code string
		err  error
	}{
		"nodes":                  {"InvalidRequestException", associate(nodes, view, types.AccessScopeTypeCluster)},
		"nobody":                 {"ResourceNotFoundException", associate(podRole+"x", view, types.AccessScopeTypeCluster)},
		"no policy":              {"InvalidParameterException", associate(podRole, "AmazonEKSViewPolicy", types.AccessScopeTypeCluster)},
		"an unknown policy":      {"ResourceNotFoundException", associate(podRole, view+"2", types.AccessScopeTypeCluster)},
		"no namespace":           {"InvalidParameterException", associate(podRole, view, types.AccessScopeTypeNamespace)},
		"a namespace too many":   {"InvalidParameterException", associate(podRole, view, types.AccessScopeTypeCluster, "shop")},
		"a scope that is no one": {"InvalidParameterException", associate(podRole, view, "galaxy")},
	} {
		refused(t, name, tt.err, tt.code)
	}
	drop := &eks.DisassociateAccessPolicyInput{ClusterName: sandbox, PrincipalArn: principal, PolicyArn: awssdk.String(edit)}
	if _, err := c.DisassociateAccessPolicy(t.Context(), drop); err != nil {
		t.Fatal(err)
	}
	_, err := c.DisassociateAccessPolicy(t.Context(), drop)
	refused(t, "a second time", err, "ResourceNotFoundException")

	// they go with the entry
	if _, err := c.DeleteAccessEntry(t.Context(), &eks.DeleteAccessEntryInput{ClusterName: sandbox, PrincipalArn: principal}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateAccessEntry(t.Context(), &eks.CreateAccessEntryInput{ClusterName: sandbox, PrincipalArn: principal}); err != nil {
		t.Fatal(err)
	}
	if got := list(); len(got) != 0 {
		t.Errorf("after a new entry: %q", got)
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
