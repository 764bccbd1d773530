package aws_test

import (
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/kubectl-jit/kubectl-jit/test/fake/aws"
)

func TestGetCallerIdentity(t *testing.T) {
	s := start(t)
	keys := s.Issue("EKS-Pod-Manager", alice, time.Hour)
	if len(keys.SessionToken) < 400 || !strings.ContainsAny(keys.SessionToken, "/+=") {
		t.Errorf("a session token of %d characters is not like AWS's", len(keys.SessionToken))
	}
	answer, err := stsClient(t, s, keys).GetCallerIdentity(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := *answer.Arn, "arn:aws:sts::196226166352:assumed-role/EKS-Pod-Manager/alice@example.com"; got != want {
		t.Errorf("ARN %s, want %s: STS drops the role's path", got, want)
	}
	if !strings.HasPrefix(*answer.UserId, "AROA") || !strings.HasSuffix(*answer.UserId, ":alice@example.com") || len(*answer.UserId) != 21+1+len(alice) {
		t.Errorf("user id %s", *answer.UserId)
	}
	other, err := stsClient(t, s, s.Issue("EKS-Cluster-Admin", alice, time.Hour)).GetCallerIdentity(t.Context(), nil)
	if err != nil || *other.UserId == *answer.UserId {
		t.Errorf("two roles share the id %s (%v)", *answer.UserId, err)
	}

	wrong := keys
	wrong.SecretAccessKey += "x"
	_, err = stsClient(t, s, wrong).GetCallerIdentity(t.Context(), nil)
	refused(t, "a wrong secret", err, "SignatureDoesNotMatch")
	s.SetClock(2 * time.Hour)
	_, err = stsClient(t, s, keys).GetCallerIdentity(t.Context(), nil)
	refused(t, "an ended session", err, "ExpiredToken")
	_, err = stsClient(t, s, s.Issue("No-Such-Role", alice, time.Hour)).GetCallerIdentity(t.Context(), nil)
	refused(t, "the session of a role that is gone", err, "InvalidClientTokenId")
}

// chain is an account with roles to be assumed from other roles.
func chain(t *testing.T) *aws.Server {
	s := start(t)
	statement := func(principal, action string) aws.Statement {
		return aws.Statement{AWS: principal, Actions: []string{action}}
	}
	external := statement(root, "sts:AssumeRole")
	external.Conditions = map[string][]string{"sts:externalid": {"jit"}}
	s.AddRole(aws.Role{Name: "External", MaxSession: 4 * time.Hour, Trust: []aws.Statement{external}})
	s.AddRole(aws.Role{Name: "Named", Trust: []aws.Statement{statement(podRole, "sts:AssumeRole")}})
	s.AddRole(aws.Role{Name: "Tagged", Trust: []aws.Statement{statement(podRole, "sts:AssumeRole"), statement(podRole, "sts:TagSession")}})
	s.AddRole(aws.Role{Name: "Known", Trust: []aws.Statement{statement(podRole, "sts:AssumeRole"), statement(podRole, "sts:SetSourceIdentity")}})
	owned := statement(podRole, "sts:TagSession")
	owned.Conditions = map[string][]string{"aws:RequestTag/team": {"a"}}
	s.AddRole(aws.Role{Name: "Owned", Trust: []aws.Statement{statement(podRole, "sts:AssumeRole"), owned}})
	s.AddUser(aws.User{Name: "ops", AccessKeyID: "AKIAOPS", SecretAccessKey: "ops", Actions: []string{"sts:AssumeRole"}})
	return s
}

// tags are session tags, in pairs of key and value.
func tags(pairs ...string) (all []types.Tag) {
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, types.Tag{Key: &pairs[i], Value: &pairs[i+1]})
	}
	return all
}

func TestAssumeRole(t *testing.T) {
	s := chain(t)
	pod := s.Issue("EKS-Pod-Manager", alice, time.Hour)
	admin := s.Issue("EKS-Cluster-Admin", alice, time.Hour) // its own policies let it assume roles
	ops := aws.Keys{AccessKeyID: "AKIAOPS", SecretAccessKey: "ops"}
	type input = sts.AssumeRoleInput
	tests := []struct {
		name    string
		keys    aws.Keys
		role    string
		change  func(in *input)
		refusal string
	}{
		{"named in the trust policy", pod, "Named", nil, ""},
		{"not named in it", admin, "Named", nil, "AccessDenied"},
		{"by the account, with the right to", admin, "External", func(in *input) { in.ExternalId = awssdk.String("jit") }, ""},
		{"by the account, without the right to", pod, "External", func(in *input) { in.ExternalId = awssdk.String("jit") }, "AccessDenied"},
		{"no external id", admin, "External", nil, "AccessDenied"},
		{"another external id", admin, "External", func(in *input) { in.ExternalId = awssdk.String("other") }, "AccessDenied"},
		{"a role that trusts nobody", admin, "EKS-Cluster-Admin", nil, "AccessDenied"},
		{"no such role", admin, "None", nil, "AccessDenied"},
		{"a chained role for over an hour", admin, "External", func(in *input) {
			in.ExternalId, in.DurationSeconds = awssdk.String("jit"), awssdk.Int32(3601)
		}, "ValidationError"},
		{"a user's for over an hour", ops, "External", func(in *input) {
			in.ExternalId, in.DurationSeconds = awssdk.String("jit"), awssdk.Int32(14400)
		}, ""},
		{"longer than the role allows", ops, "External", func(in *input) {
			in.ExternalId, in.DurationSeconds = awssdk.String("jit"), awssdk.Int32(14401)
		}, "ValidationError"},
		{"shorter than AWS allows", pod, "Named", func(in *input) { in.DurationSeconds = awssdk.Int32(899) }, "ValidationError"},
		{"a session name with a space", pod, "Named", func(in *input) { in.RoleSessionName = awssdk.String("alice smith") }, "ValidationError"},
		{"tags without sts:TagSession", pod, "Named", func(in *input) {
			in.Tags = []types.Tag{{Key: awssdk.String("a"), Value: awssdk.String("b")}}
		}, "AccessDenied"},
		{"tags", pod, "Tagged", func(in *input) { in.Tags = []types.Tag{{Key: awssdk.String("a"), Value: awssdk.String("b")}} }, ""},
		{"the tag that the policy asks for", pod, "Owned", func(in *input) { in.Tags = tags("team", "a") }, ""},
		{"another value of it", pod, "Owned", func(in *input) { in.Tags = tags("team", "b") }, "AccessDenied"},
		{"one key twice", pod, "Tagged", func(in *input) { in.Tags = tags("a", "b", "A", "c") }, "InvalidParameterValue"},
		{"a long value", pod, "Tagged", func(in *input) { in.Tags = tags("a", strings.Repeat("x", 257)) }, "ValidationError"},
		{"an external id with a space", admin, "External", func(in *input) { in.ExternalId = awssdk.String("j it") }, "ValidationError"},
		{"a source identity without sts:SetSourceIdentity", pod, "Named", func(in *input) { in.SourceIdentity = awssdk.String(alice) }, "AccessDenied"},
		{"a source identity", pod, "Known", func(in *input) { in.SourceIdentity = awssdk.String(alice) }, ""},
	}
	for _, tt := range tests {
		in := input{RoleArn: awssdk.String("arn:aws:iam::" + account + ":role/" + tt.role), RoleSessionName: awssdk.String(alice)}
		if tt.change != nil {
			tt.change(&in)
		}
		out, err := stsClient(t, s, tt.keys).AssumeRole(t.Context(), &in)
		if tt.refusal != "" {
			refused(t, tt.name, err, tt.refusal)
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		got := aws.Keys{AccessKeyID: *out.Credentials.AccessKeyId, SecretAccessKey: *out.Credentials.SecretAccessKey, SessionToken: *out.Credentials.SessionToken}
		who, err := stsClient(t, s, got).GetCallerIdentity(t.Context(), nil)
		if err != nil || *who.Arn != *out.AssumedRoleUser.Arn || !strings.HasSuffix(*who.Arn, "assumed-role/"+tt.role+"/"+alice) {
			t.Errorf("%s: %v (%v)", tt.name, who, err)
		}
	}
}
