package cli

import (
	"context"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// planBinding binds the group to the role, unless something does already. A
// ClusterRoleBinding is handled as a RoleBinding without a namespace: they say the
// same otherwise.
func (a *adminRBAC) planBinding(ctx context.Context, w *workplace, p *plan) error {
	want := rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: inName(a.role + ":" + a.group), Namespace: a.kube.namespace},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: a.role},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.GroupKind, Name: a.group}},
	}
	kind := bindingKind(&want)
	if err := namespaceThere(ctx, w, want.Namespace); err != nil {
		return err
	}
	all, err := bindings(ctx, w, a.kube.namespace)
	if err != nil {
		return w.refused("list each "+kind, err)
	}
	for _, there := range all {
		if there.RoleRef == want.RoleRef && slices.Contains(there.Subjects, want.Subjects[0]) {
			return nil
		}
	}
	if slices.ContainsFunc(all, func(b rbacv1.RoleBinding) bool { return b.Name == want.Name }) {
		return jit.Errorf(jit.Denied, "make "+kind+" "+want.Name, "there is one of this name that says something else").
			WithNext("kubectl%s get %s %s -o yaml", w.inContext(), kind, jit.Quote(want.Name))
	}
	p.pieces = append(p.pieces, piece{name: kind + " " + want.Name, after: manifest(kind, &want)})
	p.done = append(p.done, kind+" "+want.Name+" is made"+a.where()+".")
	undo := "kubectl" + w.inContext() + " delete " + kind + " " + jit.Quote(want.Name) + " --ignore-not-found"
	if want.Namespace != "" {
		undo += " -n " + jit.Quote(want.Namespace)
	}
	p.steps = append(p.steps, step{
		do:   func(ctx context.Context) error { return w.refused("make "+kind+" "+want.Name, bind(ctx, w, want)) },
		undo: undo,
	})
	return nil
}

// namespaceThere refuses a namespace that the cluster does not have, before half of
// the change is made. Where it may not be asked for, it is taken as there.
func namespaceThere(ctx context.Context, w *workplace, namespace string) error {
	if namespace == "" {
		return nil
	}
	_, err := w.client.CoreV1().Namespaces().Get(ctx, namespace, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return jit.Errorf(jit.NotFound, "look at namespace "+namespace, "the cluster has none of this name").
			WithNext("kubectl%s get namespaces", w.inContext())
	}
	if err != nil && !apierrors.IsForbidden(err) {
		return w.refused("look at namespace "+namespace, err)
	}
	return nil
}

func bindingKind(b *rbacv1.RoleBinding) string {
	if b.Namespace == "" {
		return "ClusterRoleBinding"
	}
	return "RoleBinding"
}

// bindings lists those of a namespace, or those of the whole cluster for none.
func bindings(ctx context.Context, w *workplace, namespace string) ([]rbacv1.RoleBinding, error) {
	if namespace != "" {
		list, err := w.client.RbacV1().RoleBindings(namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return nil, err
		}
		return list.Items, nil
	}
	list, err := w.client.RbacV1().ClusterRoleBindings().List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	var all []rbacv1.RoleBinding
	for _, b := range list.Items {
		all = append(all, rbacv1.RoleBinding{ObjectMeta: b.ObjectMeta, RoleRef: b.RoleRef, Subjects: b.Subjects})
	}
	return all, nil
}

// bind makes a binding. One that somebody made a moment ago under the same name is
// an error.
func bind(ctx context.Context, w *workplace, b rbacv1.RoleBinding) error {
	if b.Namespace != "" {
		_, err := w.client.RbacV1().RoleBindings(b.Namespace).Create(ctx, &b, metav1.CreateOptions{})
		return err
	}
	whole := &rbacv1.ClusterRoleBinding{ObjectMeta: b.ObjectMeta, RoleRef: b.RoleRef, Subjects: b.Subjects}
	_, err := w.client.RbacV1().ClusterRoleBindings().Create(ctx, whole, metav1.CreateOptions{})
	return err
}

// boundGroups are the groups that any binding of the cluster names; known is false
// where the bindings may not be listed.
func boundGroups(ctx context.Context, w *workplace) (groups []string, known bool, err error) {
	whole, err := bindings(ctx, w, "")
	if err == nil {
		var list *rbacv1.RoleBindingList
		if list, err = w.client.RbacV1().RoleBindings(metav1.NamespaceAll).List(ctx, metav1.ListOptions{}); err == nil {
			whole = append(whole, list.Items...)
		}
	}
	if apierrors.IsForbidden(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, w.refused("list the bindings", err)
	}
	groups = []string{}
	for _, b := range whole {
		for _, s := range b.Subjects {
			if s.Kind == rbacv1.GroupKind && !slices.Contains(groups, s.Name) {
				groups = append(groups, s.Name)
			}
		}
	}
	return groups, true, nil
}
