// Package mapping reads, edits and checks the text that maps IAM roles to
// Kubernetes groups: mapRoles of the ConfigMap kube-system/aws-auth.
//
//	text ──▶ Parse ──▶ Roles ──▶ Mappings            what is there, with lines
//	                     │  └──▶ Lint ──▶ Findings   what does not do what it says
//	                     │
//	Add, Remove:  cut and insert whole lines
//	                ──▶ parse again: all but the one entry equal? ──▶ new text
//
// The text is somebody else's: comments, order, and fields that nobody here knows
// stay byte for byte. A shape that cannot be edited by lines is refused with its
// line. The node roles, without which no node joins, and the entry that the caller
// came in by are never changed.
//
// It is pure: no cluster and no AWS is asked. What aws-iam-authenticator makes of
// an entry was read in its pkg/mapper/configmap and pkg/config, v0.7.18, and tried
// against it.
package mapping
