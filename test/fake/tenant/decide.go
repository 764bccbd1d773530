package tenant

import (
	"time"
	"unicode/utf8"
)

// settled refuses to change what is decided. The family PR is published, its
// codes are not.
func (a *approval) settled(now time.Time) error {
	if status := a.status(now); status != "PENDING" {
		return refuse("PR-0001", "The request is not pending: %s", status)
	}
	return nil
}

// say ends a request.
func (a *approval) say(status string, by *Person, comment string) {
	a.said, a.changed, a.comment = status, time.Now(), comment
	if by != a.person {
		a.decidedBy = by.Name
	}
}

func (t *Tenant) withdraw(c *call) (any, error) {
	a, err := t.request(c)
	if err != nil {
		return nil, err
	}
	if a.person != c.person {
		return nil, refuse("PE-0002", "Only who made the request can withdraw it.")
	}
	if err := a.settled(time.Now()); err != nil {
		return nil, err
	}
	a.say("WITHDRAWN", c.person, "")
	return nil, nil
}

func (t *Tenant) withdrawByProfile(c *call) (any, error) {
	now, resource := time.Now(), c.URL.Query().Get("resourceId")
	for _, a := range t.requests {
		if a.person == c.person && a.offer.resource() == resource && a.status(now) == "PENDING" {
			a.say("WITHDRAWN", c.person, "")
			return nil, nil
		}
	}
	return nil, missing("a pending request for " + resource)
}

// Comment is what the approver of a request said, which a tenant shows to nobody
// over this contract.
func (t *Tenant) Comment(id string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, a := range t.requests {
		if a.id == id {
			return a.comment
		}
	}
	return ""
}

func (t *Tenant) decide(c *call) (any, error) {
	var asked struct {
		Comment *string `json:"approverComment"`
	}
	if err := c.decode(&asked); err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(textOf(asked.Comment)) > 255 {
		return nil, invalid("the comment has more than 255 characters")
	}
	a, err := t.request(c)
	if err != nil {
		return nil, err
	}
	if a.person == c.person || !a.offer.profile.Approval.allows(c.person) {
		return nil, refuse("PE-0002", "You are not an approver of the request.")
	}
	now, answer := time.Now(), c.URL.Query().Get("approveRequest")
	if answer != "revoke" {
		err = a.settled(now)
	}
	switch {
	case err != nil:
		return nil, err
	case answer == "yes":
		a.say("APPROVED", c.person, textOf(asked.Comment))
	case answer == "no":
		a.say("REJECTED", c.person, textOf(asked.Comment))
	case answer == "revoke" && a.said == "APPROVED":
		a.say("CANCELLED", c.person, textOf(asked.Comment))
		t.kill(a, c.URL.Query().Get("killSession") != "false")
	case answer == "revoke":
		return nil, refuse("PR-0002", "The request is not approved.")
	default:
		return nil, invalid("approveRequest is %q", answer)
	}
	return nil, nil
}

// kill ends the checkouts that were opened by an approval.
func (t *Tenant) kill(a *approval, really bool) {
	for _, x := range t.transactions {
		if really && x.request == a {
			x.killed = true
		}
	}
}
