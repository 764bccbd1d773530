package tenant

import (
	"cmp"
	"slices"
	"time"
)

// approval is one request.
type approval struct {
	id        string
	person    *Person
	offer     *offer
	why       reason
	made      time.Time
	changed   time.Time
	said      string // APPROVED, REJECTED, WITHDRAWN or CANCELLED; empty: nothing yet
	decidedBy string
	comment   string
}

func (a *approval) decideBy() time.Time {
	return a.made.Add(cmp.Or(a.offer.profile.Approval.TimeToApprove, 5*time.Minute))
}

// validUntil counts from the decision, which is the last change of a request that
// is approved.
func (a *approval) validUntil() time.Time {
	return a.changed.Add(cmp.Or(a.offer.profile.Approval.ValidFor, 2*time.Hour))
}

func (a *approval) status(now time.Time) string {
	switch {
	case a.said != "":
		return a.said
	case !now.Before(a.decideBy()):
		return "TIMEOUT"
	}
	return "PENDING"
}

func (t *Tenant) approvalRoutes() []route {
	listed := []string{"requestType", "filter", "consumer", "createdWithinDays"}
	return []route{
		{pattern: "POST /api/access/{profile}/environments/{environment}/approvalRequest", verb: t.ask, body: true},
		{pattern: "GET /api/v1/approvals", verb: t.listRequests, query: listed},
		{pattern: "GET /api/v1/approvals/{$}", verb: t.listRequests, query: listed},
		{pattern: "GET /api/v1/approvals/{request}", verb: t.showRequest},
		{pattern: "DELETE /api/v1/approvals/{request}", verb: t.withdraw},
		{pattern: "DELETE /api/v1/approvals/consumer/papservice/resource", verb: t.withdrawByProfile, query: []string{"resourceId"}},
		{pattern: "PATCH /api/v1/approvals/{request}", verb: t.decide, query: []string{"approveRequest", "killSession"}, body: true},
		{pattern: "POST /api/v1/policy-admin/policies/approvers", verb: t.approvers, body: true},
	}
}

// approvedFor finds an approval that a checkout may use.
func (t *Tenant) approvedFor(p *Person, o *offer) *approval {
	now := time.Now()
	for _, a := range t.requests {
		if a.person == p && a.offer == o && a.said == "APPROVED" && now.Before(a.validUntil()) {
			return a
		}
	}
	return nil
}

// ask makes a request. What needs no approval, or has it, answers with nothing.
func (t *Tenant) ask(c *call) (any, error) {
	var why reason
	if err := c.decode(&why); err != nil {
		return nil, err
	}
	o, err := t.offer(c.person, c.PathValue("profile"), c.PathValue("environment"))
	if err != nil {
		return nil, err
	}
	if o.profile.Approval == nil || t.approvedFor(c.person, o) != nil {
		return nil, nil
	}
	if textOf(why.Justification) == "" {
		return nil, refuse("MA-0009", "Justification is required to request approval.")
	}
	if (why.TicketID == nil) != (why.TicketType == nil) {
		return nil, invalid("ticketId and ticketType go together")
	}
	if err := o.profile.judge(why); err != nil {
		return nil, err
	}
	now := time.Now()
	if slices.ContainsFunc(t.requests, func(a *approval) bool { return a.person == c.person && a.offer == o && a.status(now) == "PENDING" }) {
		return nil, refuse("MA-0011", "A request for approval is already pending.")
	}
	a := &approval{id: newID(), person: c.person, offer: o, why: why, made: now, changed: now}
	t.requests = append(t.requests, a)
	return map[string]any{"requestId": a.id}, nil
}

// approvers tells who may approve a profile: resource is PAP/*, or PAP/ENV.
func (t *Tenant) approvers(c *call) (any, error) {
	var asked struct {
		Consumer string `json:"consumer"`
		Resource string `json:"resource"`
		Action   string `json:"action"`
	}
	if err := c.decode(&asked); err != nil {
		return nil, err
	}
	if asked.Consumer != consumer || asked.Action != action {
		return nil, invalid("no policy of %s has %s", asked.Consumer, asked.Action)
	}
	users := []any{}
	for _, o := range t.offersFor(c.person) {
		if asked.Resource != o.profile.ID+"/*" && asked.Resource != o.resource() || o.profile.Approval == nil {
			continue
		}
		for _, p := range t.people {
			if o.profile.Approval.allows(p) && p != c.person {
				users = append(users, map[string]any{"name": p.Name})
			}
		}
		return map[string]any{"approvers": map[string]any{"users": users}}, nil
	}
	return nil, missing("a policy of " + asked.Resource)
}
