package britiveapi

import (
	"encoding/json"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Tokens answers GET /api/access/TRANSACTION/tokens for an application of type
// AWS or Kubernetes. It holds what it has as secrets and reveals it on the wire only.
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

// clusterToken is the wire form for an application of type Kubernetes.
type clusterToken struct {
	JWT            string `json:"jwt"`
	ExpirationTime Time   `json:"expirationTime"`
}

// MarshalJSON implements json.Marshaler.
func (t Tokens) MarshalJSON() ([]byte, error) {
	if !t.Bearer.Empty() {
		return json.Marshal(clusterToken{t.Bearer.Reveal(), At(t.Expires)})
	}
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
	var w struct {
		tokens
		JWT string `json:"jwt"`
	}
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	if w.JWT != "" {
		*t = Tokens{Credential: jit.Credential{Bearer: jit.NewSecret(w.JWT), Expires: w.ExpirationTime.Time}}
		return nil
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
