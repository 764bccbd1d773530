package catalog

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Bounds and defaults of the durations in a catalog.
const (
	shortestCheckout = 10 * time.Second
	longestCheckout  = 24 * time.Hour

	// What AWS allows as a role's maximum session duration, and its default.
	shortestMaxSession = time.Hour
	longestMaxSession  = 12 * time.Hour

	shortestWait  = time.Second
	longestWait   = 7 * 24 * time.Hour
	timeToApprove = 5 * time.Minute
	validFor      = 2 * time.Hour

	mostExtensions = 100
)

// environment is a checked environment of the application at hand.
type environment struct {
	name, id string
	account  string
	aws      AWS
}

func (b *builder) application(a applicationEntry) {
	if a.Type.Value != "AWS" {
		b.fail(cmp.Or(a.Type.Line, a.Name.Line), "application %q: type must be AWS", a.Name.Value)
	}
	appID := b.id("application", a.ID, a.Name)
	environments := b.environments(a)
	profiles := b.names("profile")
	for _, p := range a.Profiles {
		if profiles.take(p.Value.Name, p.Line) {
			b.profile(a, appID, p.Value, environments)
		}
	}
}

func (b *builder) environments(a applicationEntry) map[string]environment {
	found := map[string]environment{}
	seen := b.names("environment")
	for _, e := range a.Environments {
		name := e.Value.Name
		if !seen.take(name, e.Line) {
			continue
		}
		id := b.id("environment", e.Value.ID, a.Name, name)
		if e.Value.AWS.Line == 0 {
			b.fail(name.Line, "environment %q: aws is missing", name.Value)
		} else {
			b.checkAWS(e.Value.AWS)
		}
		found[fold(name.Value)] = environment{name: name.Value, id: id, account: e.Value.AWS.Value.Account.Value, aws: b.aws(e.Value.AWS.Value)}
	}
	return found
}

func (b *builder) checkAWS(a item[awsEntry]) {
	for _, f := range []struct {
		field, form, want string
		value             text
		needed            bool
	}{
		{"account", accountForm, "twelve digits, in quotes", a.Value.Account, true},
		{"samlProvider", providerForm, "the name of a SAML provider", a.Value.SAMLProvider, true},
		{"partition", "aws|aws-cn|aws-us-gov", "aws, aws-cn or aws-us-gov", a.Value.Partition, false},
		{"region", regionForm, "a region such as eu-central-1", a.Value.Region, false},
		{"audience", ".+", "not empty", a.Value.Audience, false},
	} {
		given := f.value.Line > 0
		if (given || f.needed) && !b.matches(f.form, f.value.Value) {
			b.fail(cmp.Or(f.value.Line, a.Line), "%s %q must be %s", f.field, f.value.Value, f.want)
		}
	}
	if r := a.Value.Recipient; r.Line > 0 {
		if u, err := url.Parse(r.Value); err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
			b.fail(r.Line, "recipient %q is not an https address", r.Value)
		}
	}
}

// aws resolves what an environment says, with the defaults of its partition.
func (b *builder) aws(a awsEntry) AWS {
	recipients := map[string]string{
		"aws":        "https://signin.aws.amazon.com/saml",
		"aws-cn":     "https://signin.amazonaws.cn/saml",
		"aws-us-gov": "https://signin.amazonaws-us-gov.com/saml",
	}
	partition := cmp.Or(a.Partition.Value, "aws")
	return AWS{
		Partition: partition,
		Region:    a.Region.Value,
		Provider:  fmt.Sprintf("arn:%s:iam::%s:saml-provider/%s", partition, a.Account.Value, a.SAMLProvider.Value),
		Recipient: cmp.Or(a.Recipient.Value, recipients[partition]),
		Audience:  cmp.Or(a.Audience.Value, "urn:amazon:webservices"),
		Tags:      b.flag("tags", a.Tags),
	}
}

// profile adds an entry for each environment of a profile.
func (b *builder) profile(a applicationEntry, appID string, p profileEntry, environments map[string]environment) {
	role := strings.TrimPrefix(p.Role.Value, "/")
	if !b.matches(roleForm, role) {
		b.fail(cmp.Or(p.Role.Line, p.Name.Line), "profile %q: role %q is not the name of an IAM role", p.Name.Value, p.Role.Value)
	}
	if p.Duration.Line == 0 {
		b.fail(p.Name.Line, "profile %q: duration is missing", p.Name.Value)
	}
	entry := Entry{
		Profile: jit.Profile{
			Access: jit.Access{
				Application: a.Name.Value, ApplicationID: appID,
				Profile: p.Name.Value, ProfileID: b.id("profile", p.ID, a.Name, p.Name),
			},
			Description: p.Description.Value,
			Type:        a.Type.Value,
		},
		Duration:  b.spanOr(0, "duration", p.Duration, shortestCheckout, longestCheckout),
		Extension: b.extension(p.Extension),
		Policies:  b.policies(p),
	}
	longest := b.spanOr(shortestMaxSession, "maxSession", p.MaxSession, shortestMaxSession, longestMaxSession)
	for _, e := range b.environmentsOf(p, environments) {
		if e.aws.Tags && !b.matches(tagForm, p.Name.Value) {
			b.fail(p.Name.Line, "profile %q: its name is a session tag in environment %q (tags: true), which AWS takes of letters, digits, blanks and _.:/=+-@ alone", p.Name.Value, e.name)
		}
		one := entry
		one.Environment, one.EnvironmentID, one.AWS = e.name, e.id, e.aws
		one.AWS.Role = fmt.Sprintf("arn:%s:iam::%s:role/%s", e.aws.Partition, e.account, role)
		one.AWS.MaxSession = longest
		b.entries = append(b.entries, &one)
	}
}

func (b *builder) environmentsOf(p profileEntry, environments map[string]environment) (found []environment) {
	if len(p.Environments) == 0 {
		b.fail(p.Name.Line, "profile %q names no environment", p.Name.Value)
	}
	var seen []string
	for _, name := range p.Environments {
		e, ok := environments[fold(name.Value)]
		switch {
		case !ok:
			b.fail(name.Line, "there is no environment %q in this application", name.Value)
		case slices.Contains(seen, e.id):
			b.fail(name.Line, "environment %q is named twice", name.Value)
		default:
			seen = append(seen, e.id)
			found = append(found, e)
		}
	}
	return found
}

func (b *builder) extension(x item[extensionEntry]) Extension {
	if x.Line == 0 {
		return Extension{}
	}
	if x.Value.By.Line == 0 {
		b.fail(x.Line, "extension: by is missing")
	}
	by := b.spanOr(0, "by", x.Value.By, time.Second, longestCheckout)
	limit, err := strconv.Atoi(x.Value.Limit.Value)
	if err != nil || limit < 1 || limit > mostExtensions {
		b.fail(cmp.Or(x.Value.Limit.Line, x.Line), "limit %q is not a number from 1 to %d", x.Value.Limit.Value, mostExtensions)
	}
	return Extension{By: by, Limit: limit}
}

func (b *builder) policies(p profileEntry) (found []Policy) {
	seen := b.names("policy")
	for _, policy := range p.Policies {
		if seen.take(policy.Value.Name, policy.Line) {
			found = append(found, b.policy(policy.Value))
		}
	}
	return found
}

func (b *builder) policy(p policyEntry) Policy {
	policy := Policy{
		Name:          p.Name.Value,
		Members:       b.group("members", p.Members, p.Name.Line),
		Justification: Need(cmp.Or(p.Justification.Value, string(None))),
	}
	if !slices.Contains([]Need{None, Optional, Required}, policy.Justification) {
		b.fail(p.Justification.Line, "justification %q must be none, optional or required", p.Justification.Value)
	}
	if p.Approval.Line > 0 {
		policy.Approval = b.approval(p.Approval, policy.Members)
	}
	return policy
}

// approval refuses one that some member could never get.
func (b *builder) approval(a item[approvalEntry], members Group) *Approval {
	before := len(b.errs)
	approvers := b.group("approvers", a.Value.Approvers, a.Line)
	line, some := cmp.Or(a.Value.Approvers.Line, a.Line), approvers.firstTwo()
	switch {
	case len(b.errs) > before: // said already
	case len(some) == 0:
		b.fail(line, "approvers are nobody: the tags are empty or the users disabled")
	case len(some) == 1 && members.Has(some[0]):
		b.fail(line, "nobody could approve for %s, the only approver: nobody approves their own request", b.nameOf(some[0]))
	}
	return &Approval{
		Approvers:     approvers,
		TimeToApprove: b.spanOr(timeToApprove, "timeToApprove", a.Value.TimeToApprove, shortestWait, longestWait),
		ValidFor:      b.spanOr(validFor, "validFor", a.Value.ValidFor, shortestWait, longestWait),
	}
}

func (b *builder) nameOf(id string) string {
	for _, u := range b.users {
		if u.ID == id {
			return u.Name
		}
	}
	return id
}
