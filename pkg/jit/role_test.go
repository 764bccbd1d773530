package jit_test

import (
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

func TestRoleCheck(t *testing.T) {
	const arn = "arn:aws:iam::196226166352:role/EKS-Deployer"
	tests := []struct {
		name string
		role jit.Role
		ok   bool
	}{
		{"an ARN", jit.Role{ARN: arn}, true},
		{"with a path", jit.Role{ARN: "arn:aws-us-gov:iam::196226166352:role/team/a/EKS-Deployer"}, true},
		{"all there is", jit.Role{ARN: arn, ExternalID: "ci:42/a", Tags: map[string]string{"team": ""}, SessionName: "alice@example.com"}, true},
		{"no ARN", jit.Role{}, false},
		{"a name", jit.Role{ARN: "EKS-Deployer"}, false},
		{"a session", jit.Role{ARN: "arn:aws:sts::196226166352:assumed-role/EKS-Deployer/me"}, false},
		{"a user", jit.Role{ARN: "arn:aws:iam::196226166352:user/me"}, false},
		{"no account", jit.Role{ARN: "arn:aws:iam::19622616635x:role/EKS-Deployer"}, false},
		{"no name", jit.Role{ARN: "arn:aws:iam::196226166352:role/team/"}, false},
		{"a line break", jit.Role{ARN: arn + "\n"}, false},
		{"a short external id", jit.Role{ARN: arn, ExternalID: "x"}, false},
		{"a strange external id", jit.Role{ARN: arn, ExternalID: "a b"}, false},
		{"a strange session name", jit.Role{ARN: arn, SessionName: "alice smith"}, false},
		{"a long session name", jit.Role{ARN: arn, SessionName: strings.Repeat("a", 65)}, false},
		{"a tag without a key", jit.Role{ARN: arn, Tags: map[string]string{"": "x"}}, false},
		{"a long tag", jit.Role{ARN: arn, Tags: map[string]string{"x": strings.Repeat("a", 257)}}, false},
	}
	for _, tt := range tests {
		if err := tt.role.Check(); (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
