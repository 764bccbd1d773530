package britiveapi

import (
	"encoding/json"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Tokens answers GET /api/access/TRANSACTION/tokens for an application of type
// AWS. It holds its keys as secrets and reveals them on the wire only.
type Tokens struct{ jit.Credential }

// tokens is the wire form. encoding/json matches keys whatever their case, so
// accessKeyId is read as well; two spellings of one key must not be sent, since
// britivectl matches them so too. It reads the end from "expiration".
type tokens struct {
	AccessKeyID     string `json:"accessKeyID"`
	SecretAccessKey string `json:"secretAccessKey"`
	SessionToken    string `json:"sessionToken"`
	ExpirationTime  Time   `json:"expirationTime"`
	Expiration      Time   `json:"expiration"`
	Issued          *Time  `json:"issued,omitempty"` // the feature [FeatureDetails]
}

// MarshalJSON implements json.Marshaler.
func (t Tokens) MarshalJSON() ([]byte, error) {
	w := tokens{
		AccessKeyID:     t.AccessKeyID,
		SecretAccessKey: t.SecretAccessKey.Reveal(),
		SessionToken:    t.SessionToken.Reveal(),
		ExpirationTime:  At(t.Expires),
		Expiration:      At(t.Expires),
	}
	if !t.Issued.IsZero() {
		issued := At(t.Issued)
		w.Issued = &issued
	}
	return json.Marshal(w)
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *Tokens) UnmarshalJSON(data []byte) error {
	var w tokens
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	if w.ExpirationTime.IsZero() {
		w.ExpirationTime = w.Expiration
	}
	*t = Tokens{Credential: jit.Credential{
		AccessKeyID:     w.AccessKeyID,
		SecretAccessKey: jit.NewSecret(w.SecretAccessKey),
		SessionToken:    jit.NewSecret(w.SessionToken),
		Expires:         w.ExpirationTime.Time,
	}}
	if w.Issued != nil {
		t.Issued = w.Issued.Time
	}
	return nil
}
