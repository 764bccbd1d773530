package britive

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// What is logged of an exchange, by the levels that kubectl's own -v has:
//
//	6  method, address, status, time, the broker's id of the call
//	7  the headers that were sent
//	8  the bodies, cut
//	9  the whole bodies
//
// At no level a secret: see mask.
const (
	traceCalls   = 6
	traceHeaders = 7
	traceBodies  = 8
	traceWhole   = 9

	mostTraced = 1024 // of a body at traceBodies, in bytes
)

// trace logs one exchange.
func (c *Client) trace(message *http.Request, sent any, x exchange, err error, took time.Duration) {
	if c.Log == nil || c.Verbosity < traceCalls {
		return
	}
	end := fmt.Sprintf("%d %s", x.status, http.StatusText(x.status))
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err
		}
		end = "no answer: " + shortened(err.Error())
	}
	if id := requestID(x.header); id != "" {
		end += " (request " + id + ")"
	}
	c.Log(fmt.Sprintf("%s %s %s in %d milliseconds", message.Method, message.URL.Redacted(), end, took.Milliseconds()))
	if c.Verbosity >= traceHeaders {
		for _, name := range slices.Sorted(maps.Keys(message.Header)) {
			c.Log("    " + name + ": " + headerShown(name, message.Header.Get(name)))
		}
	}
	if c.Verbosity >= traceBodies {
		c.traceBody("sent", sent)
		c.traceAnswer(x)
	}
}

// headerShown is a header without what signs in.
func headerShown(name, value string) string {
	switch name {
	case "Authorization":
		scheme, _, _ := strings.Cut(value, " ")
		return scheme + " [secret]"
	case "Cookie":
		return "[secret]"
	}
	return value
}

func (c *Client) traceAnswer(x exchange) {
	if len(x.body) == 0 {
		return
	}
	var body any
	if !x.isJSON() || json.Unmarshal(x.body, &body) != nil {
		kind, _, _ := mime.ParseMediaType(x.header.Get("Content-Type"))
		c.Log(fmt.Sprintf("    answer: %d bytes of %s", len(x.body), shortened(kind)))
		return
	}
	c.traceBody("answer", body)
}

func (c *Client) traceBody(what string, body any) {
	if body == nil {
		return
	}
	text, err := json.Marshal(body)
	if err != nil || json.Unmarshal(text, &body) != nil {
		return
	}
	text, err = json.Marshal(newMask().over(body, false))
	if err != nil {
		return
	}
	if c.Verbosity < traceWhole && len(text) > mostTraced {
		text = fmt.Appendf([]byte(strings.ToValidUTF8(string(text[:mostTraced]), "")), "… (%d bytes)", len(text))
	}
	c.Log("    " + what + ": " + string(text))
}

// mask knows what may be a secret. It is made when it is needed: few calls are
// logged, and each would pay for it at its start.
type mask struct{ key, text *regexp.Regexp }

func newMask() mask {
	return mask{
		// A key of JSON whose value may be a secret, or lead to one.
		key: regexp.MustCompile(`(?i)token|secret|key|passw|otp|credential|assertion|cookie|challenge|url|console|jwt|signature|authori[sz]ation`),
		// A text that looks like one, whatever its key: nothing that people write has so
		// many characters without a blank.
		text: regexp.MustCompile(`[A-Za-z0-9+/=_.:%-]{40,}|^(ASIA|AKIA)[A-Z0-9]+$`),
	}
}

// over puts a word in the place of every value that may be a secret: of all that
// stands under a key that leads to one, and of every text that looks like one.
func (m mask) over(value any, secret bool) any {
	switch value := value.(type) {
	case map[string]any:
		for key, v := range value {
			value[key] = m.over(v, secret || m.key.MatchString(key))
		}
		return value
	case []any:
		for i, v := range value {
			value[i] = m.over(v, secret)
		}
		return value
	case string:
		if value != "" && (secret || m.text.MatchString(value)) {
			return "[secret]"
		}
	case float64:
		if secret {
			return "[secret]"
		}
	}
	return value
}
