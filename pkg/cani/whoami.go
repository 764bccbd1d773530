package cani

import (
	"context"

	authenticationv1 "k8s.io/api/authentication/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Identity is the person as the cluster sees them.
type Identity struct {
	Name   string
	UID    string
	Groups []string
	Extra  map[string][]string // what the authenticator adds: on EKS arn, canonicalArn, sessionName, accessKeyId, principalId
}

// ARN is the AWS identity behind the token, or "" where the cluster does not say.
func (i Identity) ARN() string { return i.extra("arn") }

// Session is the name of the AWS session, the person at the broker, or "".
func (i Identity) Session() string { return i.extra("sessionName") }

// AccessKeyID is that of the AWS keys which signed the token, or "".
func (i Identity) AccessKeyID() string { return i.extra("accessKeyId") }

func (i Identity) extra(key string) string {
	if values := i.Extra[key]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// Whoami makes one SelfSubjectReview. Codes: denied (the cluster takes no such
// token: on EKS most often a role that nothing maps), unavailable.
func Whoami(ctx context.Context, client kubernetes.Interface) (Identity, error) {
	answer, err := client.AuthenticationV1().SelfSubjectReviews().Create(ctx, &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
	if err != nil {
		return Identity{}, refusal("ask the cluster who you are", err)
	}
	user := answer.Status.UserInfo
	identity := Identity{Name: user.Username, UID: user.UID, Groups: user.Groups, Extra: map[string][]string{}}
	for key, values := range user.Extra {
		identity.Extra[key] = values
	}
	return identity, nil
}

// refusal keeps the cluster's error, so that callers can tell it apart with
// apimachinery's errors package.
func refusal(op string, err error) error {
	switch {
	case apierrors.IsUnauthorized(err):
		return jit.Errorf(jit.Denied, op, "the cluster does not accept the token: %w", err)
	case apierrors.IsForbidden(err):
		return jit.Errorf(jit.Denied, op, "%w", err)
	}
	return jit.Errorf(jit.Unavailable, op, "%w", err)
}
