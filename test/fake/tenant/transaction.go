package tenant

import "time"

// transaction is one checkout. Where it stands follows from its times alone.
type transaction struct {
	id      string
	offer   *offer
	person  *Person
	kind    string // its access type
	opened  time.Time
	ready   time.Time // when its setup is over
	until   time.Time
	left    time.Time // when the check-in was asked for; zero: not
	gone    time.Time // when the check-in is over
	killed  bool      // by a revoked approval
	longer  int       // how often it was extended
	request *approval // by which it was opened
}

// failedShown is how long a checkout that failed is listed. How long a tenant
// does is not known.
const failedShown = time.Minute

// status is where it stands.
func (x *transaction) status(now time.Time) string {
	switch {
	case !x.left.IsZero() && now.Before(x.gone):
		return "checkInSubmitted"
	case !x.left.IsZero() || x.killed:
		return "checkedIn"
	case now.Before(x.ready):
		return "checkOutSubmitted"
	case x.offer.profile.SetupFails != "":
		return "checkOutFailed"
	case !now.Before(x.until):
		return "checkedInExpired"
	}
	return "checkedOut"
}

// isListed reports whether app-access-status has it: pybritive waits for a row
// that is checked in until it is gone.
func (x *transaction) isListed(now time.Time) bool {
	switch x.status(now) {
	case "checkedIn", "checkedInExpired":
		return false
	case "checkOutFailed":
		return now.Before(x.ready.Add(failedShown))
	}
	return true
}

// blocks reports whether no other checkout of the same can be opened beside it.
func (x *transaction) blocks(now time.Time) bool {
	return x.isListed(now) && x.status(now) != "checkOutFailed"
}

func statusText(status string) string {
	switch status {
	case "checkedOut":
		return "Checked Out"
	case "checkOutSubmitted":
		return "Check Out Submitted"
	case "checkOutFailed":
		return "Check Out Failed"
	case "checkInSubmitted":
		return "Check In Submitted"
	case "checkedInExpired":
		return "Expired"
	}
	return "Checked In"
}

func (x *transaction) row(now time.Time) map[string]any {
	status := x.status(now)
	row := map[string]any{
		"transactionId": x.id, "papId": x.offer.profile.ID, "appContainerId": x.offer.app.ID, "environmentId": x.offer.environment.ID,
		"userId": x.person.ID, "userIdStr": x.person.ID, "accessType": x.kind, "status": status, "statusText": statusText(status),
		"checkedOut": stamp(x.opened), "checkedIn": nil, "expiration": stamp(x.until),
		"currentExtensionIndex": x.longer, "policyConditionEndTime": nil, "errorMessage": nil, "accessStatusId": 17,
	}
	if !x.left.IsZero() {
		row["checkedIn"] = stamp(x.left)
	}
	if status == "checkOutFailed" {
		row["errorMessage"] = x.offer.profile.SetupFails
	}
	return row
}

// own finds a person's transaction. Anybody else's is not there.
func (t *Tenant) own(c *call) (*transaction, error) {
	for _, x := range t.transactions {
		if x.id == c.PathValue("transaction") && x.person == c.person {
			return x, nil
		}
	}
	return nil, missing("transaction " + c.PathValue("transaction"))
}
