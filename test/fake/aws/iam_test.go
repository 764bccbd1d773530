package aws_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/test/fake/aws"
)

func callIAM(keys aws.Keys, action string, fields ...string) raw {
	form := url.Values{"Action": {action}, "Version": {"2010-05-08"}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r := identity(keys)
	r.url, r.service, r.region, r.body = "https://iam.amazonaws.com/", "iam", "us-east-1", form.Encode()
	return r
}

func TestIAM(t *testing.T) {
	s := start(t)
	auditor := s.Issue("Auditor", alice, time.Hour)
	tests := []struct {
		name   string
		call   raw
		status int
		says   []string
	}{
		{"one role", callIAM(auditor, "GetRole", "RoleName", "EKS-Pod-Manager"), 200, []string{
			"<Arn>" + podRole + "</Arn>", "<Path>/team/</Path>", "<MaxSessionDuration>3600<", "sts%3AAssumeRoleWithSAML", "SAML%3Aaud",
		}},
		{"all roles", callIAM(auditor, "ListRoles"), 200, []string{"Auditor", "EKS-Cluster-Admin", "EKS-Pod-Manager", "<IsTruncated>false<"}},
		{"the first page", callIAM(auditor, "ListRoles", "MaxItems", "2"), 200, []string{"<IsTruncated>true<", "<Marker>EKS-Cluster-Admin<"}},
		{"the second page", callIAM(auditor, "ListRoles", "MaxItems", "2", "Marker", "EKS-Cluster-Admin"), 200, []string{"EKS-Pod-Manager", "<IsTruncated>false<"}},
		{"by path", callIAM(auditor, "ListRoles", "PathPrefix", "/team/", "MaxItems", "1"), 200, []string{"EKS-Pod-Manager", "<IsTruncated>false<"}},
		{"no such role", callIAM(auditor, "GetRole", "RoleName", "None"), 404, []string{"<Code>NoSuchEntity</Code>", "<Type>Sender</Type>"}},
		{"a page of none", callIAM(auditor, "ListRoles", "MaxItems", "0"), 400, []string{"ValidationError"}},
		{"what is not there", callIAM(auditor, "DeleteRole"), 400, []string{"InvalidAction"}},
		{"a role without the right to", callIAM(s.Issue("EKS-Pod-Manager", alice, time.Hour), "ListRoles"), 403, []string{"<Code>AccessDenied</Code>", "iam:ListRoles"}},
	}
	for _, tt := range tests {
		status, body := do(t, client(t, s), tt.call.signed(t))
		if status != tt.status {
			t.Errorf("%s: %d %s, want %d", tt.name, status, body, tt.status)
		}
		for _, text := range tt.says {
			if !strings.Contains(body, text) {
				t.Errorf("%s: %s does not say %s", tt.name, body, text)
			}
		}
	}
}

// TestIAMWrite holds what an administrator changes to what AWS takes.
func TestIAMWrite(t *testing.T) {
	s := start(t)
	s.AddRole(aws.Role{Name: "Root", Actions: []string{"iam:*"}})
	root := s.Issue("Root", alice, time.Hour)
	metadata := string(newIdentityProvider(t).metadata())
	const arn = "arn:aws:iam::" + account + ":saml-provider/new"
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"` + arn + `"},"Action":["sts:AssumeRoleWithSAML","sts:TagSession"],"Condition":{"StringEquals":{"SAML:aud":"https://x"}}}]}`
	tests := []struct {
		name   string
		call   raw
		status int
		says   string
	}{
		{"no such provider", callIAM(root, "GetSAMLProvider", "SAMLProviderArn", arn), 404, "<Code>NoSuchEntity</Code>"},
		{"to change it", callIAM(root, "UpdateSAMLProvider", "SAMLProviderArn", arn, "SAMLMetadataDocument", metadata), 404, "NoSuchEntity"},
		{"a name that is none", callIAM(root, "CreateSAMLProvider", "Name", "a/b", "SAMLMetadataDocument", metadata), 400, "ValidationError"},
		{"too short a document", callIAM(root, "CreateSAMLProvider", "Name", "new", "SAMLMetadataDocument", "<x/>"), 400, "ValidationError"},
		{"no metadata", callIAM(root, "CreateSAMLProvider", "Name", "new", "SAMLMetadataDocument", "<x>"+strings.Repeat("x", 1000)+"</x>"), 400, "InvalidInput"},
		{"made", callIAM(root, "CreateSAMLProvider", "Name", "new", "SAMLMetadataDocument", metadata), 200, "<SAMLProviderArn>" + arn + "<"},
		{"made twice", callIAM(root, "CreateSAMLProvider", "Name", "new", "SAMLMetadataDocument", metadata), 409, "EntityAlreadyExists"},
		{"seen", callIAM(root, "GetSAMLProvider", "SAMLProviderArn", arn), 200, "EntityDescriptor"},
		{"changed", callIAM(root, "UpdateSAMLProvider", "SAMLProviderArn", arn, "SAMLMetadataDocument", metadata), 200, arn},
		{"a policy of no role", callIAM(root, "UpdateAssumeRolePolicy", "RoleName", "None", "PolicyDocument", policy), 404, "NoSuchEntity"},
		{"no policy", callIAM(root, "UpdateAssumeRolePolicy", "RoleName", "Auditor", "PolicyDocument", "{"), 400, "MalformedPolicyDocument"},
		{"an operator that is none", callIAM(root, "UpdateAssumeRolePolicy", "RoleName", "Auditor", "PolicyDocument", strings.Replace(policy, "StringEquals", "StringIs", 1)), 400, "MalformedPolicyDocument"},
		{"a role that is there", callIAM(root, "CreateRole", "RoleName", "Auditor", "AssumeRolePolicyDocument", policy), 409, "EntityAlreadyExists"},
		{"a role with a path for a name", callIAM(root, "CreateRole", "RoleName", "team/New", "AssumeRolePolicyDocument", policy), 400, "ValidationError"},
		{"a role nobody may assume", callIAM(root, "CreateRole", "RoleName", "New", "AssumeRolePolicyDocument", "{}"), 400, "MalformedPolicyDocument"},
		{"a new role", callIAM(root, "CreateRole", "RoleName", "New", "AssumeRolePolicyDocument", policy), 200, "role/New"},
		{"trusted", callIAM(root, "UpdateAssumeRolePolicy", "RoleName", "Auditor", "PolicyDocument", policy), 200, "UpdateAssumeRolePolicyResponse"},
		{"as it was given", callIAM(root, "GetRole", "RoleName", "Auditor"), 200, "%22SAML%3Aaud%22%3A%22https%3A%2F%2Fx%22"},
		{"a role without the right to", callIAM(s.Issue("Auditor", alice, time.Hour), "CreateSAMLProvider", "Name", "x"), 403, "iam:CreateSAMLProvider on resource: arn:aws:iam::196226166352:saml-provider/x"},
	}
	for _, tt := range tests {
		status, body := do(t, client(t, s), tt.call.signed(t))
		if status != tt.status || !strings.Contains(body, tt.says) {
			t.Errorf("%s: %d %s, want %d and %s", tt.name, status, body, tt.status, tt.says)
		}
	}
}
