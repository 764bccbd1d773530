package account

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	jiteks "github.com/kubectl-jit/kubectl-jit/plugins/eks"
)

// CallerIdentity asks STS whose keys these are and returns the ARN, such as
// arn:aws:sts::196226166352:assumed-role/EKS-Pod-Manager/alice@example.com.
// Codes: invalid (no region), denied (the keys are not good, or no longer),
// unavailable.
func (f Finder) CallerIdentity(ctx context.Context, credential jit.Credential, region string) (string, error) {
	const op = "ask AWS who I am"
	if err := jiteks.CheckRegion(region); err != nil {
		return "", jit.Errorf(jit.Invalid, op, "%w", err)
	}
	options := sts.Options{
		Region:      region,
		Credentials: credentials.StaticCredentialsProvider{Value: jiteks.Keys(credential)},
	}
	if f.HTTP != nil {
		options.HTTPClient = f.HTTP
	}
	answer, err := sts.New(options).GetCallerIdentity(ctx, nil)
	if err != nil {
		return "", refusal(op, "sts:GetCallerIdentity", err)
	}
	return aws.ToString(answer.Arn), nil
}
