// Package jwt reads what a token says of itself. Nothing is verified: a token is
// for its server to judge, and what is read here decides only what a person is
// told, and under which name something is kept.
//
//	HEADER.PAYLOAD.SIGNATURE ─▶ the claims of PAYLOAD
package jwt

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// Claims are what is read of a token. All of it is the issuer's own text.
type Claims struct {
	Issuer   string      `json:"iss"`
	Subject  string      `json:"sub"`
	Username string      `json:"username"` // Britive's; it begins with "SAML" for who came by a company's sign-on
	Expiry   json.Number `json:"exp"`      // seconds since 1970
}

// Parse reads the claims; ok is false for a token that is no JWT.
func Parse(token string) (c Claims, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return Claims{}, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil || json.Unmarshal(payload, &c) != nil {
		return Claims{}, false
	}
	return c, true
}

// Expires is when the token ends; zero where it does not say.
func (c Claims) Expires() time.Time {
	seconds, err := c.Expiry.Float64()
	if err != nil || seconds <= 0 || seconds > 1<<40 {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0)
}
