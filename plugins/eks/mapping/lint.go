package mapping

import (
	"fmt"
	"slices"
	"strings"
)

// Severity says how much a finding matters.
type Severity string

// The severities.
const (
	Error   Severity = "error"   // it does not do what it says
	Warning Severity = "warning" // it does more or less than it looks like
	Note    Severity = "note"    // it works, and may surprise
)

// Finding is one thing that Lint found.
type Finding struct {
	Line     int // in mapRoles, from 1
	Severity Severity
	ARN      string // of the entry, as written; may be empty
	Text     string // what is wrong
	Fix      string // what to write instead; may be empty
}

// Lint checks every entry. Bound are the groups that the cluster's bindings name;
// nil means that they are not known, and groups are not checked.
func (r *Roles) Lint(bound []string) []Finding {
	var all []Finding
	if r.more {
		all = append(all, Finding{Line: 1, Severity: Error, Text: "a second YAML document follows, which nobody reads"})
	}
	for i, e := range r.entries {
		l := linter{entry: e}
		l.shape()
		l.role(r.entries[:i])
		l.sso()
		l.user()
		l.groups(bound)
		all = append(all, l.found...)
	}
	return all
}

// linter checks one entry.
type linter struct {
	entry
	found []Finding
}

func (l *linter) add(severity Severity, fix, format string, args ...any) {
	l.found = append(l.found, Finding{Line: l.Line, Severity: severity, ARN: l.ARN, Text: fmt.Sprintf(format, args...), Fix: fix})
}

// shape looks at the fields as such.
func (l *linter) shape() {
	if len(l.fields) == 0 {
		l.add(Error, "", "this is no entry with rolearn, username and groups: it is dropped")
		return
	}
	for _, key := range l.twice {
		l.add(Error, "", "%s stands there twice: only one counts", key)
	}
	var odd []string
	for name, f := range l.fields {
		switch {
		case !slices.Contains([]string{"rolearn", "username", "groups", "sso", "userid"}, name):
			odd = append(odd, f.key)
		case name != f.key:
			l.add(Note, name, "the authenticator takes %s for %s, and other tools may not", f.key, name)
		}
	}
	slices.Sort(odd)
	if len(odd) > 0 {
		l.add(Warning, "", "nobody reads %s", strings.Join(odd, ", "))
	}
}

// role looks at the ARN, and at the entries before this one.
func (l *linter) role(before []entry) {
	if len(l.fields) == 0 {
		return
	}
	_, sso := l.fields["sso"]
	if l.ARN == "" {
		if !sso {
			l.add(Error, "", "rolearn is missing: the entry is dropped")
		}
		return
	}
	if sso {
		l.add(Error, "", "rolearn and sso exclude each other: the entry is dropped")
	}
	l.arn()
	for _, other := range before {
		if other.ARN == l.ARN || SameRole(other.ARN, l.ARN) {
			l.add(Error, "", "line %d maps this role too: only the last one counts, and groups are not merged", other.Line)
			break
		}
	}
}

func (l *linter) arn() {
	lower := strings.ToLower(l.ARN)
	role, err := Role(l.ARN)
	switch {
	case strings.TrimSpace(l.ARN) != l.ARN:
		l.add(Error, strings.TrimSpace(l.ARN), "blanks around the ARN are part of it: it never matches")
	case strings.ContainsAny(l.ARN, "*?"):
		l.add(Error, "", "an ARN is no pattern: it never matches")
	case sessionARN.MatchString(l.ARN):
		l.add(Error, role, "this is the ARN of a session, not of a role: it never matches")
	case roleARN.MatchString(l.ARN) && role != l.ARN:
		l.add(Error, role, "the ARN has a path, which the caller's has not: it never matches")
	case err == nil:
	case roleARN.MatchString(lower):
		l.add(Note, "", "the ARN is not in AWS's own spelling: aws-auth does not mind the case")
		if bare, err := Role(lower); err == nil && bare != lower {
			l.add(Error, "", "the ARN has a path, which the caller's has not: it never matches")
		}
	case strings.Contains(lower, ":user/"):
		l.add(Warning, "", "this is the ARN of a user: users belong in mapUsers")
	default:
		l.add(Error, "", "this is not the ARN of a role: it never matches")
	}
}

// sso looks at the matcher of IAM Identity Center.
func (l *linter) sso() {
	matcher := l.fields["sso"].value
	if matcher == nil {
		return
	}
	l.add(Warning, "rolearn", "sso is an alpha feature of aws-iam-authenticator: where it is off, the entry never matches")
	for i := 0; i+1 < len(matcher.Content); i += 2 {
		if strings.EqualFold(matcher.Content[i].Value, "partition") && !null(follow(matcher.Content[i+1])) {
			l.add(Error, "", "with a partition, aws-iam-authenticator 0.7 makes a pattern that never matches: leave partition out")
		}
	}
}

// user looks at the user name.
func (l *linter) user() {
	if len(l.fields) == 0 {
		return
	}
	switch {
	case l.Username == "":
		l.add(Error, `"{{SessionNameRaw}}"`, "username is missing: whoever comes in has an empty one")
	case l.Node():
		l.node()
	case !strings.Contains(l.Username, "{{"):
		l.add(Warning, `"{{SessionNameRaw}}"`, "everybody with this role is called %q: the audit log cannot tell them apart", l.Username)
	case strings.Contains(l.Username, "{{SessionName}}"):
		l.add(Note, `"{{SessionNameRaw}}"`, "{{SessionName}} writes alice-example.com for alice@example.com")
	}
	if strings.HasPrefix(l.Username, "system:") && !l.Node() {
		l.add(Warning, "", "%q is a name of Kubernetes' own", l.Username)
	}
}

// node looks at an entry of nodes.
func (l *linter) node() {
	grouped := slices.Contains(l.Groups, "system:nodes") && slices.Contains(l.Groups, "system:bootstrappers")
	switch {
	case !grouped && strings.Contains(l.Username, nodeName):
		l.add(Error, "", "%s is filled in for instances only, and nodes need the groups system:bootstrappers and system:nodes", nodeName)
	case !grouped:
		l.add(Warning, "", "an entry of nodes has the groups system:bootstrappers and system:nodes")
	case !strings.HasPrefix(l.Username, "system:node:"):
		l.add(Error, "system:node:"+nodeName, "a node must be called system:node: and its name")
	}
}

// groups looks at the groups, and whether anything is bound to them.
func (l *linter) groups(bound []string) {
	if len(l.fields) == 0 {
		return
	}
	list := l.fields["groups"].value
	if len(l.Groups) == 0 {
		switch {
		case null(list) || len(list.Content) == 0 && list.Value == "":
			l.add(Warning, "", "there is no group: whoever comes in may do what the user name may")
		default:
			l.add(Error, "", "groups is not a list: no group is given")
		}
		return
	}
	for _, group := range l.Groups {
		switch {
		case group == "system:masters":
			l.add(Warning, "", "system:masters may do everything, and no RBAC rule takes it away")
		case strings.HasPrefix(group, "system:"), strings.Contains(group, "{{"), bound == nil, slices.Contains(bound, group):
		default:
			l.unbound(group, bound)
		}
	}
}

// unbound tells a group that no binding names, and the one that was meant.
func (l *linter) unbound(group string, bound []string) {
	i := slices.IndexFunc(bound, func(other string) bool { return strings.EqualFold(strings.TrimSpace(group), other) })
	if i >= 0 {
		l.add(Error, bound[i], "no binding names the group %q: the case of groups counts, and %q is bound", group, bound[i])
		return
	}
	l.add(Warning, "", "no binding names the group %q: it gives nothing", group)
}
