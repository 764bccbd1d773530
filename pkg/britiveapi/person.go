package britiveapi

// Validated answers POST /api/auth/validate.
type Validated struct {
	AuthenticationResult AuthenticationResult `json:"authenticationResult"`
}

// AuthenticationResult says who is signed in.
type AuthenticationResult struct {
	UserID   Text   `json:"userId"`
	Username Text   `json:"username"`
	User     Text   `json:"user"`
	Type     string `json:"type"` // User or ServiceIdentity
}

// Feature is an element of the answer to GET /api/features.
type Feature struct {
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
}

// The features by which a jit-broker goes beyond a plain tenant.
const (
	// FeatureWait: GET /api/v1/approvals/ID?wait=SECONDS answers as soon as the
	// request is decided, and no later than that ([LongestWait] bounds it).
	FeatureWait = "jit-wait"

	// FeatureDetails: answers carry more than a tenant's do: the names of a
	// checkout's access, how long its credentials work, when they were issued,
	// what the approver said, and the request itself where it was changed.
	FeatureDetails = "jit-details"

	// FeatureSession: POST /api/access/PROFILE/environments/ENVIRONMENT/session
	// takes a [SessionCall] and answers with a [Session]: the checkout that stands
	// or a new one, and credentials under it, in one exchange.
	FeatureSession = "jit-session"
)

// Features are the names of all of them.
func Features() []string { return []string{FeatureWait, FeatureDetails, FeatureSession} }
