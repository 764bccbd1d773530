// Package aws turns an AWS session that the engine has decided on into credentials:
// one assertion, one unsigned form post to STS, one XML answer. The broker holds
// no AWS key.
package aws
