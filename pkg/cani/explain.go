package cani

import (
	"context"
	"regexp"
	"strconv"
	"strings"

	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// Explanation is an answer and what it comes from, as far as the cluster says.
type Explanation struct {
	Answer
	Role    string   // "ClusterRole pod-manager"
	Binding string   // "ClusterRoleBinding manage-pods-global", "RoleBinding deploy in namespace shop"
	Subject string   // "Group pod-managers"
	Reason  string   // in the cluster's words, where it names no role
	Names   []string // where the answer is no: the objects that a rule allows
}

// granted is the form of RBAC's reason for a yes. The name of a RoleBinding stands
// there as "name/namespace".
const granted = `^RBAC: allowed by (ClusterRoleBinding|RoleBinding) (@) of (ClusterRole|Role) (@) to (User|Group|ServiceAccount) (@)$`

// Explain makes one access review as Can does, and reads from its reason which
// role, binding and subject it rests on; everybody is told that about themselves.
// Where the answer is no, it looks in the rules whether some objects are allowed.
// Codes: those of Can.
func Explain(ctx context.Context, client kubernetes.Interface, q Question) (Explanation, error) {
	spec, warnings, err := q.spec(ctx, client.Discovery())
	if err != nil {
		return Explanation{}, err
	}
	review := &authorizationv1.SelfSubjectAccessReview{Spec: spec}
	answer, err := client.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, review, metav1.CreateOptions{})
	if err != nil {
		return Explanation{}, refusal("ask whether "+q.Verb+" "+q.Resource+" is allowed", err)
	}
	e := Explanation{Answer: Answer{Allowed: answer.Status.Allowed, Text: text(answer.Status), Warnings: warnings}, Reason: answer.Status.Reason}
	if e.Allowed {
		e.readReason()
		return e, nil
	}
	asked := spec.ResourceAttributes
	if asked == nil || asked.Name != "" {
		return e, nil
	}
	namespace := asked.Namespace
	if namespace == "" {
		namespace = nowhere
	}
	rules, err := Ask(ctx, client, namespace)
	e.Names = rules.cell(asked.Group, path(asked.Resource, asked.Subresource), asked.Verb).Names
	return e, err
}

func (e *Explanation) readReason() {
	form := strings.ReplaceAll(granted, "@", `"(?:[^"\\]|\\.)*"`)
	found := regexp.MustCompile(form).FindStringSubmatch(e.Reason) // compiled here: a package variable costs each start
	if found == nil {
		return
	}
	for _, i := range []int{2, 4, 6} {
		if name, err := strconv.Unquote(found[i]); err == nil {
			found[i] = name
		}
	}
	e.Role, e.Binding, e.Subject, e.Reason = found[3]+" "+found[4], found[1]+" "+found[2], found[5]+" "+found[6], ""
	if i := strings.LastIndex(found[2], "/"); i >= 0 && found[1] == "RoleBinding" {
		e.Binding = found[1] + " " + found[2][:i] + " in namespace " + found[2][i+1:]
	}
}
