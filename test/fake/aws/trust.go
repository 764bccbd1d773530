package aws

import (
	"encoding/json"
	"path"
	"slices"
	"strings"
)

// Statement is one Allow statement of a trust policy.
type Statement struct {
	Federated  string              // ARN of a SAML provider, or
	AWS        string              // ARN of a principal, or the account's root for everybody in it
	Actions    []string            // e.g. sts:AssumeRoleWithSAML
	Conditions map[string][]string // StringEquals, e.g. "SAML:aud"
}

// denied is the first action that the role's trust policy does not allow to one of
// the principals under the given condition values; empty where it allows them all.
// As in IAM, no statement is no.
func (r Role) denied(principals []string, context map[string]string, actions []string) string {
	for _, action := range actions {
		allowed := slices.ContainsFunc(r.Trust, func(st Statement) bool {
			return st.names(principals) && allows(st.Actions, action) && st.met(context)
		})
		if !allowed {
			return action
		}
	}
	return ""
}

func (st Statement) names(principals []string) bool {
	return slices.ContainsFunc(principals, func(p string) bool { return p != "" && (p == st.Federated || p == st.AWS) })
}

// met compares every condition; a key that is not there is not equal.
func (st Statement) met(context map[string]string) bool {
	for key, values := range st.Conditions {
		value, there := valueOf(context, key)
		if !there || !slices.Contains(values, value) {
			return false
		}
	}
	return true
}

// valueOf looks a condition key up. The case of keys does not count.
func valueOf(context map[string]string, key string) (string, bool) {
	for name, value := range context {
		if strings.EqualFold(name, key) {
			return value, true
		}
	}
	return "", false
}

// allows reports whether one of the patterns ("eks:*") covers the action.
func allows(patterns []string, action string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		ok, err := path.Match(pattern, action)
		return err == nil && ok
	})
}

// document writes the trust policy as IAM shows it.
func (r Role) document() string {
	if r.policy != "" {
		return escape(r.policy)
	}
	statements := []map[string]any{}
	for _, st := range r.Trust {
		principal := map[string]string{"AWS": st.AWS}
		if st.Federated != "" {
			principal = map[string]string{"Federated": st.Federated}
		}
		statement := map[string]any{"Effect": "Allow", "Principal": principal, "Action": st.Actions}
		if len(st.Conditions) > 0 {
			statement["Condition"] = map[string]any{"StringEquals": st.Conditions}
		}
		statements = append(statements, statement)
	}
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": statements})
	if err != nil {
		return "" // strings and lists of strings are always written
	}
	return escape(string(text))
}
