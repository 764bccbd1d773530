package tenant

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"strings"
)

// PublicKey verifies what the tenant signs: sessions, and tokens for clusters.
func (t *Tenant) PublicKey() *ecdsa.PublicKey { return &t.key.PublicKey }

// Claims are what a token says that the tenant has signed. Times are not looked at.
func (t *Tenant) Claims(token string) (map[string]any, bool) { return verify(token, &t.key.PublicKey) }

// Sign writes a token that says this, whether the tenant would say it or not.
func (t *Tenant) Sign(claims map[string]any) string { return signed(claims, t.key) }

// signed writes a JWT of ES256.
func signed(claims map[string]any, key *ecdsa.PrivateKey) string {
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err) // of our own making
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"ES256","typ":"JWT"}`)) + "." + base64.RawURLEncoding.EncodeToString(payload)
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		panic(err) // the machine has no randomness
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// verify reads a JWT that the key has signed. Times are not looked at.
func verify(token string, key *ecdsa.PublicKey) (claims map[string]any, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, false
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || len(signature) != 64 {
		return nil, false
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if !ecdsa.Verify(key, sum[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
		return nil, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		return nil, false
	}
	return claims, true
}
