package aws

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// signature is what a signed request says of its signature.
type signature struct {
	keyID, day, region, service string
	date                        time.Time
	headers                     []string
	value                       string
	token                       string
}

func incomplete(message string) error {
	return refuse(http.StatusBadRequest, "IncompleteSignature", message)
}

// parseSignature reads both forms: in the query (presigned) and in the header.
func parseSignature(r *http.Request) (signature, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return signature{}, refuse(http.StatusBadRequest, "MalformedQueryString", err.Error())
	}
	header := r.Header.Get("Authorization")
	switch {
	case query.Has("X-Amz-Signature") && header == "":
		return fromQuery(query)
	case header != "" && !query.Has("X-Amz-Signature"):
		return fromHeader(r.Header, header)
	case header != "":
		return signature{}, incomplete("A request is signed in its header or in its query, not in both.")
	}
	return signature{}, refuse(http.StatusForbidden, "MissingAuthenticationToken", "Request is missing Authentication Token")
}

func fromQuery(query url.Values) (signature, error) {
	for name, values := range query {
		if len(values) > 1 {
			return signature{}, incomplete("Parameter " + name + " is there more than once.")
		}
	}
	return newSignature(query.Get("X-Amz-Algorithm"), query.Get("X-Amz-Credential"), query.Get("X-Amz-Date"),
		query.Get("X-Amz-SignedHeaders"), query.Get("X-Amz-Signature"), query.Get("X-Amz-Security-Token"))
}

func fromHeader(all http.Header, header string) (signature, error) {
	scheme, rest, _ := strings.Cut(header, " ")
	parts := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		key, value, found := strings.Cut(strings.TrimSpace(part), "=")
		if _, twice := parts[key]; !found || twice {
			return signature{}, incomplete("'" + part + "' not a valid key=value pair (missing equal-sign) in Authorization header.")
		}
		parts[key] = value
	}
	return newSignature(scheme, parts["Credential"], all.Get("X-Amz-Date"),
		parts["SignedHeaders"], parts["Signature"], all.Get("X-Amz-Security-Token"))
}

func newSignature(scheme, credential, date, headers, value, token string) (signature, error) {
	scope := strings.Split(credential, "/")
	if scheme != algorithm || len(scope) != 5 || scope[4] != "aws4_request" || value == "" || headers == "" {
		return signature{}, incomplete("Authorization requires 'Credential', 'SignedHeaders' and 'Signature', with algorithm " + algorithm + ".")
	}
	at, err := time.Parse(stamp, date)
	if err != nil {
		return signature{}, incomplete("Date must be in ISO-8601 'basic format'. Got '" + date + "'.")
	}
	if at.Format("20060102") != scope[1] {
		return signature{}, mismatch("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '%s' != '%s', from '%s'.", scope[1], at.Format("20060102"), date)
	}
	sig := signature{
		keyID: scope[0], day: scope[1], region: scope[2], service: scope[3], date: at,
		headers: strings.Split(headers, ";"), value: value, token: token,
	}
	if headers != strings.ToLower(headers) || !slices.IsSorted(sig.headers) {
		return signature{}, incomplete("'SignedHeaders' must be lower-case and sorted.")
	}
	return sig, nil
}
