package tenant

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Issuer is an identity provider of workloads that the tenant trusts.
type Issuer struct {
	URL      string
	Audience string
	Members  map[string]string // persons by the subject of a token

	key *ecdsa.PrivateKey
}

// AddIssuer makes the tenant trust an issuer, with a key of its own.
func (t *Tenant) AddIssuer(i Issuer) *Issuer {
	t.mu.Lock()
	defer t.mu.Unlock()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err) // the machine has no randomness
	}
	i.key = key
	t.issuers = append(t.issuers, &i)
	return &i
}

// Token plays the provider: it gives a workload a token.
func (i *Issuer) Token(subject string, lasts time.Duration) string {
	now := time.Now()
	return signed(map[string]any{"iss": i.URL, "aud": i.Audience, "sub": subject, "iat": now.Unix(), "exp": now.Add(lasts).Unix()}, i.key)
}

// AddWorkload lets an AWS identity sign in as a person.
func (t *Tenant) AddWorkload(arn, person string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.workloads[arn] = t.known(person).Name
}

// byWorkload reads PREFIX::TOKEN. There is no exchange: the workload's own token
// comes with every call.
func (t *Tenant) byWorkload(token string) (string, error) {
	prefix, token, _ := strings.Cut(token, "::")
	switch prefix {
	case "OIDC":
		return t.byOIDC(token)
	case "AWS":
		return t.byAWS(token)
	}
	return "", unauthorized()
}

func (t *Tenant) byOIDC(token string) (string, error) {
	for _, i := range t.issuers {
		claims, ok := verify(token, &i.key.PublicKey)
		if !ok || claims["iss"] != i.URL || claims["aud"] != i.Audience {
			continue
		}
		end, _ := claims["exp"].(float64)
		subject, _ := claims["sub"].(string)
		name := i.Members[subject]
		if t.people[name] != nil && time.Now().Before(time.Unix(int64(end), 0)) {
			return name, nil
		}
	}
	return "", unauthorized()
}

// signedCall is a GetCallerIdentity that the workload has signed, without its host.
type signedCall struct {
	URL     string            `json:"iam_request_url"`
	Body    string            `json:"iam_request_body"`
	Headers map[string]string `json:"iam_request_headers"`
}

const (
	tenantHeader  = "x-britive-workload-aws-tenant"
	expiresHeader = "x-britive-expires"
)

// byAWS carries a signed call out, if it was signed for this tenant and is for
// nobody but STS.
func (t *Tenant) byAWS(token string) (string, error) {
	var signed signedCall
	text, err := base64.URLEncoding.DecodeString(token)
	if err != nil || json.Unmarshal(text, &signed) != nil || t.options.STS == nil {
		return "", unauthorized()
	}
	to, err := url.Parse(signed.URL)
	if err != nil || to.Scheme != "https" || to.Path != "/" || !regexp.MustCompile(`^sts(\.[a-z0-9-]+)?\.amazonaws\.com$`).MatchString(to.Host) {
		return "", unauthorized()
	}
	end, err := time.Parse("20060102T150405Z", signed.Headers[expiresHeader])
	if err != nil || !time.Now().Before(end) || signed.Headers[tenantHeader] != t.options.Host ||
		signed.Body != "Action=GetCallerIdentity&Version=2011-06-15" || !covers(signed.Headers["authorization"], tenantHeader, expiresHeader) {
		return "", unauthorized()
	}
	r, err := http.NewRequest(http.MethodPost, signed.URL, strings.NewReader(signed.Body))
	if err != nil {
		return "", unauthorized()
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for name, value := range signed.Headers {
		r.Header.Set(name, value)
	}
	arn, err := t.options.STS(r)
	if name := t.workloads[arn]; err == nil && name != "" {
		return name, nil
	}
	return "", unauthorized()
}

// covers reports whether a signature covers headers.
func covers(authorization string, names ...string) bool {
	_, rest, _ := strings.Cut(authorization, "SignedHeaders=")
	list, _, _ := strings.Cut(rest, ",")
	signed := strings.Split(list, ";")
	return !slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(signed, name) })
}
