package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

// adminRBAC gives a group its rights: one ClusterRole, and one binding to it.
type adminRBAC struct {
	adminChange
	kube      kubeFlags
	group     string
	preset    string
	role      string
	verbs     []string
	resources []string
}

func newAdminRBAC(e *env) *cobra.Command {
	a := adminRBAC{adminChange: adminChange{env: e}}
	cmd := &cobra.Command{
		Use:   "rbac --group GROUP (--preset NAME | --verb VERB --resource RESOURCE)",
		Short: "Give a group rights on the cluster",
		Long: `Give a group rights on the cluster: a ClusterRole, and a ClusterRoleBinding to it
for the group. With --namespace it is a RoleBinding, and the rights end at that
namespace.

  --preset pod-manager   all verbs on pods
  --preset viewer        reads the usual resources, secrets not among them
  --preset deployer      writes workloads, services, configmaps and ingresses

Whoever may create pods or workloads can run them as any service account of the
namespace, and can mount any secret of it.

A ClusterRole of that name that is there already is changed to say the same. The
diff goes to stderr, with --dry-run to stdout.`,
		Example: `  kubectl jit admin rbac --group pod-managers --preset pod-manager
  kubectl jit admin rbac --group deployers --preset deployer -n shop --dry-run
  kubectl jit admin rbac --group restarters --verb get,list,patch --resource deployments,pods/log --yes`,
		Args: usage.Wants(),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.run(cmd.Context()) },
	}
	a.kube.flags(cmd)
	a.adminChange.flags(cmd)
	f := cmd.Flags()
	f.StringVarP(&a.kube.namespace, "namespace", "n", "", "give the rights in this namespace only")
	f.StringVar(&a.group, "group", "", "the Kubernetes group, as a mapping names it")
	f.Var(oneOf{&a.preset, presets()}, "preset", "the `name` of a preset: "+strings.Join(presets(), ", "))
	f.StringVar(&a.role, "role", "", "the name of the ClusterRole (default: the preset's, or the group's)")
	f.StringSliceVar(&a.verbs, "verb", nil, "a verb; several with commas, or the flag again")
	f.StringSliceVar(&a.resources, "resource", nil, "a resource, such as pods, pods/log or deployments.apps; several with commas, or the flag again")
	return cmd
}

func (a *adminRBAC) run(ctx context.Context) error {
	if err := a.check(); err != nil {
		return err
	}
	w, err := a.enter(ctx, a.kube)
	if err != nil {
		return err
	}
	rules := presetRules(a.preset)
	if a.preset == "" {
		if rules, err = customRules(w.client.Discovery(), a.verbs, a.resources); err != nil {
			return err
		}
	}
	p := plan{name: "rbac", nothing: fmt.Sprintf("Nothing to change: group %s has ClusterRole %s%s.", a.group, a.role, a.where())}
	if err := a.planRole(ctx, w, &p, rules); err != nil {
		return err
	}
	if err := a.planBinding(ctx, w, &p); err != nil {
		return err
	}
	return a.carryOut(ctx, p)
}

// check completes the flags, or says which are missing.
func (a *adminRBAC) check() error {
	custom := len(a.verbs) > 0 || len(a.resources) > 0
	switch {
	case a.group == "":
		return jit.Errorf(jit.Invalid, "", "--group is missing")
	case strings.HasPrefix(a.group, "system:"):
		return jit.Errorf(jit.Denied, "give group "+a.group+" rights", "it is one of Kubernetes' own: make a group for people")
	case a.preset != "" && custom:
		return jit.Errorf(jit.Invalid, "", "--preset and --verb with --resource exclude each other")
	case a.preset == "" && (len(a.verbs) == 0 || len(a.resources) == 0):
		return jit.Errorf(jit.Invalid, "", "--preset is missing, or --verb and --resource")
	}
	if a.role == "" {
		a.role = a.preset
	}
	if a.role == "" {
		a.role = inName(a.group)
	}
	builtIn := []string{"cluster-admin", "admin", "edit", "view"}
	if strings.HasPrefix(a.role, "system:") || slices.Contains(builtIn, a.role) {
		return jit.Errorf(jit.Denied, "change ClusterRole "+a.role, "it is one of Kubernetes' own").WithNext("give --role another name")
	}
	return nil
}

// inName writes a group so that the name of an object may hold it.
func inName(group string) string { return strings.NewReplacer("/", "-", "%", "-").Replace(group) }

func (a *adminRBAC) where() string {
	if a.kube.namespace != "" {
		return " in namespace " + a.kube.namespace
	}
	return ""
}

// planRole compares the ClusterRole with what it is to say.
func (a *adminRBAC) planRole(ctx context.Context, w *workplace, p *plan, rules []rbacv1.PolicyRule) error {
	roles, op := w.client.RbacV1().ClusterRoles(), "look at ClusterRole "+a.role
	now, err := roles.Get(ctx, a.role, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		role := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: a.role}, Rules: rules}
		p.pieces = append(p.pieces, piece{name: "ClusterRole " + a.role, after: manifest("ClusterRole", role)})
		p.done = append(p.done, "ClusterRole "+a.role+" is made.")
		p.steps = append(p.steps, step{
			do: func(ctx context.Context) error {
				_, err := roles.Create(ctx, role, metav1.CreateOptions{})
				return w.refused("make ClusterRole "+a.role, err)
			},
			undo: "kubectl" + w.inContext() + " delete clusterrole " + jit.Quote(a.role) + " --ignore-not-found",
		})
		return nil
	}
	if err != nil {
		return w.refused(op, err)
	}
	if equality.Semantic.DeepEqual(now.Rules, rules) {
		return nil
	}
	if now.AggregationRule != nil {
		return jit.Errorf(jit.Denied, "change ClusterRole "+a.role, "the cluster puts its rules together from others (aggregationRule)").WithNext("give --role another name")
	}
	changed := now.DeepCopy()
	changed.Rules = rules
	p.pieces = append(p.pieces, piece{"ClusterRole " + a.role, manifest("ClusterRole", now), manifest("ClusterRole", changed)})
	p.done = append(p.done, "ClusterRole "+a.role+" is changed, for all that are bound to it.")
	p.steps = append(p.steps, step{
		do: func(ctx context.Context) error {
			_, err := roles.Update(ctx, changed, metav1.UpdateOptions{})
			if apierrors.IsConflict(err) {
				return jit.Errorf(jit.Unavailable, "change ClusterRole "+a.role, "somebody changed it since the diff was made: run this again")
			}
			return w.refused("change ClusterRole "+a.role, err)
		},
		undo: "kubectl" + w.inContext() + " replace -f - <<'END'\n" + restorable(now) + "\nEND",
	})
	return nil
}

// restorable is a ClusterRole in one line, as kubectl replace takes it. JSON has
// no line breaks, so nothing in it can end the script's document.
func restorable(role *rbacv1.ClusterRole) string {
	kept := role.DeepCopy()
	kept.TypeMeta = metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "ClusterRole"}
	kept.ManagedFields, kept.ResourceVersion, kept.UID = nil, "", ""
	text, err := json.Marshal(kept)
	if err != nil {
		return "" // an object of the API is always written
	}
	return asciiControls(string(text))
}

// manifest is an object as a person reads it.
func manifest(kind string, object any) string {
	body := struct {
		APIVersion string              `json:"apiVersion"`
		Kind       string              `json:"kind"`
		Metadata   map[string]string   `json:"metadata"`
		Rules      []rbacv1.PolicyRule `json:"rules,omitempty"`
		RoleRef    *rbacv1.RoleRef     `json:"roleRef,omitempty"`
		Subjects   []rbacv1.Subject    `json:"subjects,omitempty"`
	}{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: kind}
	switch o := object.(type) {
	case *rbacv1.ClusterRole:
		body.Metadata, body.Rules = map[string]string{"name": o.Name}, o.Rules
	case *rbacv1.RoleBinding:
		body.Metadata, body.RoleRef, body.Subjects = map[string]string{"name": o.Name}, &o.RoleRef, o.Subjects
		if o.Namespace != "" {
			body.Metadata["namespace"] = o.Namespace
		}
	}
	text, err := sigsyaml.Marshal(body)
	if err != nil {
		return "" // an object of the API is always written
	}
	return shortLists(string(text))
}

// shortLists writes each list of words in one line, as people do.
func shortLists(text string) string {
	var tree yaml.Node
	if yaml.Unmarshal([]byte(text), &tree) != nil {
		return text
	}
	var visit func(node *yaml.Node)
	visit = func(node *yaml.Node) {
		words := node.Kind == yaml.SequenceNode
		for _, child := range node.Content {
			visit(child)
			words = words && child.Kind == yaml.ScalarNode
		}
		if words {
			node.Style = yaml.FlowStyle
		}
	}
	visit(&tree)
	var b strings.Builder
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if encoder.Encode(&tree) != nil {
		return text
	}
	return b.String()
}
