// Package cani asks a cluster what the person behind a token is called there and
// may do.
//
//	Whoami ──▶ SelfSubjectReview        name, groups, AWS identity
//	Ask    ──▶ SelfSubjectRulesReview   View: everything that is listed for one namespace
//	Can    ──▶ SelfSubjectAccessReview  yes or no to one question, as kubectl auth can-i
//
// A rules review lists what RBAC grants. An authorizer that cannot list, as the
// one behind EKS's access policies, makes it incomplete: what is not listed may
// be allowed all the same. So "not listed" is never shown as "no" there.
package cani
