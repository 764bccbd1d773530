package britiveapi

// Transaction is one checkout.
type Transaction struct {
	TransactionID  Text   `json:"transactionId"`
	PapID          Text   `json:"papId"`
	AppContainerID Text   `json:"appContainerId"`
	EnvironmentID  Text   `json:"environmentId"`
	UserID         Text   `json:"userId"`
	AccessType     string `json:"accessType"`
	Status         Status `json:"status"`
	StatusText     string `json:"statusText"`
	CheckedOut     Time   `json:"checkedOut"`
	CheckedIn      Time   `json:"checkedIn"` // null while it stands: pybritive waits for a row with any other to vanish
	Expiration     Time   `json:"expiration"`
	ErrorMessage   *Text  `json:"errorMessage"`

	// What a plain tenant does not say: the feature [FeatureDetails].
	AppName          string `json:"appName,omitempty"`
	EnvironmentName  string `json:"environmentName,omitempty"`
	PapName          string `json:"papName,omitempty"`
	CredentialsUntil *Time  `json:"credentialsUntil,omitempty"`
}

// Status says where a transaction stands.
type Status string

// The statuses of a transaction.
const (
	CheckedOut         Status = "checkedOut"
	CheckedIn          Status = "checkedIn"
	CheckedInExpired   Status = "checkedInExpired"
	CheckOutSubmitted  Status = "checkOutSubmitted"
	CheckOutInProgress Status = "checkOutInProgress"
	CheckOutInApproval Status = "checkOutInApproval" // older tenants: the checkout itself waits for an approval
	CheckOutFailed     Status = "checkOutFailed"
	CheckOutTimeOut    Status = "checkOutTimeOut"
	CheckInSubmitted   Status = "checkInSubmitted"
	CheckInInProgress  Status = "checkInInProgress"
	CheckInFailed      Status = "checkInFailed"
	CheckInTimeOut     Status = "checkInTimeOut"
)

// SessionCall asks for a checkout and credentials under it at once: the feature
// [FeatureSession].
type SessionCall struct {
	Reason
	Open bool `json:"open"` // open a checkout where none stands
}

// Session answers a [SessionCall]. Both are null where no checkout stands and
// none was to be opened.
type Session struct {
	Checkout    *Transaction `json:"checkout"`
	Credentials *Tokens      `json:"credentials"`
}

// Reason is what a person gives with a checkout or a request for approval.
// pybritive sends null for what it was not given.
type Reason struct {
	Justification string `json:"justification,omitempty"`
	TicketType    string `json:"ticketType,omitempty"`
	TicketID      string `json:"ticketId,omitempty"`
}
