package cli_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-jit/kubectl-jit/pkg/cani"
	"github.com/kubectl-jit/kubectl-jit/pkg/cli"
	"github.com/kubectl-jit/kubectl-jit/pkg/term"
)

// drawn are views with answers and names of every kind.
func drawn(namespaces int) []cani.View {
	yes, no := cani.Cell{Answer: cani.Yes, Basis: cani.ByRule}, cani.Cell{Answer: cani.No, Basis: cani.ByReview}
	some := cani.Cell{Answer: cani.Names, Basis: cani.ByRule, Names: []string{"app", "tls"}}
	atLeast := cani.Cell{Answer: cani.Unknown, Basis: cani.ByNobody, Names: []string{"web"}}
	many := cani.Cell{Answer: cani.Names, Basis: cani.ByRule}
	for i := range 12 {
		many.Names = append(many.Names, fmt.Sprintf("certificate-%d", i))
	}
	var views []cani.View
	for i := range namespaces {
		pods := yes
		if i%3 == 1 {
			pods = no
		}
		views = append(views, cani.View{Namespace: fmt.Sprintf("team-%d", i), Items: []cani.Item{
			{Resource: "configmaps", Namespaced: true, Verbs: map[string]cani.Cell{"get": some, "list": no, "update": many, "watch": atLeast}},
			{Resource: "pods", Namespaced: true, Verbs: map[string]cani.Cell{"get": yes, "delete": pods}},
			{Resource: "pods", Subresource: "exec", Namespaced: true, Verbs: map[string]cani.Cell{"get": no, "create": pods}},
			{Group: "example.com", Resource: "averyveryverylongnamethatnobodytypes", Subresource: "status", Verbs: map[string]cani.Cell{"get": yes, "update": no}},
			{Group: "rbac.authorization.k8s.io", Resource: "roles", Namespaced: true, Verbs: map[string]cani.Cell{"get": yes, "bind": yes, "escalate": no}},
			{Group: "storage.k8s.io", Resource: "csidrivers", Verbs: map[string]cani.Cell{"get": no}},
		}})
	}
	return views
}

const oneNamespace = `Namespace team-0, and what lies in no namespace:
RESOURCE                        GET LIST WATCH CREATE UPDATE PATCH DELETE DELCOL
core
  configmaps                     ~   -     ?            ~
    ~ get: only app, tls
    ~ watch: at least web
    ~ update: only certificate-0, certificate-1, certificate-2, certificate-3,
      certificate-4, certificate-5, certificate-6, certificate-7, certificate-8,
      certificate-9, certificate-10, certificate-11
  pods                           ✓                                   ✓
  pods/exec                      -               ✓!
example.com
  averyveryverylongnamethatnobodytypes/status
                                 ✓                      -
rbac.authorization.k8s.io
  roles                          ✓
                                bind ✓!

Nothing is allowed on 1 more resource; --all-resources shows them.

✓ yes   - no   ~ only some names   ? not known   ! dangerous
DELCOL is deletecollection

Dangerous:
  create pods/exec: runs commands in running containers, as their service
    account
  bind roles.rbac.authorization.k8s.io: gives anybody any role, where one may
    write bindings
`

func TestMatrix(t *testing.T) {
	if diff := cmp.Diff(oneNamespace, cli.Matrix(drawn(1), term.Screen{Columns: 80})); diff != "" {
		t.Errorf("one namespace:\n%s", diff)
	}
	wide := cli.Matrix(drawn(1), term.Screen{Columns: 200})
	if !strings.Contains(wide, "  averyveryverylongnamethatnobodytypes/status  ✓  ") {
		t.Errorf("on a wide screen:\n%s", wide)
	}
	many := cli.Matrix(drawn(7), term.Screen{Columns: 80})
	for _, want := range []string{"\n   in team-0, team-2, 3 more     ✓ ", "\n   in team-1, team-4             ✓ ", "create pods/exec in team-0, team-2, team-3, team-5, team-6: "} {
		if !strings.Contains(many, want) {
			t.Errorf("there is no %q in:\n%s", want, many)
		}
	}
	for line := range strings.Lines(many + oneNamespace) {
		if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > 80 {
			t.Errorf("too long: %s", line)
		}
	}
	if coloured := cli.Matrix(drawn(1), term.Screen{Columns: 80, Colour: true}); !strings.Contains(coloured, "\x1b[32m✓\x1b[0m\x1b[1;31m!\x1b[0m") || strings.Contains(oneNamespace, "\x1b") {
		t.Errorf("in colour:\n%q", coloured)
	}
}
