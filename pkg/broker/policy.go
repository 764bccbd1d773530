package broker

import (
	"slices"
	"strings"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker/catalog"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Verdict is what the policies say of one person and one access: every rule's
// outcome, not only the decision. The decision and the text of an error are read
// from the same value.
type Verdict struct {
	Policies []Ruling // in the order of the catalog
}

// Ruling is what one policy says.
type Ruling struct {
	Policy   string
	Findings []Finding
	Approval *Request  // the approval that contents it, where one is needed
	Until    time.Time // the approval's end; zero without one
}

// Finding is the outcome of one rule.
type Finding struct {
	Rule Rule
	Code jit.Code // empty: the rule is content
	Text string   // for people
}

// Rule names what a policy may ask for.
type Rule string

// The rules.
const (
	RuleMember        Rule = "members"
	RuleJustification Rule = "justification"
	RuleApproval      Rule = "approval"
)

// longestJustification is Britive's limit, in characters.
const longestJustification = 255

// approval is an approved request with its votes.
type approval struct {
	request Request
	votes   []Vote
}

// judge applies every policy of an access. It is a pure function: the same facts
// give the same verdict, at a checkout, at a mint and in an explanation.
func judge(entry *catalog.Entry, personID string, why jit.Reason, approvals []approval, now time.Time) Verdict {
	var v Verdict
	for i := range entry.Policies {
		v.Policies = append(v.Policies, rule(&entry.Policies[i], personID, why, approvals, now))
	}
	return v
}

func rule(p *catalog.Policy, personID string, why jit.Reason, approvals []approval, now time.Time) Ruling {
	r := Ruling{Policy: p.Name}
	if !p.Members.Has(personID) {
		r.Findings = []Finding{{RuleMember, jit.NotFound, "does not name this person"}}
		return r
	}
	r.Findings = []Finding{{Rule: RuleMember}}
	justification := why.Justification
	if p.Approval != nil {
		r.Findings = append(r.Findings, r.approve(p.Approval, personID, approvals, now))
		if r.Approval != nil && strings.TrimSpace(justification) == "" {
			justification = r.Approval.Justification
		}
	}
	r.Findings = append(r.Findings, justify(p.Justification, justification))
	return r
}

func justify(need catalog.Need, text string) Finding {
	if need == catalog.Required && strings.TrimSpace(text) == "" {
		return Finding{RuleJustification, jit.Justification, "a justification is required"}
	}
	if !fits(text, longestJustification) {
		return Finding{RuleJustification, jit.Justification, "a justification has at most 255 characters"}
	}
	return Finding{Rule: RuleJustification}
}

// approve looks for the approval that lasts longest among those that content
// the policy now, under the present catalog. It ends with a whole second, as the
// windows that rest on it do, so that none of them ends before it begins.
func (r *Ruling) approve(a *catalog.Approval, personID string, approvals []approval, now time.Time) Finding {
	for i := range approvals {
		given := &approvals[i]
		if ahead(given.request.Decided, now) {
			continue
		}
		until := earlier(given.request.ValidUntil, given.request.Decided.Add(a.ValidFor)).Truncate(time.Second)
		if until.After(now) && until.After(r.Until) && consents(a.Approvers, personID, given.votes) {
			r.Approval, r.Until = &given.request, until
		}
	}
	if r.Approval == nil {
		who := strings.Join(a.Approvers.Labels(), ", ")
		return Finding{RuleApproval, jit.Approval, "an approval is required; it can be given by " + who}
	}
	return Finding{Rule: RuleApproval}
}

// consents reports whether somebody who may approve did. Nobody approves their
// own request: the person is compared, not the name.
func consents(approvers catalog.Group, requesterID string, votes []Vote) bool {
	return slices.ContainsFunc(votes, func(v Vote) bool {
		return v.Approve && v.Person.ID != requesterID && approvers.Has(v.Person.ID)
	})
}

// Granted returns the first policy that is content.
func (v Verdict) Granted() (Ruling, bool) {
	i := slices.IndexFunc(v.Policies, func(r Ruling) bool {
		return !slices.ContainsFunc(r.Findings, Finding.open)
	})
	if i < 0 {
		return Ruling{}, false
	}
	return v.Policies[i], true
}

// Missing returns what stands between the person and the access, by the way that
// asks least: a justification, which they can give themselves, before an
// approval, which they cannot.
func (v Verdict) Missing() Finding {
	missing := Finding{RuleMember, jit.NotFound, "no such profile for this person"}
	for _, r := range v.Policies {
		i := slices.IndexFunc(r.Findings, Finding.open)
		if !r.names() || i < 0 {
			continue
		}
		if missing.Rule == RuleMember || missing.Rule == RuleApproval && r.Findings[i].Rule == RuleJustification {
			missing = r.Findings[i]
		}
	}
	return missing
}

func (r Ruling) names() bool { return len(r.Findings) > 0 && !r.Findings[0].open() }

func (f Finding) open() bool { return f.Code != "" }

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
