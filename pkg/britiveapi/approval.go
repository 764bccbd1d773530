package britiveapi

import (
	"encoding/json"
	"strings"
)

// Approval is a request for approval.
type Approval struct {
	RequestID     Text      `json:"requestId"`
	UserID        Text      `json:"userId"` // the user name of who asks
	Status        string    `json:"status"` // upper case: PENDING, APPROVED, REJECTED, CANCELLED, TIMEOUT, WITHDRAWN
	Justification Text      `json:"justification"`
	CreatedAt     Time      `json:"createdAt"`
	UpdatedAt     Time      `json:"updatedAt"`
	Resource      Text      `json:"resource"`     // papId/environmentId
	ResourceName  Text      `json:"resourceName"` // application/environment/profile
	Consumer      Text      `json:"consumer"`
	Action        Text      `json:"action"`
	Approvers     Approvers `json:"approvers"`
	ActionBy      *Text     `json:"actionBy"`      // who decided
	TimeToApprove int       `json:"timeToApprove"` // minutes
	ExpiresAt     Time      `json:"expirationTimeForApproveRequest"`
	ValidUntil    Time      `json:"expirationTimeApproval"`

	// What a plain tenant does not say: the feature [FeatureDetails].
	Comment *Text `json:"approverComment,omitempty"`
}

// What an [Approval] of a profile is consumed by, and what it allows.
const (
	ProfileConsumer = "papservice"
	ProfileAction   = "papservice.profile.access"
)

// Approvers names who may decide.
type Approvers struct {
	UserIDs []string `json:"userIds"`
	Tags    []string `json:"tags"`
}

// tagPrefix marks a tag among the approvers of a [jit.Request].
const tagPrefix = "tag:"

// ApproversOf sorts the names and tags of a [jit.Request] apart.
func ApproversOf(names []string) Approvers {
	a := Approvers{UserIDs: []string{}, Tags: []string{}}
	for _, name := range names {
		if tag, ok := strings.CutPrefix(name, tagPrefix); ok {
			a.Tags = append(a.Tags, tag)
		} else {
			a.UserIDs = append(a.UserIDs, name)
		}
	}
	return a
}

// Names is the reverse of [ApproversOf].
func (a Approvers) Names() []string {
	var names []string
	for _, user := range a.UserIDs {
		if user != "" {
			names = append(names, user)
		}
	}
	for _, tag := range a.Tags {
		if tag != "" {
			names = append(names, tagPrefix+tag)
		}
	}
	return names
}

// UnmarshalJSON implements json.Unmarshaler. No source fixes the form of the
// field on every tenant, so any other form names nobody and is no error.
func (a *Approvers) UnmarshalJSON(data []byte) error {
	type plain Approvers
	var p plain
	if json.Unmarshal(data, &p) != nil {
		p = plain{}
	}
	*a = Approvers(p)
	return nil
}

// Asked answers POST …/approvalRequest on a plain tenant.
type Asked struct {
	RequestID Text `json:"requestId"`
}

// Decided is the body of PATCH /api/v1/approvals/ID?approveRequest=yes|no.
type Decided struct {
	ApproverComment string `json:"approverComment"`
}
