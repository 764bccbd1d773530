package aws

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
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
)

// authenticate verifies the request's signature bit for bit, its scope, its date,
// and the life of its keys. The error is an *apiError.
func (s *Server) authenticate(r *http.Request, at endpoint) (principal, error) {
	body, err := readBody(r)
	if err != nil {
		return principal{}, err
	}
	sig, err := parseSignature(r)
	if err != nil {
		return principal{}, err
	}
	if err := sig.covers(r, at); err != nil {
		return principal{}, err
	}
	who, secret, err := s.holder(sig)
	if err != nil {
		return principal{}, err
	}
	if want := sig.sign(secret, sig.canonical(r, body)); !hmac.Equal([]byte(want), []byte(sig.value)) {
		return principal{}, mismatch("The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
	}
	return who, s.inTime(sig)
}

func mismatch(format string, args ...any) error {
	return refuse(http.StatusForbidden, "SignatureDoesNotMatch", fmt.Sprintf(format, args...))
}

// covers checks what must be signed: the service and region of the host that was
// called, the host, and every header of AWS's.
func (sig signature) covers(r *http.Request, at endpoint) error {
	switch {
	case sig.service != at.service:
		return mismatch("Credential should be scoped to correct service: '%s'. ", at.service)
	case sig.region != at.region:
		return mismatch("Credential should be scoped to a valid region. ")
	case !slices.Contains(sig.headers, "host"):
		return mismatch("'Host' must be a 'SignedHeader' in the AWS Authorization.")
	}
	for name := range r.Header {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-amz-") && !slices.Contains(sig.headers, name) {
			return mismatch("'%s' must be a 'SignedHeader' in the AWS Authorization.", name)
		}
	}
	return nil
}

// inTime checks the date of the request: 15 minutes either way. STS does not look
// at X-Amz-Expires.
func (s *Server) inTime(sig signature) error {
	now := s.now()
	if sig.date.Add(window).Before(now) {
		return mismatch("Signature expired: %s is now earlier than %s (%s - 15 min.)", sig.date.Format(stamp), now.Add(-window).Format(stamp), now.Format(stamp))
	}
	if sig.date.Add(-window).After(now) {
		return mismatch("Signature not yet current: %s is still later than %s (%s + 15 min.)", sig.date.Format(stamp), now.Add(window).Format(stamp), now.Format(stamp))
	}
	return nil
}

// canonical rebuilds the text that was signed.
func (sig signature) canonical(r *http.Request, body []byte) string {
	hash := sha256.Sum256(body)
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n%s\n", r.Method, canonicalPath(r.URL), canonicalQuery(r.URL.Query()))
	for _, name := range sig.headers {
		value := strings.Join(r.Header.Values(name), ",")
		switch name {
		case "host":
			value = r.Host
		case "content-length": // the server takes it out of the header
			value = fmt.Sprint(r.ContentLength)
		}
		fmt.Fprintf(&b, "%s:%s\n", name, strings.Join(strings.Fields(value), " "))
	}
	fmt.Fprintf(&b, "\n%s\n%s", strings.Join(sig.headers, ";"), hex.EncodeToString(hash[:]))
	return b.String()
}

// canonicalPath escapes the path once more, as every service but S3 wants it.
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
	query.Del("X-Amz-Signature")
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
