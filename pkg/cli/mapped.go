package cli

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-jit/kubectl-jit/plugins/eks/mapping"
)

// mapped says how a role came to be somebody on the cluster, as far as the person
// may read it.
func (a *atHand) mapped(ctx context.Context, arn string) string {
	if arn == "" {
		return "not known: the cluster names no ARN"
	}
	text, err := a.client.CoreV1().ConfigMaps("kube-system").Get(ctx, "aws-auth", metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return "an EKS access entry: the cluster has no aws-auth"
	case apierrors.IsForbidden(err):
		return "not known: you may not read kube-system/aws-auth"
	case err != nil:
		return "not known: " + err.Error()
	}
	roles, err := mapping.Parse(text.Data["mapRoles"])
	if err != nil {
		return "not known: aws-auth cannot be read: " + err.Error()
	}
	for _, m := range roles.Mappings() {
		if mapping.SameRole(m.ARN, arn) {
			return "aws-auth maps " + m.ARN
		}
	}
	return "an EKS access entry: aws-auth does not map the role"
}
