package cli

import (
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/plugins/eks/mapping"
)

const (
	awsAuthNamespace = "kube-system"
	awsAuthName      = "aws-auth"
	mapRoles         = "mapRoles"

	// attempts is how often a change is made anew because somebody else was faster.
	attempts = 10
)

// awsAuth is the ConfigMap kube-system/aws-auth.
type awsAuth struct {
	*workplace
	caller string // ARN of who asks; empty where the cluster does not tell
}

// read returns the ConfigMap as it is; one that is not there yet has no version.
func (a *awsAuth) read(ctx context.Context) (*corev1.ConfigMap, error) {
	found, err := a.client.CoreV1().ConfigMaps(awsAuthNamespace).Get(ctx, awsAuthName, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: awsAuthName, Namespace: awsAuthNamespace}}, nil
	}
	return found, a.refused("read aws-auth", err)
}

func (a *awsAuth) roles(ctx context.Context) (*mapping.Roles, *corev1.ConfigMap, error) {
	found, err := a.read(ctx)
	if err != nil {
		return nil, nil, err
	}
	roles, err := mapping.Parse(found.Data[mapRoles])
	return roles, found, err
}

func (a *awsAuth) list(ctx context.Context) ([]mappingItem, error) {
	roles, _, err := a.roles(ctx)
	if err != nil {
		return nil, err
	}
	var items []mappingItem
	for _, m := range roles.Mappings() {
		items = append(items, mappingItem{ARN: m.ARN, Groups: append([]string{}, m.Groups...), Username: m.Username, Via: viaAWSAuth, Line: m.Line})
	}
	return items, nil
}

func (a *awsAuth) lint(ctx context.Context, bound []string) ([]finding, error) {
	roles, _, err := a.roles(ctx)
	if jit.CodeOf(err) == jit.Invalid {
		return []finding{{Severity: mapping.Error, Via: viaAWSAuth, Text: err.Error()}}, nil
	}
	if err != nil {
		return nil, err
	}
	var all []finding
	for _, f := range roles.Lint(bound) {
		all = append(all, finding{Severity: f.Severity, Via: viaAWSAuth, Line: f.Line, ARN: f.ARN, Text: f.Text, Fix: f.Fix})
	}
	return all, nil
}

func (a *awsAuth) add(ctx context.Context, w wish) (plan, error) {
	m := w.Mapping
	if len(w.policies) > 0 {
		return plan{}, jit.Errorf(jit.Invalid, "map "+m.ARN, "an access policy wants an access entry, and this is aws-auth").WithNext("kubectl jit admin mappings add --help")
	}
	role, err := mapping.Role(m.ARN)
	if err != nil {
		return plan{}, err
	}
	m.ARN = role
	if m.Username == "" {
		m.Username = "{{SessionNameRaw}}"
	}
	p := plan{
		nothing: fmt.Sprintf("Nothing to change: %s is in %s by aws-auth.", m.ARN, strings.Join(m.Groups, ", ")),
		done:    []string{fmt.Sprintf("%s is in %s by aws-auth.", m.ARN, strings.Join(m.Groups, ", "))},
	}
	change := mapping.Change{Caller: a.caller, Replace: w.replace}
	return a.plan(ctx, p, m.ARN, func(roles *mapping.Roles) (string, error) { return roles.Add(m, change) })
}

func (a *awsAuth) remove(ctx context.Context, arn string) (plan, error) {
	p := plan{
		nothing: "Nothing to change: " + arn + " does not stand in aws-auth.",
		done:    []string{arn + " is removed from aws-auth."},
	}
	change := mapping.Change{Caller: a.caller}
	return a.plan(ctx, p, arn, func(roles *mapping.Roles) (string, error) { return roles.Remove(arn, change) })
}

// plan makes a change of the text into one of the cluster.
func (a *awsAuth) plan(ctx context.Context, p plan, arn string, edit func(*mapping.Roles) (string, error)) (plan, error) {
	roles, found, err := a.roles(ctx)
	if err != nil {
		return plan{}, err
	}
	before := found.Data[mapRoles]
	after, err := edit(roles)
	if err != nil || before == after {
		return p, err
	}
	p.name = "mappings"
	p.pieces = []piece{{"aws-auth " + mapRoles, before, after}}
	p.steps = []step{{
		do:   func(ctx context.Context) error { return a.write(ctx, found, after, edit) },
		undo: a.undo(roles, arn),
	}}
	return p, nil
}

// undo is the command that brings back what a role is mapped to now. What no
// command can write is to be put back by hand.
func (a *awsAuth) undo(roles *mapping.Roles, arn string) string {
	before, plain, there := roles.Undoable(arn)
	switch {
	case !there:
		return a.undoAdd(arn, viaAWSAuth)
	case plain:
		return a.undoRemove(before, viaAWSAuth)
	}
	return "echo 'put the lines of the diff in this file back by hand: kubectl" + strings.ReplaceAll(a.inContext(), "'", `'\''`) +
		" -n kube-system edit configmap aws-auth' >&2; exit 1"
}

// write puts the new text in the place of the old. Where somebody changed the
// ConfigMap meanwhile, the same change is made to what they wrote.
func (a *awsAuth) write(ctx context.Context, found *corev1.ConfigMap, text string, edit func(*mapping.Roles) (string, error)) error {
	for range attempts {
		err := a.put(ctx, found, text)
		if !apierrors.IsConflict(err) && !apierrors.IsAlreadyExists(err) {
			return a.refused("change aws-auth", err)
		}
		var roles *mapping.Roles
		if roles, found, err = a.roles(ctx); err != nil {
			return err
		}
		if text, err = edit(roles); err != nil {
			return err
		}
	}
	return jit.Errorf(jit.Unavailable, "change aws-auth", "somebody else changes it all the time").
		WithNext("kubectl -n kube-system get configmap aws-auth --watch  # who is at it?")
}

// put writes the ConfigMap if it is still as it was found.
func (a *awsAuth) put(ctx context.Context, found *corev1.ConfigMap, text string) error {
	changed := found.DeepCopy()
	if changed.Data == nil {
		changed.Data = map[string]string{}
	}
	changed.Data[mapRoles] = text
	maps := a.client.CoreV1().ConfigMaps(awsAuthNamespace)
	if changed.ResourceVersion == "" {
		_, err := maps.Create(ctx, changed, metav1.CreateOptions{})
		return err
	}
	_, err := maps.Update(ctx, changed, metav1.UpdateOptions{})
	return err
}
