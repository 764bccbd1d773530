package workload_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/plugins/britive/workload"
	"github.com/kubectl-jit/kubectl-jit/test/fake/aws"
	"github.com/kubectl-jit/kubectl-jit/test/fake/tenant"
)

// account is one with a role for CI, and a client that reaches it.
func account(t *testing.T) (*aws.Server, *http.Client) {
	t.Helper()
	server, err := aws.Start(aws.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	server.AddRole(aws.Role{Name: "ci", Actions: []string{"sts:GetWebIdentityToken"}})
	client := server.Client()
	t.Cleanup(client.CloseIdleConnections)
	return server, client
}

// trusting is a tenant that carries signed calls out at the account.
func trusting(server *aws.Server) *tenant.Tenant {
	x := tenant.New(tenant.Options{Host: host, STS: server.CallerIdentity})
	x.AddPerson(tenant.Person{Name: "ci", Service: true})
	x.AddWorkload("arn:aws:sts::196226166352:assumed-role/ci/run-7", "ci")
	return x
}

func variables(keys aws.Keys) map[string]string {
	return map[string]string{
		"AWS_ACCESS_KEY_ID": keys.AccessKeyID, "AWS_SECRET_ACCESS_KEY": keys.SecretAccessKey, "AWS_SESSION_TOKEN": keys.SessionToken, "AWS_REGION": "eu-central-1",
	}
}

// TestAWS holds the signed call against an AWS that verifies it bit for bit, as
// the tenant carries it out.
func TestAWS(t *testing.T) {
	server, _ := account(t)
	x := trusting(server)
	place := network{http.NewServeMux()}.place(variables(server.Issue("ci", "run-7", time.Hour)))
	for option, lasts := range map[string]time.Duration{"": 15 * time.Minute, "-_60": time.Minute, "-_99999": 15 * time.Minute} {
		got, err := get(t, "aws"+option, place)
		if err != nil {
			t.Fatal(err)
		}
		signsIn(t, x, got)
		if left := time.Until(got.Expires); !strings.HasPrefix(got.Owner, "ASIA") || left > lasts || left < lasts-10*time.Second {
			t.Errorf("aws%s: of %q for %s", option, got.Owner, left)
		}
	}
	place.Getenv = func(name string) string {
		return map[string]string{"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "evil.example.com/"}[name]
	}
	fails(t, "aws", place, jit.Invalid, "AWS_REGION")
}

// TestAWSJWT holds the call for a JWT against the same.
func TestAWSJWT(t *testing.T) {
	server, client := account(t)
	vars := variables(server.Issue("ci", "run-7", time.Hour))
	place := workload.Place{Getenv: func(name string) string { return vars[name] }, HTTP: client}
	for option, lasts := range map[string]time.Duration{"": 300 * time.Second, "-|me|ES384|7": time.Minute, "-|||9999": time.Hour} {
		got, err := get(t, "awsstsjwt"+option, place)
		if err != nil {
			t.Fatal(err)
		}
		if left := time.Until(got.Expires); !strings.HasSuffix(got.Owner, "arn:aws:iam::196226166352:role/ci") || left > lasts || left < lasts-10*time.Second {
			t.Errorf("%s: of %q for %s", option, got.Owner, left)
		}
	}
	fails(t, "awsstsjwt-||HS256", place, jit.SignIn, "sts.eu-central-1.amazonaws.com answers 400 Bad Request: ValidationError: ")
	fails(t, "awsstsjwt-|||soon", place, jit.Invalid, "no number")
}

// TestAWSKeys holds where the keys come from, in their order.
func TestAWSKeys(t *testing.T) {
	n := network{http.NewServeMux()}
	const answer = `{"AccessKeyId":"ASIA%s","SecretAccessKey":"s","Token":"t"}`
	n.on("PUT 169.254.169.254/latest/api/token", "", "X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "60", "session")
	n.on("GET 169.254.169.254/latest/meta-data/iam/security-credentials/{$}", "", "X-Aws-Ec2-Metadata-Token", "session", "my role\n")
	n.on("GET 169.254.169.254/latest/meta-data/iam/security-credentials/my%20role", "", "X-Aws-Ec2-Metadata-Token", "session", fmt.Sprintf(answer, "MACHINE"))
	n.on("GET 169.254.170.2/v2/credentials/x", "", "Authorization", "", fmt.Sprintf(answer, "TASK"))
	n.on("GET 169.254.170.23/v1/credentials", "", "Authorization", "pod", fmt.Sprintf(answer, "POD"))
	n.HandleFunc("POST sts.us-east-1.amazonaws.com/", func(w http.ResponseWriter, r *http.Request) {
		if r.PostFormValue("RoleArn") != "arn:r" || r.PostFormValue("WebIdentityToken") != "jwt" {
			http.Error(w, "{}", http.StatusBadRequest)
			return
		}
		fmt.Fprintf(w, `{"AssumeRoleWithWebIdentityResponse":{"AssumeRoleWithWebIdentityResult":{"Credentials":{"AccessKeyId":"ASIASERVICE","SecretAccessKey":"s","SessionToken":"t"}}}}`)
	})
	dir := t.TempDir()
	for name, text := range map[string]string{"jwt": "jwt\n", "pod": "pod\n", "aws": "#!/bin/sh\n[ \"$*\" = 'configure export-credentials --format process --profile=-a b' ] || { echo no such profile >&2; exit 1; }\necho '{\"AccessKeyId\":\"ASIAPROFILE\",\"SecretAccessKey\":\"s\"}'\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	tests := []struct {
		owner, provider string
		vars            map[string]string
	}{
		{"ASIAMACHINE", "aws", nil},
		{"ASIATASK", "aws", map[string]string{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/x"}},
		{"ASIAPOD", "aws", map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": filepath.Join(dir, "pod")}},
		{"ASIASERVICE", "aws", map[string]string{"AWS_WEB_IDENTITY_TOKEN_FILE": filepath.Join(dir, "jwt"), "AWS_ROLE_ARN": "arn:r"}},
		{"ASIAPROFILE", "aws", map[string]string{"AWS_PROFILE": "-a b"}},
		{"ASIAENV", "aws", map[string]string{"AWS_PROFILE": "other", "AWS_ACCESS_KEY_ID": "ASIAENV", "AWS_SECRET_ACCESS_KEY": "s"}},
		{"ASIAPROFILE", "aws--a b_60", map[string]string{"AWS_ACCESS_KEY_ID": "ASIAENV", "AWS_SECRET_ACCESS_KEY": "s"}},
	}
	for _, tt := range tests {
		got, err := get(t, tt.provider, n.place(tt.vars))
		if err != nil || got.Owner != tt.owner {
			t.Errorf("%s: of %q, %v", tt.owner, got.Owner, err)
		}
	}
	fails(t, "aws-other", n.place(nil), jit.SignIn, "aws configure export-credentials: no such profile")
	inner := map[string]string{"KUBECTL_JIT_READS_AWS_PROFILES": "\nours\n-a b"}
	fails(t, "aws-ours", n.place(inner), jit.SignIn, `the AWS profile "ours" gets its keys from kubectl-jit`)
	fails(t, "aws-other", n.place(inner), jit.SignIn, "no such profile")
	fails(t, "aws", n.place(map[string]string{"AWS_EC2_METADATA_DISABLED": "true"}), jit.SignIn, "there are no AWS keys")
	fails(t, "aws", n.place(map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://evil.example.com/", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "canary"}), jit.Invalid, "FULL_URI")
	fails(t, "aws", n.place(map[string]string{"AWS_WEB_IDENTITY_TOKEN_FILE": filepath.Join(dir, "gone")}), jit.SignIn, "AWS_WEB_IDENTITY_TOKEN_FILE")
}
