package cli

import (
	"context"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-jit/kubectl-jit/pkg/cani"
	"github.com/kubectl-jit/kubectl-jit/plugins/eks/mapping"
)

// mapped says how a role came to be somebody on the cluster, as far as the person
// may read it.
func (a *atHand) mapped(ctx context.Context, me cani.Identity) string {
	if me.ARN() == "" {
		return "not known: the cluster names no ARN"
	}
	text, err := a.client.CoreV1().ConfigMaps(awsAuthNamespace).Get(ctx, awsAuthName, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return "not aws-auth, which the cluster has not" + otherwise
	case apierrors.IsForbidden(err):
		return "not known: you may not read kube-system/aws-auth"
	case err != nil:
		return "not known: " + err.Error()
	}
	return mappedBy(text.Data, me)
}

// otherwise is what lets a role in beside aws-auth. Which of the two it was cannot
// be read on the cluster.
const otherwise = ": an EKS access entry, or the role is the one that made the cluster"

// mappedBy reads it out of aws-auth. An access entry wins over it, which shows
// where its groups are not those that the person is in.
func mappedBy(auth map[string]string, me cani.Identity) string {
	roles, err := mapping.Parse(auth[mapRoles])
	if err != nil {
		return "not known: aws-auth cannot be read: " + err.Error()
	}
	for _, m := range slices.Backward(roles.Mappings()) { // the last one counts
		if !mapping.SameRole(m.ARN, me.ARN()) {
			continue
		}
		if slices.ContainsFunc(m.Groups, func(group string) bool { return !strings.Contains(group, "{{") && !slices.Contains(me.Groups, group) }) {
			return "not aws-auth, which maps " + m.ARN + " to other groups" + otherwise
		}
		return "aws-auth maps " + m.ARN
	}
	account := strings.SplitN(me.ARN()+"::::::", ":", 6)[4]
	for _, other := range []string{"mapUsers", "mapAccounts"} {
		if account != "" && strings.Contains(auth[other], account) {
			return "not known: mapRoles of aws-auth does not name the role, its " + other + " may"
		}
	}
	return "not aws-auth, which does not map the role" + otherwise
}
