package mapping_test

import (
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/plugins/eks/mapping"
)

const account = "arn:aws:iam::196226166352:role/"

// story is what stands in a cluster before anybody comes with this program.
const story = `# The nodes. Without this entry no node joins: leave it alone.
- rolearn: arn:aws:iam::196226166352:role/sandbox-nodes
  username: system:node:{{EC2PrivateDNSName}}
  groups:
  - system:bootstrappers
  - system:nodes
# Readers, since before there was just-in-time access.
- groups: [readers]   # in flow style, and in another order
  username: "{{SessionNameRaw}}"
  rolearn: arn:aws:iam::196226166352:role/BritiveEKSReader
  userid: AROAEXAMPLE
  note: |
    # this is no comment

- rolearn: arn:aws:iam::196226166352:role/EKS-Cluster-Admin
  username: "{{SessionNameRaw}}"
  groups:
    - cluster-admins

# the end
`

func podManager() mapping.Mapping {
	return mapping.Mapping{ARN: account + "EKS-Pod-Manager", Username: "{{SessionNameRaw}}", Groups: []string{"pod-managers"}}
}

const podLines = `- rolearn: arn:aws:iam::196226166352:role/EKS-Pod-Manager
  username: "{{SessionNameRaw}}"
  groups:
  - pod-managers
`

func parse(t *testing.T, text string) *mapping.Roles {
	t.Helper()
	roles, err := mapping.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return roles
}

func TestAdd(t *testing.T) {
	indented := strings.ReplaceAll("  "+strings.TrimSuffix(podLines, "\n"), "\n", "\n  ") + "\n"
	const other = "- rolearn: arn:aws:iam::196226166352:role/Other\n  username: o\n  groups: [o]\n"
	tests := []struct{ name, text, want string }{
		{"among others", story, strings.Replace(story, "\n# the end", podLines+"\n# the end", 1)},
		{"nothing there", "", podLines},
		{"an empty list", "[]\n", podLines},
		{"an empty list with a comment", "# ours\n[]\n", "# ours\n" + podLines},
		{"a comment only", "# ours\n", "# ours\n" + podLines},
		{"what the authenticator skips", `""`, strings.TrimSuffix(podLines, "\n")},
		{"a literal that ends like a comment", other + "  note: |\n    # b\n", other + "  note: |\n    # b\n" + podLines},
		{"no line break at the end", strings.TrimSuffix(other, "\n"), other + strings.TrimSuffix(podLines, "\n")},
		{"an indented list", "  - rolearn: arn:aws:iam::196226166352:role/Other\n    groups: [o]\n", "  - rolearn: arn:aws:iam::196226166352:role/Other\n    groups: [o]\n" + indented},
		{"Windows line breaks", strings.ReplaceAll(other, "\n", "\r\n"), strings.ReplaceAll(other+podLines, "\n", "\r\n")},
		{"there already", podLines + other, podLines + other},
		{"there already, in other letters", strings.Replace(podLines, "EKS-Pod", "eks-pod", 1), strings.Replace(podLines, "EKS-Pod", "eks-pod", 1)},
	}
	for _, tt := range tests {
		got, err := parse(t, tt.text).Add(podManager(), mapping.Change{})
		if err != nil || got != tt.want {
			t.Errorf("%s: %v\n%s\nwant\n%s", tt.name, err, got, tt.want)
			continue
		}
		again, err := parse(t, got).Add(podManager(), mapping.Change{})
		if err != nil || again != got {
			t.Errorf("%s, a second time: %v\n%s", tt.name, err, again)
		}
	}
}

func TestReplace(t *testing.T) {
	before := strings.Replace(podLines, "- pod-managers", "- readers # for now", 1)
	for name, text := range map[string]string{
		"mapped otherwise": before,
		"with a path":      strings.Replace(podLines, "role/EKS", "role/team/EKS", 1),
	} {
		all := "# above\n" + text + "# below\n" + strings.Replace(podLines, "Pod-Manager", "Other", 1)
		_, err := parse(t, all).Add(podManager(), mapping.Change{})
		if jit.CodeOf(err) != jit.Invalid || !strings.Contains(err.Error(), "line 2 of mapRoles maps it already") {
			t.Errorf("%s: %v", name, err)
		}
		got, err := parse(t, all).Add(podManager(), mapping.Change{Replace: true})
		if want := strings.Replace(all, text, podLines, 1); err != nil || got != want {
			t.Errorf("%s: %v\n%s\nwant\n%s", name, err, got, want)
		}
	}
}

func TestRemove(t *testing.T) {
	added, err := parse(t, story).Add(podManager(), mapping.Change{})
	if err != nil {
		t.Fatal(err)
	}
	reader := story[strings.Index(story, "- groups: [readers]"):strings.Index(story, "\n- rolearn: arn:aws:iam::196226166352:role/EKS-Cluster-Admin")]
	tests := []struct{ name, text, arn, want string }{
		{"what was added", added, account + "EKS-Pod-Manager", story},
		{"by the ARN of a session", added, "arn:aws:sts::196226166352:assumed-role/EKS-Pod-Manager/alice@example.com", story},
		{"by an ARN with a path", added, account + "team/EKS-Pod-Manager", story},
		{"not there", story, account + "EKS-Pod-Manager", story},
		{"in the middle, unknown fields and all", story, account + "BritiveEKSReader", strings.Replace(story, reader, "", 1)},
		{"one that stands there twice", podLines + story + podLines, account + "EKS-Pod-Manager", story},
		{"the only one", podLines, account + "EKS-Pod-Manager", ""},
		{"the last one, no line break", "# a\n" + strings.TrimSuffix(podLines, "\n"), account + "EKS-Pod-Manager", "# a"},
		{"a dash alone on its line", "-\n  rolearn: " + account + "EKS-Pod-Manager\n- rolearn: x\n", account + "EKS-Pod-Manager", "- rolearn: x\n"},
	}
	for _, tt := range tests {
		got, err := parse(t, tt.text).Remove(tt.arn, mapping.Change{})
		if err != nil || got != tt.want {
			t.Errorf("%s: %v\n%s\nwant\n%s", tt.name, err, got, tt.want)
		}
	}
}

func TestRefused(t *testing.T) {
	with := func(change func(*mapping.Mapping)) mapping.Mapping {
		m := podManager()
		change(&m)
		return m
	}
	add := func(m mapping.Mapping, c mapping.Change) func(*mapping.Roles) error {
		return func(r *mapping.Roles) error { _, err := r.Add(m, c); return err }
	}
	remove := func(name, caller string) func(*mapping.Roles) error {
		return func(r *mapping.Roles) error {
			_, err := r.Remove(account+name, mapping.Change{Caller: caller})
			return err
		}
	}
	replace := mapping.Change{Replace: true}
	tests := []struct {
		name, text string
		do         func(*mapping.Roles) error
		code       jit.Code
		says       string
	}{
		{"a role with a path", story, add(with(func(m *mapping.Mapping) { m.ARN = account + "team/X" }), mapping.Change{}), jit.Invalid, "without path and session: " + account + "X"},
		{"a session", story, add(with(func(m *mapping.Mapping) { m.ARN = "arn:aws:sts::196226166352:assumed-role/X/me" }), mapping.Change{}), jit.Invalid, account + "X"},
		{"a user", story, add(with(func(m *mapping.Mapping) { m.ARN = "arn:aws:iam::196226166352:user/x" }), mapping.Change{}), jit.Invalid, "not the ARN of a role"},
		{"no user name", story, add(with(func(m *mapping.Mapping) { m.Username = "" }), mapping.Change{}), jit.Invalid, "user name is missing"},
		{"no group", story, add(with(func(m *mapping.Mapping) { m.Groups = nil }), mapping.Change{}), jit.Invalid, "no group"},
		{"a name of two lines", story, add(with(func(m *mapping.Mapping) { m.Groups = []string{"a\n- b"} }), mapping.Change{}), jit.Invalid, "is no name"},
		{"a role of nodes", story, add(with(func(m *mapping.Mapping) { m.Groups = []string{"system:nodes"} }), mapping.Change{}), jit.Denied, "nodes"},
		{"to replace the nodes", story, add(with(func(m *mapping.Mapping) { m.ARN = account + "sandbox-nodes" }), replace), jit.Denied, "entry of nodes"},
		{"to replace what is not known", story, add(with(func(m *mapping.Mapping) { m.ARN = account + "BritiveEKSReader" }), replace), jit.Invalid, "note, userid"},
		{"to replace one's own", podLines, add(with(func(m *mapping.Mapping) { m.Groups = []string{"readers"} }),
			mapping.Change{Replace: true, Caller: "arn:aws:sts::196226166352:assumed-role/EKS-Pod-Manager/alice"}), jit.Denied, "lock you out"},
		{"to remove the nodes", story, remove("sandbox-nodes", ""), jit.Denied, "entry of nodes"},
		{"to remove one's own", story, remove("EKS-Cluster-Admin", "arn:aws:sts::196226166352:assumed-role/EKS-Cluster-Admin/alice@example.com"), jit.Denied, "lock you out"},
		{"flow style", "[{rolearn: " + account + "X, groups: [x]}]\n", remove("X", ""), jit.Invalid, "flow style"},
		{"two documents", podLines + "---\n" + podLines, remove("EKS-Pod-Manager", ""), jit.Invalid, "several YAML documents"},
		{"a tab", podLines + "# x\n \t\n\t# x\n", remove("EKS-Pod-Manager", ""), jit.Invalid, "mapRoles:7: it is indented with a tab"},
		{"an alias to what goes", "- rolearn: " + account + "X\n  groups: &g [x]\n- rolearn: y\n  groups: *g\n", remove("X", ""), jit.Invalid, "cannot be edited by lines"},
		{"a literal that keeps empty lines", "- rolearn: " + account + "X\n- note: |+\n    a\n\n\n", add(podManager(), mapping.Change{}), jit.Invalid, "cannot be edited by lines"},
	}
	for _, tt := range tests {
		err := tt.do(parse(t, tt.text))
		if jit.CodeOf(err) != tt.code || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v (%s), want %s: %s", tt.name, err, jit.CodeOf(err), tt.code, tt.says)
		}
	}
}

func TestParse(t *testing.T) {
	all := parse(t, story).Mappings()
	if len(all) != 3 || !all[0].Node() || all[1].Node() || all[1].Line != 8 || all[1].Groups[0] != "readers" || all[2].ARN != account+"EKS-Cluster-Admin" {
		t.Errorf("%+v", all)
	}
	for text, says := range map[string]string{
		"- rolearn: [x\n":   "mapRoles",
		"a: b\n":            "mapRoles:1: it is not a list",
		"- a: b\n c: d\n":   "mapRoles:",
		"- rolearn: a: b\n": "mapRoles:",
	} {
		if _, err := mapping.Parse(text); jit.CodeOf(err) != jit.Invalid || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestRole(t *testing.T) {
	for arn, want := range map[string]string{
		account + "EKS-Pod-Manager":                            account + "EKS-Pod-Manager",
		account + "team/k8s/EKS-Pod-Manager":                   account + "EKS-Pod-Manager",
		"arn:aws:sts::196226166352:assumed-role/R/a@b.example": account + "R",
		"arn:aws-us-gov:sts::196226166352:assumed-role/R/me":   "arn:aws-us-gov:iam::196226166352:role/R",
		"arn:aws:iam::196226166352:user/me":                    "",
		"arn:aws:iam::1:role/R":                                "",
		account + "R ":                                         "",
		account:                                                "",
		"":                                                     "",
	} {
		if got, err := mapping.Role(arn); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", arn, got, err)
		}
	}
}

func FuzzEdit(f *testing.F) {
	f.Add(story)
	f.Add(podLines)
	f.Fuzz(func(t *testing.T, text string) {
		roles, err := mapping.Parse(text)
		if err != nil {
			return
		}
		roles.Lint([]string{"readers"})
		before := len(roles.Mappings())
		m := podManager()
		m.ARN = account + "FuzzedIn"
		added, err := roles.Add(m, mapping.Change{})
		if err != nil {
			return
		}
		again, err := mapping.Parse(added)
		if err != nil || len(again.Mappings()) != before+1 {
			t.Fatalf("%q became %q: %v", text, added, err)
		}
		back, err := again.Remove(m.ARN, mapping.Change{})
		if err != nil {
			return // the text before may have become one that cannot be edited
		}
		if left, err := mapping.Parse(back); err != nil || len(left.Mappings()) != before {
			t.Fatalf("%q became %q, and then %q: %v", text, added, back, err)
		}
	})
}
