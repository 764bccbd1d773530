package eks_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/plugins/eks"
	"github.com/kubectl-jit/kubectl-jit/plugins/eks/account"
	"github.com/kubectl-jit/kubectl-jit/test/fake/aws"
)

const (
	administrator = "  # for an administrator of the role's account"

	roles   = "arn:aws:iam::196226166352:role/"
	podRole = roles + "EKS-Pod-Manager"
)

// reached is a client that reaches a strict account.
func reached(t *testing.T) (*aws.Server, *http.Client) {
	t.Helper()
	s, err := aws.Start(aws.Options{Dir: t.TempDir(), Account: "196226166352"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, s.Client()
}

// keysOf are those of a session that the account has given.
func keysOf(keys aws.Keys) jit.Credential {
	return jit.Credential{
		AccessKeyID: keys.AccessKeyID, SecretAccessKey: jit.NewSecret(keys.SecretAccessKey),
		SessionToken: jit.NewSecret(keys.SessionToken), Expires: keys.Expiration,
	}
}

// TestAssume asks a strict account, which verifies signatures and trust.
func TestAssume(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL_STS", "https://127.0.0.1:1") // nothing of the environment counts
	s, client := reached(t)
	external := aws.Statement{AWS: podRole, Actions: []string{"sts:AssumeRole"}, Conditions: map[string][]string{"sts:ExternalId": {"ci/42"}}}
	tagged := aws.Statement{AWS: podRole, Actions: []string{"sts:TagSession"}, Conditions: map[string][]string{"aws:RequestTag/team": {"a b+c=d"}, "aws:RequestTag/x": {"y"}}}
	s.AddRole(aws.Role{Name: "EKS-Pod-Manager"})
	s.AddRole(aws.Role{Name: "External", Path: "/team/", Trust: []aws.Statement{external, tagged}})
	with := keysOf(s.Issue("EKS-Pod-Manager", "alice@example.com", time.Hour))
	good := jit.Role{
		ARN: roles + "team/External", ExternalID: "ci/42", Tags: map[string]string{"x": "y", "team": "a b+c=d"},
		Region: "eu-central-1", SessionName: "alice smith@example.com",
	}
	const mended = "kubectl jit admin trust-policy --principal " + podRole + " --external-id "
	tests := []struct {
		name   string
		change func(r *jit.Role)
		lasts  time.Duration
		code   jit.Code
		says   string
		next   string
	}{
		{"all that is asked for", nil, time.Hour, "", "arn:aws:sts::196226166352:assumed-role/External/alice-smith@example.com", ""},
		{"no region", func(r *jit.Role) { r.Region = "" }, 15 * time.Minute, "", "External/alice-smith@example.com", ""},
		{"a short name", func(r *jit.Role) { r.SessionName = "" }, time.Hour, "", "External/--", ""},
		{"another external id", func(r *jit.Role) { r.ExternalID = "other" }, time.Hour, jit.Denied, "AWS says AccessDenied", mended + "other --apply --role External" + administrator},
		{"no external id", func(r *jit.Role) { r.ExternalID = "" }, time.Hour, jit.Denied, "AWS says AccessDenied", mended + "ID --apply --role External" + administrator},
		{"another tag", func(r *jit.Role) { r.Tags = map[string]string{"team": "b", "x": "y"} }, time.Hour, jit.Denied, "not authorized to perform: sts:TagSession", mended + "ci/42 --apply --role External" + administrator},
		{"too long for a chain", nil, time.Hour + time.Second, jit.Invalid, "role chaining", ""},
		{"no ARN", func(r *jit.Role) { r.ARN = "External" }, time.Hour, jit.Invalid, "not the ARN of a role", ""},
		{"a region that leads elsewhere", func(r *jit.Role) { r.Region = "example.com/" }, time.Hour, jit.Invalid, "--role-region", "the same login with --role-region REGION behind --assume-role " + roles + "team/External"},
	}
	for _, tt := range tests {
		role := good
		if tt.change != nil {
			tt.change(&role)
		}
		began := time.Now()
		got, err := eks.Assumer{HTTP: client}.Assume(t.Context(), role, with, began, tt.lasts)
		if tt.code != "" {
			if jit.CodeOf(err) != tt.code || !strings.Contains(err.Error(), tt.says) || jit.NextOf(err) != tt.next {
				t.Errorf("%s: %v (%s, next %q), want %s: …%s, next %q", tt.name, err, jit.CodeOf(err), jit.NextOf(err), tt.code, tt.says, tt.next)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		arn, err := account.Finder{HTTP: client}.CallerIdentity(t.Context(), got, "eu-central-1")
		if err != nil || !strings.HasSuffix(arn, tt.says) {
			t.Errorf("%s: %s, %v", tt.name, arn, err)
		}
		if off := got.Expires.Sub(began.Add(tt.lasts)); off.Abs() > 5*time.Second || got.Issued.After(began) {
			t.Errorf("%s: from %s to %s", tt.name, got.Issued, got.Expires)
		}
	}
}

// says answers everything with a status and a body.
type says struct {
	status int
	body   string
	asked  *string
}

func (s says) RoundTrip(r *http.Request) (*http.Response, error) {
	*s.asked = r.URL.Host
	return &http.Response{StatusCode: s.status, Status: http.StatusText(s.status), Header: http.Header{"Location": {"https://elsewhere.example.com"}}, Body: io.NopCloser(strings.NewReader(s.body)), Request: r}, nil
}

func refusal(code string) string {
	return "<ErrorResponse><Error><Code>" + code + "</Code><Message>m</Message></Error></ErrorResponse>"
}

func TestAssumeStrangeAnswers(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		code   jit.Code
		next   string
	}{
		{"a page", 200, "<html>sign in</html", jit.Unavailable, ""},
		{"no keys", 200, "<AssumeRoleResponse/>", jit.Unavailable, ""},
		{"a redirect", 302, "", jit.Unavailable, ""},
		{"out of order", 503, refusal("ServiceUnavailable"), jit.Unavailable, ""},
		{"ended", 403, refusal("ExpiredToken"), jit.Denied, "kubectl jit login PROFILE"},
		{"not trusted", 403, refusal("AccessDenied"), jit.Denied, "kubectl jit admin trust-policy --principal ROLE-BEFORE --external-id ID --apply --role R" + administrator},
		{"at another time", 403, refusal("SignatureDoesNotMatch"), jit.Denied, "date -u"},
		{"a region that is off", 403, refusal("RegionDisabledException"), jit.Denied, "the same login with --role-region REGION behind --assume-role arn:aws-cn:iam::196226166352:role/R"},
	}
	for _, tt := range tests {
		var asked string
		client := &http.Client{Transport: says{tt.status, tt.body, &asked}}
		_, err := eks.Assumer{HTTP: client}.Assume(context.Background(), jit.Role{ARN: "arn:aws-cn:iam::196226166352:role/R"}, credential(), noon, time.Hour)
		if jit.CodeOf(err) != tt.code || jit.NextOf(err) != tt.next || strings.Contains(err.Error(), "wJalr") || asked != "sts.cn-north-1.amazonaws.com.cn" {
			t.Errorf("%s: %v, next %q, from %s", tt.name, err, jit.NextOf(err), asked)
		}
	}
}
