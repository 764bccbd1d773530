// Package aws stands in for the AWS services that cannot run here: STS, EKS and
// IAM of one account. It is strict: it verifies what AWS verifies, and what it
// refuses it refuses with AWS's own code, status and body.
//
//	client ─▶ HTTPS_PROXY ─▶ CONNECT host:443 ─▶ TLS with a certificate for host
//	                                               │  (authority: Server.CAFile)
//	       sts.* ─▶ AssumeRoleWithSAML, AssumeRole, GetCallerIdentity
//	       eks.* ─▶ ListClusters, DescribeCluster
//	                List-, Describe-, Create-, Update-, DeleteAccessEntry
//	         iam ─▶ ListRoles, GetRole, CreateRole, UpdateAssumeRolePolicy
//	                Create-, Get-, UpdateSAMLProvider
//	      others ─▶ 403: nothing leaves this machine
//
// A call is counted, meets the fault that a test planted for it, is
// authenticated, and is then carried out. Tests move the account's clock, and
// with it the Date of its answers, hold answers back, and issue sessions without
// asking anybody.
//
// It is no substitute for a real account in what AWS does not document.
package aws
