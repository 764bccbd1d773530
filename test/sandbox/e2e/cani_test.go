package e2e_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	authorization "k8s.io/client-go/kubernetes/typed/authorization/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-jit/kubectl-jit/test/sandbox"
	"github.com/kubectl-jit/kubectl-jit/test/sandbox/accesspolicy"
)

//go:embed testdata/cani.yaml
var grants string

// unmapped is a profile whose role the test maps to the group of an access
// policy, which the webhook alone knows.
const unmapped = sandbox.Application + "/" + sandbox.Environment + "/EKS Unmapped"

// binding gives a ClusterRole to a user in a namespace, or cluster-wide.
type binding struct{ role, user, namespace string }

func (b binding) args() []string {
	if b.namespace == "" {
		return []string{"clusterrolebinding", "cani-" + b.role, "--clusterrole", b.role, "--user", b.user}
	}
	return []string{"rolebinding", "cani-" + b.role, "--clusterrole", b.role, "--user", b.user, "-n", b.namespace}
}

// accessView is what "can-i -o json" writes.
type accessView struct {
	APIVersion, Kind, Namespace string
	Items                       []struct {
		Group, Resource, Subresource string
		Namespaced                   bool
		Verbs                        map[string]accessCell
	}
	NonResourceItems []struct {
		URL   string
		Verbs map[string]accessCell
	}
}

type accessCell struct {
	Answer, Basis string
	Names         []string
}

// TestCanI holds that no cell of a view differs from what kubectl auth can-i
// answers, for people with rights of every kind. A cluster-scoped kind is asked
// about as by kubectl -A: a RoleBinding gives nothing there, whatever kubectl
// says with -n. The aggregated role has its rules from testdata/cani.yaml: no
// controller manager runs here that would write them.
func TestCanI(t *testing.T) {
	grant(t)
	alice, bob := newPerson(t, "alice"), newPerson(t, "bob")
	t.Cleanup(func() { _ = world.Command(context.Background(), alice.home, "kubectl-jit", "checkin", unmapped).Run() })
	const aliceName, bobName = "alice@example.com", "bob@example.com"
	tests := []struct {
		name     string
		who      person
		profile  string
		bindings []binding
		has      []string // cells that must be there, so that the comparison is about something
	}{
		{"the pod manager", alice, "eks-pod-manager", nil, []string{"shop: delete pods yes rule", "shop: get secrets no review"}},
		{"by the webhook alone", alice, unmapped, nil, []string{"shop: get pods/log yes review", "shop: delete pods no review"}},
		{"a bit of everything", alice, unmapped, []binding{{"cani-wide", aliceName, ""}, {"cani-within", aliceName, "shop"}, {"cani-aggregated", aliceName, "shop"}}, []string{
			"shop: get secrets yes rule", "default: get secrets no review", "shop: get nodes yes rule", "shop: delete nodes no review",
			"shop: get configmaps yes review", "shop: update configmaps names rule", "shop: get services yes review", "shop: delete persistentvolumes names rule",
			"default: patch widgets.cani.example.com/scale yes rule", "shop: list widgets.cani.example.com yes rule", "default: list widgets.cani.example.com no review",
			"shop: get gadgets.cani.example.com names rule", "shop: bind clusterroles.rbac.authorization.k8s.io names rule",
			"shop: impersonate users names rule", "shop: use storageclasses.storage.k8s.io yes rule", "shop: get /metrics yes rule", "shop: get /debug/pprof no review",
			"shop: create serviceaccounts/token names rule", "shop: create networkpolicies.networking.k8s.io yes rule",
		}},
		{"everything", bob, "eks-reader", []binding{{"cluster-admin", bobName, ""}}, []string{"shop: escalate roles.rbac.authorization.k8s.io yes rule"}},
		{"everything in a namespace, and reads the rest", bob, "eks-reader", []binding{{"cani-reads-all", bobName, ""}, {"cluster-admin", bobName, "shop"}},
			[]string{"shop: delete secrets yes rule", "default: delete secrets no review", "shop: delete nodes no review", "shop: list nodes yes rule"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, b := range tt.bindings {
				b.give(t)
			}
			tt.who.must("kubectl", "jit", "login", tt.profile)
			reviews := reviewsOf(t, tt.who)
			for _, b := range tt.bindings {
				b.await(t, tt.who)
			}
			var seen []string
			for _, namespace := range []string{"default", "shop"} {
				view := viewOf(t, tt.who, "-n", namespace)
				complete(t, tt.who, view)
				compare(t, reviews, view, false)
				compare(t, reviews, viewOf(t, tt.who, "-n", namespace, "--fast"), true)
				sample(t, tt.who, view)
				for cell := range view.cells() {
					seen = append(seen, fmt.Sprintf("%s: %s %s %s", namespace, cell, cell.Answer, cell.Basis))
				}
			}
			if slices.Contains(tt.bindings, binding{"cani-within", aliceName, "shop"}) {
				// Why it is asked as by -A: kubectl takes the RoleBinding for a yes, and the cluster refuses.
				nodes := question{verb: "delete", resource: "nodes", namespace: "shop"}
				if said := nodes.kubectl(tt.who, ""); said != "yes" {
					t.Errorf("kubectl says %q to %s in a namespace", said, nodes)
				}
				if output, err := tt.who.run("kubectl", "delete", "node", "none"); err == nil || !strings.Contains(output, "forbidden") {
					t.Errorf("delete node: %s", output)
				}
			}
			for _, cell := range tt.has {
				if !slices.Contains(seen, cell) {
					t.Errorf("there is no cell %q", cell)
				}
			}
		})
	}
}

// administrate runs kubectl as the administrator.
func administrate(t testing.TB, stdin string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), world.Program("kubectl"), append([]string{"--kubeconfig", world.Cluster.Admin}, args...)...)
	cmd.Env = []string{"HOME=" + t.TempDir()}
	cmd.Stdin = strings.NewReader(stdin)
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("kubectl %v: %v\n%s", args, err, output)
	}
	return string(output)
}

// grant makes the roles and kinds of the test, and maps the unmapped role, until
// the end of the test.
func grant(t testing.TB) {
	t.Helper()
	administrate(t, grants, "apply", "-f", "-")
	t.Cleanup(func() { administrate(t, grants, "delete", "-f", "-", "--wait=false") })
	administrate(t, "", "wait", "--for=condition=established", "crd/widgets.cani.example.com", "crd/gadgets.cani.example.com")
	environ := []string{"PATH=" + world.Path() + ":" + os.Getenv("PATH"), "ADMIN=" + world.Cluster.Admin, "WORK=" + t.TempDir(), "HOME=" + t.TempDir()}
	tool := func(name string, args ...string) {
		cmd := exec.Command(filepath.Join("tools", name), args...)
		cmd.Env = environ
		if output, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, output)
		}
	}
	tool("map-role", "EKS-Unmapped", accesspolicy.ViewGroup)
	t.Cleanup(func() { tool("unmap-role") })
}

func (b binding) give(t testing.TB) {
	t.Helper()
	administrate(t, "", append([]string{"create"}, b.args()...)...)
	args := []string{"delete", b.args()[0], b.args()[1]}
	if b.namespace != "" {
		args = append(args, "-n", b.namespace)
	}
	t.Cleanup(func() { administrate(t, "", args...) })
}

// await waits until the API server knows the binding.
func (b binding) await(t testing.TB, who person) {
	t.Helper()
	of := `of ClusterRole "` + b.role + `" to User`
	rules := authorizationv1.ResourceAttributes{Namespace: b.namespace, Verb: "get", Group: "cani.example.com", Resource: "widgets", Subresource: "scale", Name: "one"}
	switch b.role {
	case "cani-within":
		rules.Subresource = "status"
	case "cani-aggregated":
		rules.Subresource = ""
	case "cluster-admin":
		rules.Verb = "fly"
	case "cani-reads-all":
		rules.Subresource = "fly"
	}
	reviews := reviewsOf(t, who)
	waitFor(t, "binding of "+b.role, func() bool {
		status, err := ask(t.Context(), reviews, authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: &rules})
		return err == nil && strings.Contains(status.Reason, of)
	})
}

// reviewsOf is a client that asks as somebody, with the token of their kubeconfig.
func reviewsOf(t testing.TB, who person) authorization.SelfSubjectAccessReviewInterface {
	t.Helper()
	client, err := authorization.NewForConfig(configOf(t, who))
	if err != nil {
		t.Fatal(err)
	}
	return client.SelfSubjectAccessReviews()
}

func configOf(t testing.TB, who person) *rest.Config {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", who.kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	plugin := world.Command(context.Background(), who.home, "kubectl-jit", config.ExecProvider.Args...)
	config.ExecProvider.Command, config.ExecProvider.Args = plugin.Path, plugin.Args[1:]
	config.QPS = -1
	return config
}

func ask(ctx context.Context, reviews authorization.SelfSubjectAccessReviewInterface, spec authorizationv1.SelfSubjectAccessReviewSpec) (authorizationv1.SubjectAccessReviewStatus, error) {
	review, err := reviews.Create(ctx, &authorizationv1.SelfSubjectAccessReview{Spec: spec}, metav1.CreateOptions{})
	if err != nil {
		return authorizationv1.SubjectAccessReviewStatus{}, err
	}
	return review.Status, nil
}

func viewOf(t testing.TB, who person, flags ...string) accessView {
	t.Helper()
	cmd := world.Command(t.Context(), who.home, "kubectl-jit", append([]string{"can-i", "-o", "json"}, flags...)...)
	output, err := cmd.Output()
	if err != nil {
		t.Fatalf("can-i: %v", err)
	}
	var view accessView
	if err := json.Unmarshal(output, &view); err != nil {
		t.Fatal(err)
	}
	if view.APIVersion != "jit.kubectl-jit.dev/v1alpha1" || view.Kind != "AccessView" || view.Namespace != flags[1] {
		t.Fatalf("this is %s %s of %q", view.APIVersion, view.Kind, view.Namespace)
	}
	return view
}
