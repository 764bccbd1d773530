package catalog_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker/catalog"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// whole is a catalog in one file, in which the tests below plant a mistake.
const whole = `apiVersion: jit.kubectl-jit.dev/v1alpha1
kind: Catalog
users:
  - name: alice@example.com
  - name: bob@example.com
  - {name: carol@example.com, disabled: true}
tags:
  - name: sre
    users: [bob@example.com]
  - name: gone
    users: [carol@example.com]
applications:
  - name: App
    type: AWS
    environments:
      - name: Env
        aws: {account: "196226166352", samlProvider: jit-broker}
    profiles:
      - name: Profile
        environments: [Env]
        role: Role
        duration: 1h
        policies:
          - name: policy
            members: {users: [alice@example.com]}
            approval:
              approvers: {tags: [sre]}
`

// TestMistakes plants one mistake at a time and holds where it is found and what
// is said.
func TestMistakes(t *testing.T) {
	tests := []struct {
		name, old, new string
		line, says     string
	}{
		{"not YAML", "users:\n", "users: [\n", "", "did not find expected"},
		{"another version", "v1alpha1", "v1", "1", "apiVersion must be"},
		{"another kind", "kind: Catalog", "kind: Config", "2", "kind must be Catalog"},
		{"no kind", "kind: Catalog\n", "", "1", "kind must be Catalog"},
		{"an unknown field at the top", "kind: Catalog", "kind: Catalog\nuser: []", "3", `unknown field "user"; known are apiVersion, kind, users`},
		{"an unknown field below", "        role: Role", "        rol: Role", "21", `unknown field "rol"`},
		{"a field twice", "        role: Role", "        role: Role\n        role: Admin", "22", "given at line 21 already"},
		{"a list for a value", "role: Role", "role: [Role]", "21", "must be a single value"},
		{"a value for a list", "environments: [Env]", "environments: Env", "20", "must be a list"},
		{"a value for a mapping", "approvers: {tags: [sre]}", "approvers: sre", "27", "must be a mapping"},
		{"an empty value", "role: Role", "role:", "21", "an empty value"},
		{"an alias", "  - name: alice@example.com", "  - &a {name: alice@example.com}\n  - *a", "5", "anchors and aliases"},
		{"a second document", whole[len(whole)-1:], "\n---\nkind: Catalog\n", "28", "second document"},

		{"a user without a name", "- name: bob@example.com", "- {id: u-1}", "5", "user without a name"},
		{"a user twice", "- name: bob@example.com", "- name: ALICE@example.com", "5", "declared twice"},
		{"a name that does not show", "- name: bob@example.com", `- name: "bob\u200b@example.com"`, "5", "do not show"},
		{"an ill-formed id", "- name: bob@example.com", "- {name: bob@example.com, id: a/b}", "5", "an id has"},
		{"an id twice", "- name: alice@example.com\n  - name: bob@example.com", "- {name: alice@example.com, id: x}\n  - {name: bob@example.com, id: x}", "5", "is taken, at"},
		{"neither true nor false", "disabled: true", "disabled: perhaps", "6", "neither true nor false"},
		{"an unknown user in a tag", "users: [bob@example.com]", "users: [mallory@example.com]", "9", `no user "mallory@example.com"`},
		{"a tag twice", "- name: gone", "- name: SRE", "10", "declared twice"},

		{"another type", "type: AWS", "type: GCP", "14", "type must be AWS"},
		{"no type", "    type: AWS\n", "", "13", "type must be AWS"},
		{"an account that is none", `"196226166352"`, "19622616635", "17", "twelve digits"},
		{"no account", `account: "196226166352", `, "", "17", "twelve digits"},
		{"no provider", ", samlProvider: jit-broker", "", "17", "samlProvider"},
		{"no aws", `        aws: {account: "196226166352", samlProvider: jit-broker}` + "\n", "", "16", "aws is missing"},
		{"an unknown partition", "samlProvider", "partition: moon, samlProvider", "17", "aws, aws-cn or aws-us-gov"},
		{"a region that is none", "samlProvider", "region: example.com/, samlProvider", "17", "a region such as"},
		{"a recipient in the clear", "samlProvider", "recipient: http://a, samlProvider", "17", "https"},

		{"a tag that AWS does not take", "jit-broker}\n    profiles:\n      - name: Profile", "jit-broker, tags: true}\n    profiles:\n      - name: Profile (all)", "19", `profile "Profile (all)": its name is a session tag in environment "Env"`},

		{"an application twice", "applications:\n", "applications:\n  - {name: APP, type: AWS}\n", "14", "declared twice"},
		{"an environment twice", "      - name: Env\n", "      - {name: env, aws: {account: \"196226166352\", samlProvider: x}}\n      - name: Env\n", "17", "declared twice"},
		{"an unknown environment", "environments: [Env]", "environments: [Prod]", "20", `no environment "Prod"`},
		{"an environment named twice", "environments: [Env]", "environments: [Env, env]", "20", "named twice"},
		{"no environment", "        environments: [Env]\n", "", "19", "names no environment"},
		{"a role that is none", "role: Role", "role: Rö le", "21", "not the name of an IAM role"},
		{"an ARN for a role", "role: Role", "role: arn:aws:iam::196226166352:role/Role:x", "21", "not the name of an IAM role"},
		{"no role", "        role: Role\n", "", "19", "not the name of an IAM role"},
		{"no duration", "        duration: 1h\n", "", "19", "duration is missing"},
		{"a duration that is none", "duration: 1h", "duration: 60", "22", "not a duration"},
		{"a duration below zero", "duration: 1h", "duration: -1h", "22", "lies outside"},
		{"a duration of days", "duration: 1h", "duration: 48h", "22", "lies outside"},
		{"an extension without a limit", "duration: 1h", "duration: 1h\n        extension: {by: 30m}", "23", "limit"},
		{"an extension by nothing", "duration: 1h", "duration: 1h\n        extension: {limit: 1}", "23", "by is missing"},
		{"a session no role allows", "duration: 1h", "duration: 1h\n        maxSession: 13h", "23", "lies outside"},

		{"members nobody", "members: {users: [alice@example.com]}", "members: {users: []}", "25", "members name nobody"},
		{"no members", "            members: {users: [alice@example.com]}\n", "", "24", "members name nobody"},
		{"an unknown member", "members: {users: [alice@example.com]}", "members: {users: [alice]}", "25", `no user "alice"`},
		{"an unknown tag", "tags: [sre]", "tags: [ops]", "27", `no tag "ops"`},
		{"a justification that is none", "            approval:", "            justification: sometimes\n            approval:", "26", "none, optional or required"},
		{"approvers nobody", "approvers: {tags: [sre]}", "approvers: {tags: []}", "27", "approvers name nobody"},
		{"no approvers", "approvers: {tags: [sre]}", "validFor: 1h", "27", "approvers name nobody"},
		{"approvers disabled", "tags: [sre]", "tags: [gone]", "27", "approvers are nobody"},
		{"the only approver asks", "members: {users: [alice@example.com]}", "members: {users: [alice@example.com, bob@example.com]}", "27", "nobody could approve for bob@example.com"},
		{"a wait of a year", "              approvers", "              timeToApprove: 8760h\n              approvers", "27", "lies outside"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := whole[:len(whole)-1] + tt.new // a mistake at the end
			if tt.old != "\n" {
				text = strings.Replace(whole, tt.old, tt.new, 1)
			}
			if text == whole {
				t.Fatal("no mistake was planted")
			}
			dir := folder(t, map[string]string{"catalog.yaml": text})
			_, err := catalog.Load(dir)
			if jit.CodeOf(err) != jit.Invalid {
				t.Fatalf("%v, want invalid", err)
			}
			want := filepath.Join(dir, "catalog.yaml") + ":" + tt.line
			if !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v\nwant %s and %q", err, want, tt.says)
			}
		})
	}
}

func TestWholeIsRight(t *testing.T) { load(t, map[string]string{"catalog.yaml": whole}) }

// TestAllAtOnce holds that one reading names every mistake, over all files.
func TestAllAtOnce(t *testing.T) {
	first := strings.Replace(whole, "role: Role", "rule: Role", 1)
	first = strings.Replace(first, "duration: 1h", "duration: long", 1)
	first = strings.Replace(first, "users: [alice@example.com]", "users: [alyce@example.com]", 1)
	dir := folder(t, map[string]string{"a.yaml": first, "b.yaml": "kind: Catalog\nusers:\n  - name: bob@example.com\n"})
	_, err := catalog.Load(dir)
	for _, want := range []string{
		`a.yaml:21: unknown field "rule"`, "a.yaml:22: duration", `a.yaml:25: there is no user "alyce@example.com"`,
		"b.yaml:1: apiVersion", `b.yaml:3: user "bob@example.com" is declared twice`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\ndoes not say %q", err, want)
		}
	}
}

func TestNoCatalog(t *testing.T) {
	empty := filepath.Join(folder(t, map[string]string{"catalog.yaml": ""}), "catalog.yaml")
	for path, says := range map[string]string{
		t.TempDir():                           "no *.yaml",
		filepath.Join(t.TempDir(), "missing"): "missing",
		empty:                                 "catalog.yaml:1: the file is empty",
	} {
		if _, err := catalog.Load(path); jit.CodeOf(err) != jit.Invalid || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
