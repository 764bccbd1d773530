package aws

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// webIdentityToken is GetWebIdentityToken: a JWT that says who the caller is, for
// whoever trusts this account's issuer. Nobody here does: the signature is of a
// key that is made for it.
func (s *Server) webIdentityToken(who principal, form url.Values) (elements, error) {
	if !allows(who.actions, "sts:GetWebIdentityToken") {
		return nil, refuse(http.StatusForbidden, "AccessDenied", "User: "+who.arn+" is not authorized to perform: sts:GetWebIdentityToken")
	}
	if form.Get("SigningAlgorithm") != "ES384" {
		return nil, invalid("signingAlgorithm", form.Get("SigningAlgorithm"))
	}
	seconds, err := strconv.Atoi(form.Get("DurationSeconds"))
	if err != nil || seconds < 60 || seconds > 3600 {
		return nil, invalid("durationSeconds", form.Get("DurationSeconds"))
	}
	if form.Get("Audience.member.1") == "" {
		return nil, invalid("audience", "")
	}
	subject := who.role
	if subject == "" {
		subject = who.arn
	}
	end := s.now().Add(time.Duration(seconds) * time.Second)
	token, err := es384(map[string]any{
		"iss": "https://0a1b2c3d.tokens.sts.global.api.aws", "sub": subject, "aud": form.Get("Audience.member.1"), "exp": end.Unix(),
	})
	if err != nil {
		return nil, err
	}
	return elements{{"WebIdentityToken", token, nil}, {"Expiration", end.Format(time.RFC3339), nil}}, nil
}

func es384(claims map[string]any) (string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"ES384","typ":"JWT"}`)) + "." + base64.RawURLEncoding.EncodeToString(payload)
	sum := sha512.Sum384([]byte(text))
	r, v, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		return "", err
	}
	signature := make([]byte, 96)
	r.FillBytes(signature[:48])
	v.FillBytes(signature[48:])
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}
