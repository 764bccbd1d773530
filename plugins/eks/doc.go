// Package eks is Amazon EKS: the bearer token its clusters take.
//
//	Credential ──▶ Issuer ──▶ Token            signing only, nobody is called
//	Credential ──▶ Assumer ──▶ Credential      of a further role: one call of STS
//
// A token is "k8s-aws-v1." and, in base64url without padding, a presigned URL of
// sts:GetCallerIdentity with the cluster's name in a signed header. The cluster
// calls that URL and believes what STS answers. Signatures are made with
// aws/signer/v4 alone: it adds nothing to the start-up time, where the clients of
// STS and EKS and the configuration loader would add milliseconds to every call
// (package account has those), and no setting of the environment (an endpoint
// override, say) can get into the token.
package eks
