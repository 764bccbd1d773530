package workload

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// awsAnswer is how AWS's CLI, containers and machines write keys.
type awsAnswer struct {
	AccessKeyID     string `json:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Token           string // the session token, in the metadata
}

func (a awsAnswer) keys(from string) (sdk.Credentials, error) {
	if a.AccessKeyID == "" || a.SecretAccessKey == "" {
		return sdk.Credentials{}, jit.Errorf(jit.SignIn, "", "%s gives no AWS keys", from)
	}
	return sdk.Credentials{AccessKeyID: a.AccessKeyID, SecretAccessKey: a.SecretAccessKey, SessionToken: cmp.Or(a.SessionToken, a.Token)}, nil
}

// awsKeys finds the keys of this workload:
//
//	a profile that the option names    by AWS's own CLI
//	AWS_ACCESS_KEY_ID …                the environment
//	AWS_PROFILE                        by AWS's own CLI
//	AWS_WEB_IDENTITY_TOKEN_FILE        a service account in EKS
//	AWS_CONTAINER_CREDENTIALS_…        ECS, EKS Pod Identity
//	169.254.169.254                    EC2
//
// Source: https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
func (p Place) awsKeys(ctx context.Context, profile string) (sdk.Credentials, error) {
	if profile != "" {
		return p.profileKeys(ctx, profile)
	}
	if id, secret := p.Getenv("AWS_ACCESS_KEY_ID"), p.Getenv("AWS_SECRET_ACCESS_KEY"); id != "" && secret != "" {
		return sdk.Credentials{AccessKeyID: id, SecretAccessKey: secret, SessionToken: p.Getenv("AWS_SESSION_TOKEN")}, nil
	}
	switch {
	case p.Getenv("AWS_PROFILE") != "":
		return p.profileKeys(ctx, p.Getenv("AWS_PROFILE"))
	case p.Getenv("AWS_WEB_IDENTITY_TOKEN_FILE") != "":
		return p.serviceAccountKeys(ctx)
	case p.Getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI") != "", p.Getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") != "":
		return p.containerKeys(ctx)
	case strings.EqualFold(p.Getenv("AWS_EC2_METADATA_DISABLED"), "true"):
		return sdk.Credentials{}, jit.Errorf(jit.SignIn, "", "there are no AWS keys: not in the environment, and AWS_EC2_METADATA_DISABLED is set")
	}
	return p.machineKeys(ctx)
}

// longestExport bounds AWS's CLI, which may ask a sign-on service.
const longestExport = 30 * time.Second

// reading names, to what the AWS CLI starts, the profiles that are being read, one a
// line. A credential_process of one of them may be this program.
const reading = "KUBECTL_JIT_READS_AWS_PROFILES"

// circle is how a profile that leads back to itself is told by the process that finds
// out to the one that began, by way of the AWS CLI's stderr.
const circle = "gets its keys from kubectl-jit, which signs in with the keys of that profile"

// profileKeys lets AWS's own CLI read its configuration: it knows every kind of
// profile there is.
func (p Place) profileKeys(ctx context.Context, profile string) (sdk.Credentials, error) {
	const from = "aws configure export-credentials"
	begun := strings.Split(p.Getenv(reading), "\n")
	if slices.Contains(begun, profile) {
		return sdk.Credentials{}, inCircle(profile)
	}
	ctx, cancel := context.WithTimeout(ctx, longestExport)
	defer cancel()
	cmd := exec.CommandContext(ctx, "aws", "configure", "export-credentials", "--format", "process", "--profile="+profile)
	cmd.Env = append(os.Environ(), reading+"="+strings.Join(append(begun, profile), "\n"))
	cmd.WaitDelay = time.Second // what it has started may live on, with its stderr
	text, err := cmd.Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		said := strings.Join(strings.Fields(string(failed.Stderr)), " ")
		if strings.Contains(said, circle) {
			return sdk.Credentials{}, inCircle(profile)
		}
		return sdk.Credentials{}, jit.Errorf(jit.SignIn, "", "%s: %s", from, said)
	}
	if err != nil {
		return sdk.Credentials{}, jit.Errorf(jit.SignIn, "", "the AWS CLI, which reads profiles, does not run: %w", err)
	}
	var answer awsAnswer
	if json.Unmarshal(text, &answer) != nil {
		return sdk.Credentials{}, jit.Errorf(jit.SignIn, "", "%s: its answer cannot be read", from)
	}
	return answer.keys(from)
}

func inCircle(profile string) error {
	return jit.Errorf(jit.SignIn, "", "the AWS profile %q %s", profile, circle).
		WithNext("kubectl jit login --federation aws-PROFILE, with a profile that has keys of its own")
}

// serviceAccountKeys takes the role that EKS gives to a service account. The call
// is not signed: the token in the file speaks for it.
func (p Place) serviceAccountKeys(ctx context.Context) (sdk.Credentials, error) {
	token, err := os.ReadFile(p.Getenv("AWS_WEB_IDENTITY_TOKEN_FILE"))
	if err != nil {
		return sdk.Credentials{}, jit.Errorf(jit.SignIn, "", "read AWS_WEB_IDENTITY_TOKEN_FILE: %w", err)
	}
	address, _, err := p.sts()
	if err != nil {
		return sdk.Credentials{}, err
	}
	body := url.Values{
		"Action": {"AssumeRoleWithWebIdentity"}, "Version": {"2011-06-15"},
		"RoleArn":          {p.Getenv("AWS_ROLE_ARN")},
		"RoleSessionName":  {cmp.Or(p.Getenv("AWS_ROLE_SESSION_NAME"), "kubectl-jit")},
		"WebIdentityToken": {strings.TrimSpace(string(token))},
	}.Encode()
	text, err := ask(ctx, p.outside(), http.MethodPost, address, body, http.Header{
		"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"},
	})
	if err != nil {
		return sdk.Credentials{}, err
	}
	var answer struct {
		Response struct {
			Result struct{ Credentials awsAnswer } `json:"AssumeRoleWithWebIdentityResult"`
		} `json:"AssumeRoleWithWebIdentityResponse"`
	}
	if err := fields(text, &answer); err != nil {
		return sdk.Credentials{}, err
	}
	return answer.Response.Result.Credentials.keys("STS")
}

// containerKeys asks the agent of ECS or of EKS Pod Identity.
func (p Place) containerKeys(ctx context.Context) (sdk.Credentials, error) {
	address := p.Getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI")
	if path := p.Getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"); path != "" {
		address = "http://169.254.170.2" + path
	}
	if !isSafe(address) {
		return sdk.Credentials{}, jit.Errorf(jit.Invalid, "", "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https:// nor on this machine")
	}
	headers := http.Header{}
	word := p.Getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN")
	if file := p.Getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"); file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return sdk.Credentials{}, jit.Errorf(jit.SignIn, "", "read AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: %w", err)
		}
		word = strings.TrimSpace(string(text))
	}
	if word != "" {
		headers.Set("Authorization", word)
	}
	text, err := ask(ctx, p.nextDoor(), http.MethodGet, address, "", headers)
	if err != nil {
		return sdk.Credentials{}, err
	}
	var answer awsAnswer
	if err := fields(text, &answer); err != nil {
		return sdk.Credentials{}, err
	}
	return answer.keys("the container's agent")
}

// machineKeys asks the metadata of an EC2 machine for the keys of its role, in the
// form that wants a session first (IMDSv2).
func (p Place) machineKeys(ctx context.Context) (sdk.Credentials, error) {
	const metadata = "http://169.254.169.254/latest/"
	session, err := ask(ctx, p.nextDoor(), http.MethodPut, metadata+"api/token", "", http.Header{"X-Aws-Ec2-Metadata-Token-Ttl-Seconds": {"60"}})
	if err != nil {
		return sdk.Credentials{}, err
	}
	headers := http.Header{"X-Aws-Ec2-Metadata-Token": {string(session)}}
	const roles = metadata + "meta-data/iam/security-credentials/"
	role, err := ask(ctx, p.nextDoor(), http.MethodGet, roles, "", headers)
	if err != nil {
		return sdk.Credentials{}, err
	}
	name, _, _ := strings.Cut(strings.TrimSpace(string(role)), "\n")
	text, err := ask(ctx, p.nextDoor(), http.MethodGet, roles+url.PathEscape(name), "", headers)
	if err != nil {
		return sdk.Credentials{}, err
	}
	var answer awsAnswer
	if err := fields(text, &answer); err != nil {
		return sdk.Credentials{}, err
	}
	return answer.keys("the machine's metadata")
}
