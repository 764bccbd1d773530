package held

import (
	"errors"
	"time"
)

// ShortestLife is what an answer must be good for. client-go asks again as soon
// as a token has ended, with no slack, so that a token that is about to end
// makes it run the plugin once a request.
const ShortestLife = 10 * time.Second

const (
	statusHead = `{"expirationTimestamp":"`
	statusMid  = `","token":"`
	statusTail = `"}`

	// stamp is the form of a timestamp: RFC 3339 in UTC, whole seconds.
	stamp = "2006-01-02T15:04:05Z"
)

// Status writes the status object of an ExecCredential: the token and its end,
// whose fraction of a second is cut off. It fails for an empty token and for one
// with a character that a bearer token cannot have.
func Status(token string, expires time.Time) ([]byte, error) {
	if !plain(token) {
		return nil, errors.New("the token is empty or has characters that no bearer token has")
	}
	status := make([]byte, 0, len(statusHead)+len(stamp)+len(statusMid)+len(token)+len(statusTail))
	status = append(status, statusHead...)
	status = expires.UTC().AppendFormat(status, stamp)
	status = append(status, statusMid...)
	status = append(status, token...)
	return append(status, statusTail...), nil
}

// Parse reads what [Status] writes and nothing else.
func Parse(status []byte) (token string, expires time.Time, ok bool) {
	if len(status) < len(statusHead)+len(stamp)+len(statusMid)+len(statusTail) {
		return "", time.Time{}, false
	}
	head, rest := status[:len(statusHead)], status[len(statusHead):]
	when, rest := rest[:len(stamp)], rest[len(stamp):]
	mid, rest := rest[:len(statusMid)], rest[len(statusMid):]
	text, tail := rest[:len(rest)-len(statusTail)], rest[len(rest)-len(statusTail):]
	if string(head) != statusHead || string(mid) != statusMid || string(tail) != statusTail || !plain(string(text)) {
		return "", time.Time{}, false
	}
	expires, err := time.Parse(stamp, string(when))
	return string(text), expires, err == nil
}

// plain reports whether the text is a bearer token (RFC 6750, b64token), which
// needs no escape in JSON.
func plain(token string) bool {
	for i := range len(token) {
		switch c := token[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '-', c == '.', c == '_', c == '~', c == '+', c == '/', c == '=':
		default:
			return false
		}
	}
	return token != ""
}
