// Package cani asks a cluster what the person behind a token is called there and
// may do.
//
//	Whoami  ──▶ SelfSubjectReview        name, groups, AWS identity
//	Ask     ──▶ SelfSubjectRulesReview   Rules: everything that is listed for one namespace
//	Can     ──▶ SelfSubjectAccessReview  yes or no to one question, as kubectl auth can-i
//	Explain ──▶ the same                 and the role, binding and group it rests on
//
//	Look.At ──▶ View: a cell for every verb of every resource
//
//	    discovery                 which cells there are                   served.go
//	    rules of no namespace     yes for what lies in no namespace       rules.go
//	    rules of each namespace   yes for what lies in it
//	    access reviews            for what the rules left open            fill.go
//
// A rules review lists what RBAC grants. An authorizer that cannot list, as the
// one behind EKS's access policies, makes it incomplete: what is not listed may
// be allowed all the same. So "not listed" is never shown as "no" there. What is
// listed counts as yes: an authorizer that stands before RBAC and denies what RBAC
// grants is not seen.
package cani
