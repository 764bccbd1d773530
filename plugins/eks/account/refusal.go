package account

import (
	"context"
	"errors"

	"github.com/aws/smithy-go"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// refusal turns an error of an AWS call into one a person can act on: AWS's own
// code, and what is behind it most of the time.
func refusal(op, action string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return jit.Errorf(jit.Unavailable, op, "%w", err)
	}
	answer, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return jit.Errorf(jit.Unavailable, op, "AWS is not reached: %w", err)
	}
	code, cause := classify(answer.ErrorCode(), action)
	if cause != "" {
		cause = " (" + cause + ")"
	}
	return jit.Errorf(code, op, "AWS says %s: %s%s", answer.ErrorCode(), answer.ErrorMessage(), cause)
}

func classify(awsCode, action string) (jit.Code, string) {
	switch awsCode {
	case "AccessDeniedException", "AccessDenied", "UnauthorizedOperation":
		return jit.Denied, "the role has no right to " + action + "; with a context that aws eks update-kubeconfig wrote, none is needed"
	case "ExpiredToken", "ExpiredTokenException":
		return jit.Denied, "the AWS session has ended"
	case "SignatureDoesNotMatch", "InvalidSignatureException", "RequestExpired":
		return jit.Denied, "most often this machine's clock is wrong"
	case "InvalidClientTokenId", "UnrecognizedClientException":
		return jit.Denied, "AWS does not know these keys; is the region enabled in the account?"
	case "Throttling", "ThrottlingException", "TooManyRequestsException":
		return jit.Unavailable, "too many calls; try again in a moment"
	case "InternalFailure", "ServerException", "ServiceUnavailable", "ServiceUnavailableException":
		return jit.Unavailable, ""
	}
	return jit.Denied, ""
}
