package aws

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	algorithm = "AWS4-HMAC-SHA256"
	stamp     = "20060102T150405Z"
	window    = 15 * time.Minute
	maxBody   = 1 << 20
)

// signature is what a signed request says of its signature.
type signature struct {
	keyID, day, region, service string
	date                        time.Time
	headers                     []string
	value                       string
	token                       string
	presigned                   bool
}

// authenticate verifies the request's signature bit for bit, its date, and the
// life of its keys. The error is an *apiError.
func (s *Server) authenticate(r *http.Request, service string) (principal, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return principal{}, err
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	sig, err := parseSignature(r)
	if err != nil {
		return principal{}, refuse(http.StatusForbidden, "IncompleteSignature", err.Error())
	}
	if sig.service != service {
		return principal{}, refuse(http.StatusForbidden, "SignatureDoesNotMatch", "Credential should be scoped to correct service: '"+service+"'.")
	}
	who, secret, err := s.holder(sig)
	if err != nil {
		return principal{}, err
	}
	if want := sig.sign(secret, sig.canonical(r, body)); !hmac.Equal([]byte(want), []byte(sig.value)) {
		return principal{}, refuse(http.StatusForbidden, "SignatureDoesNotMatch",
			"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
	}
	return who, s.inTime(sig)
}

// inTime checks the date of the request: 15 minutes either way.
func (s *Server) inTime(sig signature) error {
	now := s.now()
	if sig.date.Add(window).Before(now) {
		return refuse(http.StatusForbidden, "SignatureDoesNotMatch",
			fmt.Sprintf("Signature expired: %s is now earlier than %s (%s - 15 min.)", sig.date.Format(stamp), now.Add(-window).Format(stamp), now.Format(stamp)))
	}
	if sig.date.Add(-window).After(now) {
		return refuse(http.StatusForbidden, "SignatureDoesNotMatch",
			fmt.Sprintf("Signature not yet current: %s is still later than %s (%s + 15 min.)", sig.date.Format(stamp), now.Add(window).Format(stamp), now.Format(stamp)))
	}
	return nil
}

func parseSignature(r *http.Request) (signature, error) {
	if r.URL.Query().Get("X-Amz-Signature") != "" {
		q := r.URL.Query()
		return newSignature(q.Get("X-Amz-Algorithm"), q.Get("X-Amz-Credential"), q.Get("X-Amz-Date"),
			q.Get("X-Amz-SignedHeaders"), q.Get("X-Amz-Signature"), q.Get("X-Amz-Security-Token"), true)
	}
	scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	parts := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		parts[key] = value
	}
	return newSignature(scheme, parts["Credential"], r.Header.Get("X-Amz-Date"), parts["SignedHeaders"],
		parts["Signature"], r.Header.Get("X-Amz-Security-Token"), false)
}

func newSignature(alg, credential, date, headers, value, token string, presigned bool) (signature, error) {
	scope := strings.Split(credential, "/")
	if alg != algorithm || len(scope) != 5 || scope[4] != "aws4_request" || value == "" {
		return signature{}, errors.New("Authorization header or query requires 'Credential', 'Signature' and 'SignedHeaders' parameters.")
	}
	at, err := time.Parse(stamp, date)
	if err != nil || at.Format("20060102") != scope[1] {
		return signature{}, errors.New("Date must be in ISO-8601 'basic format' and agree with the credential's scope.")
	}
	sig := signature{
		keyID: scope[0], day: scope[1], region: scope[2], service: scope[3], date: at,
		headers: strings.Split(headers, ";"), value: value, token: token, presigned: presigned,
	}
	if !slices.Contains(sig.headers, "host") || !slices.IsSorted(sig.headers) {
		return signature{}, errors.New("'Host' must be a 'SignedHeader'.")
	}
	return sig, nil
}

// canonical rebuilds the text that was signed.
func (sig signature) canonical(r *http.Request, body []byte) string {
	query := r.URL.Query()
	query.Del("X-Amz-Signature")
	hash := sha256.Sum256(body)
	payload := hex.EncodeToString(hash[:])
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n%s\n", r.Method, canonicalPath(r.URL), canonicalQuery(query))
	for _, name := range sig.headers {
		value := strings.Join(r.Header.Values(name), ",")
		if name == "host" {
			value = r.Host
		}
		if name == "content-length" {
			value = fmt.Sprint(r.ContentLength)
		}
		fmt.Fprintf(&b, "%s:%s\n", name, strings.Join(strings.Fields(value), " "))
	}
	fmt.Fprintf(&b, "\n%s\n%s", strings.Join(sig.headers, ";"), payload)
	return b.String()
}

func canonicalPath(u *url.URL) string {
	if u.EscapedPath() == "" {
		return "/"
	}
	var parts []string
	for part := range strings.SplitSeq(u.EscapedPath(), "/") {
		parts = append(parts, escape(part))
	}
	return strings.Join(parts, "/")
}

func canonicalQuery(query url.Values) string {
	var pairs []string
	for key, values := range query {
		for _, value := range values {
			pairs = append(pairs, escape(key)+"="+escape(value))
		}
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
}

// escape is AWS's: everything but letters, digits and -_.~ as %XX.
func escape(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}

func (sig signature) sign(secret, canonical string) string {
	sum := sha256.Sum256([]byte(canonical))
	text := strings.Join([]string{
		algorithm, sig.date.Format(stamp), strings.Join([]string{sig.day, sig.region, sig.service, "aws4_request"}, "/"), hex.EncodeToString(sum[:]),
	}, "\n")
	key := []byte("AWS4" + secret)
	for _, part := range []string{sig.day, sig.region, sig.service, "aws4_request", text} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	return hex.EncodeToString(key)
}
