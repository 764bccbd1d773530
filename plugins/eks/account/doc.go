// Package account is what an AWS account tells of itself to who has keys of it:
//
//	Credential ──▶ Finder ──▶ where a cluster is, whose keys these are
//	                  └─────▶ Entries: who a cluster lets in by EKS itself
//
// It asks through the clients of the AWS SDK, which cost milliseconds at the start
// of each program that links them: people's commands do, a client's call does
// not.
package account
