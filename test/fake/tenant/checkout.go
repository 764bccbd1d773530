package tenant

import (
	"slices"
	"time"
)

func (t *Tenant) checkoutRoutes() []route {
	return []route{
		{pattern: "GET /api/access/app-access-status", verb: t.listTransactions},
		{pattern: "POST /api/access/{profile}/environments/{environment}", verb: t.checkout, query: []string{"accessType"}, body: true},
		{pattern: "GET /api/access/{profile}/environments/{environment}/settings", verb: t.settings},
		{pattern: "GET /api/access/{transaction}/tokens", verb: t.credentials},
		{pattern: "GET /api/access/{transaction}/url", verb: t.consoleURL},
		{pattern: "PUT /api/access/{transaction}", verb: t.checkin, query: []string{"type"}},
		{pattern: "PATCH /api/access/extensions/{transaction}", verb: t.extend},
	}
}

func (t *Tenant) listTransactions(c *call) (any, error) {
	rows, now := []any{}, time.Now()
	for _, x := range t.transactions {
		if x.person == c.person && x.isListed(now) {
			rows = append(rows, x.row(now))
		}
	}
	return rows, nil
}

// reason is what a person gives with a checkout or a request.
type reason struct {
	Justification *string `json:"justification"`
	TicketType    *string `json:"ticketType"`
	TicketID      *string `json:"ticketId"`
}

func textOf(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

func (t *Tenant) checkout(c *call) (any, error) {
	var why reason
	if err := c.decode(&why); err != nil {
		return nil, err
	}
	o, err := t.offer(c.person, c.PathValue("profile"), c.PathValue("environment"))
	if err != nil {
		return nil, err
	}
	kind := c.URL.Query().Get("accessType")
	if kind == "" || kind == "CLI" {
		kind = programmatic
	}
	used, err := t.mayOpen(c, o, kind, why)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	x := &transaction{
		id: newID(), offer: o, person: c.person, kind: kind, request: used,
		opened: now, ready: now.Add(o.profile.Setup), until: now.Add(o.profile.Duration).Truncate(time.Second),
	}
	t.transactions = append(t.transactions, x)
	return x.row(now), nil
}

// mayOpen asks everything that may stand against a checkout. In which order a
// tenant asks is not known.
func (t *Tenant) mayOpen(c *call, o *offer, kind string, why reason) (used *approval, err error) {
	p := o.profile
	switch {
	case kind == console && !p.Console:
		return nil, refuse("E1000", "console access is not enabled for the profile")
	case kind == programmatic && p.NoCredentials:
		return nil, refuse("E1000", "programmatic access is not enabled for the profile")
	case kind != console && kind != programmatic:
		return nil, invalid("there is no accessType %q", kind)
	}
	now := time.Now()
	if slices.ContainsFunc(t.transactions, func(x *transaction) bool {
		return x.person == c.person && x.offer == o && x.kind == kind && x.blocks(now)
	}) {
		return nil, refuse("E1001", "User has already checked out profile for this environment")
	}
	if p.Approval != nil {
		if used = t.approvedFor(c.person, o); used == nil {
			return nil, refuse("MA-0010", "Approval is required to check out the profile.")
		}
	} else if err := p.judge(why); err != nil {
		return nil, err
	}
	if !t.steppedUp(c, p.StepUp) {
		return nil, refuse("PE-0028", "Step up authentication required.")
	}
	return used, nil
}

// judge holds a reason to what the profile wants at a checkout.
func (p *Profile) judge(why reason) error {
	text, kind, id := textOf(why.Justification), textOf(why.TicketType), textOf(why.TicketID)
	switch {
	case p.Justification && text == "":
		return refuse("AS-0001", "Justification is required.")
	case p.Justification && p.JustificationRegex != nil && !p.JustificationRegex.MatchString(text):
		return refuse("AS-0002", "Justification does not match the required format.")
	case len(p.TicketTypes) == 0:
		return nil
	case kind == "" && id == "":
		return refuse("AS-0003", "Ticket is required.")
	case kind == "":
		return refuse("AS-0004", "Ticket type is required.")
	case id == "":
		return refuse("AS-0005", "Ticket id is required.")
	case !slices.Contains(p.TicketTypes, kind):
		return refuse("AS-0006", "Ticket type is invalid.")
	case !slices.Contains(p.Tickets, id):
		return refuse("AS-0007", "Ticket id is invalid.")
	}
	return nil
}

// checkin: which code refuses one that has ended is not public beyond its
// family.
func (t *Tenant) checkin(c *call) (any, error) {
	if kind := c.URL.Query().Get("type"); kind != "API" {
		return nil, invalid("there is no type %q", kind)
	}
	x, err := t.own(c)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	switch x.status(now) {
	case "checkedOut", "checkOutSubmitted":
	default:
		return nil, refuse("CI-0001", "The profile is already checked in.")
	}
	x.left, x.gone = now, now.Add(x.offer.profile.Leave)
	return x.row(now), nil
}

func (t *Tenant) extend(c *call) (any, error) {
	x, err := t.own(c)
	if err != nil {
		return nil, err
	}
	now, p := time.Now(), x.offer.profile
	switch {
	case x.status(now) != "checkedOut":
		return nil, refuse("MA-0008", "The profile is already checked in.")
	case p.ExtendBy == 0 || x.longer >= p.ExtensionLimit: // the code is one of its family
		return nil, refuse("MA-0004", "The checkout cannot be extended.")
	}
	x.longer++
	x.until = x.until.Add(p.ExtendBy)
	return x.row(now), nil
}

func (t *Tenant) settings(c *call) (any, error) {
	o, err := t.offer(c.person, c.PathValue("profile"), c.PathValue("environment"))
	if err != nil {
		return nil, err
	}
	fit := ""
	if o.profile.JustificationRegex != nil {
		fit = o.profile.JustificationRegex.String()
	}
	types := append([]string{}, o.profile.TicketTypes...)
	return map[string]any{
		"profileId": o.profile.ID, "environmentId": o.environment.ID,
		"justificationSetting": map[string]any{
			"isJustificationRequired": o.profile.Justification, "isJustificationRequiredAtCheckout": o.profile.Justification, "justificationRegex": fit,
		},
		"itsmSetting": map[string]any{
			"isITSMEnabled": len(types) > 0, "connectionId": nil, "connectionType": nil, "isCommentRequired": false,
			"supportedTicketTypes": types, "itsmFilterCriteria": []any{},
		},
		"onCallSettings":      map[string]any{"isAutoApproved": false, "autoApprovalEndDate": nil},
		"approvalRequestData": map[string]any{"justification": nil, "ticketId": nil, "ticketType": nil},
	}, nil
}
