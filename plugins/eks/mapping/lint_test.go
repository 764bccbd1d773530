package mapping_test

import (
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/plugins/eks/mapping"
)

// TestLint holds each finding to what aws-iam-authenticator 0.7.18 does with such
// an entry.
func TestLint(t *testing.T) {
	entry := func(arn, rest string) string { return "- rolearn: " + arn + "\n" + rest }
	const user, groups = "  username: \"{{SessionNameRaw}}\"\n", "  groups: [readers]\n"
	good := entry(account+"R", user+groups)
	tests := []struct {
		name, text string
		severity   mapping.Severity // of the one finding; empty for none
		says, fix  string
	}{
		{"a good entry", good, "", "", ""},
		{"the nodes", story[:strings.Index(story, "# Readers")], "", "", ""},
		{"a path", entry(account+"team/R", user+groups), mapping.Error, "has a path", account + "R"},
		{"a session", entry("arn:aws:sts::196226166352:assumed-role/R/me", user+groups), mapping.Error, "ARN of a session", account + "R"},
		{"twice", good + good, mapping.Error, "line 1 maps this role too: only the last one counts, and groups are not merged", ""},
		{"twice, in other letters", good + entry(account+"r", user+groups), mapping.Error, "line 1 maps this role too", ""},
		{"capitals", entry(strings.ToUpper(account)+"R", user+groups), mapping.Note, "aws-auth does not mind the case", ""},
		{"a pattern", entry(account+"Team-*", user+groups), mapping.Error, "no pattern", ""},
		{"blanks", entry("\""+account+"R \"", user+groups), mapping.Error, "blanks around", account + "R"},
		{"a user", entry("arn:aws:iam::196226166352:user/me", user+groups), mapping.Warning, "mapUsers", ""},
		{"no ARN at all", entry("R", user+groups), mapping.Error, "not the ARN of a role", ""},
		{"rolearn is missing", "- username: \"{{SessionNameRaw}}\"\n" + groups, mapping.Error, "rolearn is missing", ""},
		{"no mapping", "- " + account + "R\n", mapping.Error, "no entry", ""},
		{"a key in other letters", "- roleARN: " + account + "R\n" + user + groups, mapping.Note, "takes roleARN for rolearn", "rolearn"},
		{"a key twice", good + "  groups: [readers]\n", mapping.Error, "groups stands there twice", ""},
		{"a key that nobody reads", good + "  note: x\n", mapping.Warning, "nobody reads note", ""},
		{"username is missing", entry(account+"R", groups), mapping.Error, "username is missing", `"{{SessionNameRaw}}"`},
		{"one name for all", entry(account+"R", "  username: admin\n"+groups), mapping.Warning, "cannot tell them apart", `"{{SessionNameRaw}}"`},
		{"a cleaned name", entry(account+"R", "  username: \"jit:{{SessionName}}\"\n"+groups), mapping.Note, "alice-example.com", `"{{SessionNameRaw}}"`},
		{"a node's name for persons", entry(account+"R", "  username: \"x:{{EC2PrivateDNSName}}\"\n"+groups), mapping.Error, "for instances only", ""},
		{"a node without its name", entry(account+"R", "  username: \"{{EC2PrivateDNSName}}\"\n  groups: [\"system:nodes\", \"system:bootstrappers\"]\n"), mapping.Error, "must be called system:node:", "system:node:{{EC2PrivateDNSName}}"},
		{"half a node", entry(account+"R", "  username: \"x{{SessionNameRaw}}\"\n  groups: [\"system:nodes\"]\n"), mapping.Warning, "system:bootstrappers and system:nodes", ""},
		{"a name of Kubernetes' own", entry(account+"R", "  username: \"system:{{SessionNameRaw}}\"\n"+groups), mapping.Warning, "Kubernetes' own", ""},
		{"no group", entry(account+"R", user), mapping.Warning, "there is no group", ""},
		{"groups is no list", entry(account+"R", user+"  groups: readers\n"), mapping.Error, "not a list", ""},
		{"a group without binding", entry(account+"R", user+"  groups: [writers]\n"), mapping.Warning, `no binding names the group "writers"`, ""},
		{"a group in other letters", entry(account+"R", user+"  groups: [Readers]\n"), mapping.Error, `"readers" is bound`, "readers"},
		{"a group from a template", entry(account+"R", user+"  groups: [\"acct-{{AccountID}}\"]\n"), "", "", ""},
		{"all rights", entry(account+"R", user+"  groups: [\"system:masters\"]\n"), mapping.Warning, "system:masters may do everything", ""},
		{"the sso matcher", "- sso: {permissionSetName: Admin, accountID: \"196226166352\"}\n" + user + groups, mapping.Warning, "alpha feature", "rolearn"},
		{"two documents", good + "---\n" + good, mapping.Error, "second YAML document", ""},
	}
	for _, tt := range tests {
		found := parse(t, tt.text).Lint([]string{"readers"})
		if tt.severity == "" {
			if len(found) > 0 {
				t.Errorf("%s: %+v", tt.name, found)
			}
			continue
		}
		if len(found) != 1 || found[0].Severity != tt.severity || !strings.Contains(found[0].Text, tt.says) || found[0].Fix != tt.fix {
			t.Errorf("%s: %+v, want %s: %s (%s)", tt.name, found, tt.severity, tt.says, tt.fix)
		}
	}
	partition := parse(t, "- sso: {permissionSetName: Admin, accountID: \"196226166352\", partition: aws}\n"+user+groups).Lint(nil)
	if len(partition) != 2 || !strings.Contains(partition[1].Text, "leave partition out") {
		t.Errorf("a partition: %+v", partition)
	}
	if found := parse(t, entry(account+"R", user+"  groups: [writers]\n")).Lint(nil); len(found) > 0 {
		t.Errorf("the bindings are not known: %+v", found)
	}
}
