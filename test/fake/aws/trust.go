package aws

import (
	"path"
	"slices"
)

// Statement is one Allow statement of a trust policy.
type Statement struct {
	Federated  string              // ARN of a SAML provider, or
	AWS        string              // ARN of a principal, or the account's root for everybody in it
	Actions    []string            // e.g. sts:AssumeRoleWithSAML
	Conditions map[string][]string // StringEquals, e.g. "SAML:aud"
}

// trusts reports whether the role's trust policy allows every action to the
// principal under the given condition values. As in IAM, no statement is no.
func (r Role) trusts(principals []string, context map[string]string, actions ...string) bool {
	for _, action := range actions {
		allowed := slices.ContainsFunc(r.Trust, func(st Statement) bool {
			return st.names(principals) && slices.Contains(st.Actions, action) && st.met(context)
		})
		if !allowed {
			return false
		}
	}
	return true
}

func (st Statement) names(principals []string) bool {
	return slices.ContainsFunc(principals, func(p string) bool { return p != "" && (p == st.Federated || p == st.AWS) })
}

// met compares every condition; a key that is not there is not equal.
func (st Statement) met(context map[string]string) bool {
	for key, values := range st.Conditions {
		value, there := context[key]
		if !there || !slices.Contains(values, value) {
			return false
		}
	}
	return true
}

// allows reports whether one of the patterns ("eks:*") covers the action.
func allows(patterns []string, action string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		ok, err := path.Match(pattern, action)
		return err == nil && ok
	})
}
