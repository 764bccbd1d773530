package account

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/smithy-go"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	jiteks "github.com/kubectl-jit/kubectl-jit/plugins/eks"
)

// IAM writes what an account trusts. It speaks the query API itself: six calls do
// not carry the weight of the SDK's largest client.
type IAM struct {
	http       *http.Client
	credential jit.Credential
	host       string
	region     string // of the signature
}

const (
	iamVersion = "2010-05-08"
	iamTimeout = 15 * time.Second
	maxAnswer  = 16 << 20 // a metadata document has up to 10 million characters
)

// IAM is the door to the IAM of a partition. It asks nobody yet. Codes: invalid (a
// partition that is not aws, aws-cn or aws-us-gov).
func (f Finder) IAM(credential jit.Credential, partition string) (IAM, error) {
	i := IAM{http: f.HTTP, credential: credential}
	if i.http == nil {
		i.http = &http.Client{Timeout: iamTimeout}
	}
	switch partition {
	case "aws":
		i.host, i.region = "iam.amazonaws.com", "us-east-1"
	case "aws-cn":
		i.host, i.region = "iam.cn-north-1.amazonaws.com.cn", "cn-north-1"
	case "aws-us-gov":
		i.host, i.region = "iam.us-gov.amazonaws.com", "us-gov-west-1"
	default:
		return IAM{}, jit.Errorf(jit.Invalid, "ask IAM", "where partition %q has its IAM is not known here", partition)
	}
	return i, nil
}

// SAMLProvider returns the metadata document that is registered under an ARN; found
// is false where there is none. Codes: denied, unavailable.
func (i IAM) SAMLProvider(ctx context.Context, arn string) (document string, found bool, err error) {
	var answer struct {
		Document string `xml:"GetSAMLProviderResult>SAMLMetadataDocument"`
	}
	err = i.call(ctx, "look at "+arn, "GetSAMLProvider", url.Values{"SAMLProviderArn": {arn}}, &answer)
	if jit.CodeOf(err) == jit.NotFound {
		return "", false, nil
	}
	return answer.Document, err == nil, err
}

// CreateSAMLProvider registers a metadata document under a new name. Codes: invalid
// (IAM does not take it, or has one of the name), denied, unavailable.
func (i IAM) CreateSAMLProvider(ctx context.Context, name, document string) error {
	return i.call(ctx, "make SAML provider "+name, "CreateSAMLProvider", url.Values{"Name": {name}, "SAMLMetadataDocument": {document}}, nil)
}

// UpdateSAMLProvider replaces a metadata document as a whole. Codes as for
// CreateSAMLProvider, and not_found.
func (i IAM) UpdateSAMLProvider(ctx context.Context, arn, document string) error {
	return i.call(ctx, "change "+arn, "UpdateSAMLProvider", url.Values{"SAMLProviderArn": {arn}, "SAMLMetadataDocument": {document}}, nil)
}

// TrustPolicy returns the ARN of a role and the policy that says who may assume it,
// JSON. Codes: not_found, denied, unavailable.
func (i IAM) TrustPolicy(ctx context.Context, role string) (arn, policy string, err error) {
	var answer struct {
		ARN    string `xml:"GetRoleResult>Role>Arn"`
		Policy string `xml:"GetRoleResult>Role>AssumeRolePolicyDocument"`
	}
	op := "look at role " + role
	if err := i.call(ctx, op, "GetRole", url.Values{"RoleName": {role}}, &answer); err != nil {
		return "", "", err
	}
	policy, err = url.QueryUnescape(answer.Policy)
	if err != nil {
		return "", "", jit.Errorf(jit.Unavailable, op, "read its trust policy: %w", err)
	}
	return answer.ARN, policy, nil
}

// SetTrustPolicy replaces the trust policy of a role. Codes: not_found, invalid (IAM
// does not take it), denied, unavailable.
func (i IAM) SetTrustPolicy(ctx context.Context, role, policy string) error {
	return i.call(ctx, "change the trust policy of role "+role, "UpdateAssumeRolePolicy", url.Values{"RoleName": {role}, "PolicyDocument": {policy}}, nil)
}

// CreateRole makes a role without rights of its own, that whom the policy names may
// assume. Codes: invalid (IAM does not take it, or has one of the name), denied,
// unavailable.
func (i IAM) CreateRole(ctx context.Context, role, policy string) error {
	return i.call(ctx, "make role "+role, "CreateRole", url.Values{"RoleName": {role}, "AssumeRolePolicyDocument": {policy}}, nil)
}

// call makes one signed call and reads the answer into result, if there is one.
func (i IAM) call(ctx context.Context, op, action string, form url.Values, result any) error {
	form.Set("Action", action)
	form.Set("Version", iamVersion)
	request, err := jiteks.Call(ctx, i.credential, i.host, "iam", i.region, form, time.Now())
	if err != nil {
		return jit.Errorf(jit.Internal, op, "%w", err)
	}
	response, err := i.http.Do(request)
	if err != nil {
		return jit.Errorf(jit.Unavailable, op, "AWS is not reached: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return jit.Errorf(jit.Unavailable, op, "AWS is not reached: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return iamRefusal(op, action, response.Status, text)
	}
	if result == nil {
		return nil
	}
	if err := xml.Unmarshal(text, result); err != nil {
		return jit.Errorf(jit.Unavailable, op, "read AWS's answer: %w", err)
	}
	return nil
}

// iamRefusal reads why IAM refused a call.
func iamRefusal(op, action, status string, text []byte) error {
	var answer struct {
		Code    string `xml:"Error>Code"`
		Message string `xml:"Error>Message"`
	}
	if err := xml.Unmarshal(text, &answer); err != nil || answer.Code == "" {
		return jit.Errorf(jit.Unavailable, op, "AWS answers %s", status)
	}
	says := errors.New("AWS says " + answer.Code + ": " + strings.TrimSpace(answer.Message))
	switch answer.Code {
	case "NoSuchEntity":
		return jit.Errorf(jit.NotFound, op, "%w", says)
	case "MalformedPolicyDocument", "InvalidInput", "ValidationError", "EntityAlreadyExists", "LimitExceeded":
		return jit.Errorf(jit.Invalid, op, "%w", says)
	case "AccessDenied":
		return jit.Errorf(jit.Denied, op, "%w (these keys have no right to iam:%s)", says, action)
	}
	return refusal(op, "iam:"+action, &smithy.GenericAPIError{Code: answer.Code, Message: answer.Message})
}
