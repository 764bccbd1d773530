package account

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Policy is an access policy that is associated with an access entry: rights that
// EKS gives beside RBAC.
type Policy struct {
	ARN        string
	Namespaces []string // where it holds, with wildcards; none is the whole cluster
}

// ParsePolicy reads "AmazonEKSViewPolicy", for the whole cluster, or
// "AmazonEKSViewPolicy=shop,dev-*", for these namespaces. The policy may stand as its
// ARN, too; by its name it is one of AWS's own, of the partition of the principal.
// Codes: invalid.
func ParsePolicy(text, principal string) (Policy, error) {
	name, list, scoped := strings.Cut(text, "=")
	p := Policy{ARN: name}
	if !strings.HasPrefix(name, "arn:") {
		p.ARN = ownPolicies(principal) + name
	}
	if scoped {
		p.Namespaces = strings.Split(list, ",")
		slices.Sort(p.Namespaces)
	}
	if name == "" || slices.Contains(p.Namespaces, "") {
		return p, jit.Errorf(jit.Invalid, "", "%q is no access policy, such as AmazonEKSViewPolicy or AmazonEKSViewPolicy=shop,web", text)
	}
	return p, nil
}

// Text writes a policy as ParsePolicy reads it for an entry of the principal.
func (p Policy) Text(principal string) string {
	text := strings.TrimPrefix(p.ARN, ownPolicies(principal))
	if len(p.Namespaces) > 0 {
		text += "=" + strings.Join(p.Namespaces, ",")
	}
	return text
}

// Same reports whether both give the same rights in the same namespaces.
func (p Policy) Same(q Policy) bool {
	return p.ARN == q.ARN && slices.Equal(p.Namespaces, q.Namespaces)
}

// ownPolicies is how the ARNs of AWS's own policies begin.
func ownPolicies(principal string) string {
	partition := "aws"
	if fields := strings.Split(principal, ":"); len(fields) > 1 {
		partition = fields[1]
	}
	return "arn:" + partition + ":eks::aws:cluster-access-policy/"
}

// Policies lists the access policies of an entry, sorted. Codes: not_found (there is
// no entry), denied, unavailable.
func (e Entries) Policies(ctx context.Context, principal string) ([]Policy, error) {
	var all []Policy
	pages := eks.NewListAssociatedAccessPoliciesPaginator(e.client, &eks.ListAssociatedAccessPoliciesInput{ClusterName: &e.cluster.Name, PrincipalArn: &principal})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, e.refused("list the access policies of "+principal, "eks:ListAssociatedAccessPolicies", err)
		}
		for _, one := range page.AssociatedAccessPolicies {
			p := Policy{ARN: aws.ToString(one.PolicyArn)}
			if one.AccessScope != nil && one.AccessScope.Type == types.AccessScopeTypeNamespace {
				p.Namespaces = slices.Sorted(slices.Values(one.AccessScope.Namespaces))
			}
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b Policy) int { return cmp.Compare(a.ARN, b.ARN) })
	return all, nil
}

// Associate gives an entry an access policy; one that it has gets these namespaces.
// Codes as for Create, and not_found.
func (e Entries) Associate(ctx context.Context, principal string, p Policy) error {
	scope := &types.AccessScope{Type: types.AccessScopeTypeCluster}
	if len(p.Namespaces) > 0 {
		scope = &types.AccessScope{Type: types.AccessScopeTypeNamespace, Namespaces: p.Namespaces}
	}
	_, err := e.client.AssociateAccessPolicy(ctx, &eks.AssociateAccessPolicyInput{ClusterName: &e.cluster.Name, PrincipalArn: &principal, PolicyArn: &p.ARN, AccessScope: scope})
	if err != nil {
		return e.refused("give "+principal+" the access policy "+p.ARN, "eks:AssociateAccessPolicy", err)
	}
	return nil
}
