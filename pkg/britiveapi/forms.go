package britiveapi

// StepUp is the body of POST /api/step-up/authenticate/TOTP.
type StepUp struct {
	OTP string `json:"otp"`
}

// SteppedUp answers a [StepUp].
type SteppedUp struct {
	Result Text `json:"result"` // SUCCEEDED, CHALLENGE or [StepUpFailed]
}

// StepUpFailed says that a one-time code is not right.
const StepUpFailed = "FAILED"

// Settings is what the policy of a profile asks for, as far as anybody here reads
// it: GET /api/access/PAP/environments/ENV/settings.
type Settings struct {
	ITSM struct {
		SupportedTicketTypes []string `json:"supportedTicketTypes"`
	} `json:"itsmSetting"`
}

// ApproversCall is the body of POST /api/v1/policy-admin/policies/approvers.
type ApproversCall struct {
	Consumer string `json:"consumer"` // [ProfileConsumer]
	Resource string `json:"resource"` // papId/*
	Action   string `json:"action"`   // [ProfileAction]
}

// PolicyApprovers answers an [ApproversCall].
type PolicyApprovers struct {
	Approvers struct {
		Users []struct {
			Name Text `json:"name"`
		} `json:"users"`
	} `json:"approvers"`
}
