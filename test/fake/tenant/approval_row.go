package tenant

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

const (
	consumer = "papservice"
	action   = "papservice.profile.access"
)

// row is a request as a tenant shows it. What the approver said is not in it: no
// source has a field for that.
func (a *approval) row(now time.Time, host string) map[string]any {
	rule, o := a.offer.profile.Approval, a.offer
	row := map[string]any{
		"requestId": a.id, "trackingId": a.id[:8], "userId": a.person.Name, "status": a.status(now),
		"justification": textOf(a.why.Justification), "createdAt": fine(a.made), "updatedAt": fine(a.changed),
		"resource": o.resource(), "resourceName": o.app.Name + "/" + o.environment.Name + "/" + o.profile.Name,
		"consumer": consumer, "action": action,
		"approvers": map[string]any{"userIds": append([]string{}, rule.Users...), "tags": append([]string{}, rule.Tags...)},
		"actionBy":  orNull(a.decidedBy), "timeToApprove": int(a.decideBy().Sub(a.made) / time.Minute),
		"validFor": int(a.validUntil().Sub(a.changed) / time.Minute), "validForInDays": false,
		"expirationTimeForApproveRequest": fine(a.decideBy()), "expirationTimeApproval": nil, "highRisk": false,
		"context": map[string]any{
			"tenantUrl": "https://" + host, "profileName": o.profile.Name, "ticketNumber": orNull(textOf(a.why.TicketID)),
			"ticketUrl": nil, "itsmTypeName": nil, "ticketTypeName": orNull(textOf(a.why.TicketType)),
		},
	}
	if a.said == "APPROVED" {
		row["expirationTimeApproval"] = fine(a.validUntil())
	}
	return row
}

// listRequests lists them in no order that is promised: oldest first.
func (t *Tenant) listRequests(c *call) (any, error) {
	query := c.URL.Query()
	var mine func(*approval) bool
	switch kind := query.Get("requestType"); kind {
	case "myRequests":
		mine = func(a *approval) bool { return a.person == c.person }
	case "myApprovals":
		mine = func(a *approval) bool { return a.person != c.person && a.offer.profile.Approval.allows(c.person) }
	default:
		return nil, invalid("there is no requestType %q", kind)
	}
	if !slices.Contains([]string{"", consumer}, query.Get("consumer")) {
		return []any{}, nil
	}
	if !slices.Contains([]string{"", "status eq PENDING"}, query.Get("filter")) {
		return nil, invalid("the filter %q is not known", query.Get("filter"))
	}
	days, err := strconv.Atoi(cmp.Or(query.Get("createdWithinDays"), "36500"))
	if err != nil {
		return nil, invalid("createdWithinDays is no number")
	}
	rows, now := []any{}, time.Now()
	for _, a := range t.requests {
		fits := query.Get("filter") == "" || a.status(now) == "PENDING"
		if mine(a) && fits && now.Sub(a.made) < time.Duration(days)*24*time.Hour {
			rows = append(rows, a.row(now, t.options.Host))
		}
	}
	return rows, nil
}

// request finds one that the caller made or may decide. Any other is not there.
func (t *Tenant) request(c *call) (*approval, error) {
	for _, a := range t.requests {
		if a.id == c.PathValue("request") && (a.person == c.person || a.offer.profile.Approval.allows(c.person)) {
			return a, nil
		}
	}
	return nil, missing("request " + c.PathValue("request"))
}

func (t *Tenant) showRequest(c *call) (any, error) {
	a, err := t.request(c)
	if err != nil {
		return nil, err
	}
	return a.row(time.Now(), t.options.Host), nil
}
