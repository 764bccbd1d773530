package britive

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// What is logged of an exchange, by the levels that kubectl's own -v has:
//
//	6  method, address, status, time, the broker's id of the call
//	7  the headers that were sent
//	8  the bodies, cut
//	9  the whole bodies
//
// At no level a secret: see mask.go.
const (
	traceCalls   = 6
	traceHeaders = 7
	traceBodies  = 8
	traceWhole   = 9

	mostTraced = 1024 // of a body at traceBodies, in bytes
)

// trace logs one exchange, in which the token was sent.
func (c *Client) trace(message *http.Request, token jit.Secret, sent any, x exchange, err error, took time.Duration) {
	if c.Log == nil || c.Verbosity < traceCalls {
		return
	}
	m := newMask(token.Reveal())
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
	c.Log(fmt.Sprintf("%s %s %s in %d milliseconds", message.Method, m.address(message.URL), end, took.Milliseconds()))
	if c.Verbosity >= traceHeaders {
		for _, name := range slices.Sorted(maps.Keys(message.Header)) {
			c.Log("    " + name + ": " + m.header(name, message.Header.Get(name)))
		}
	}
	if c.Verbosity >= traceBodies {
		c.traceBody(m, "sent", sent)
		c.traceAnswer(m, x)
	}
}

func (c *Client) traceAnswer(m mask, x exchange) {
	if len(x.body) == 0 {
		return
	}
	var body any
	if !x.isJSON() || json.Unmarshal(x.body, &body) != nil {
		kind, _, _ := mime.ParseMediaType(x.header.Get("Content-Type"))
		c.Log(fmt.Sprintf("    answer: %d bytes of %s", len(x.body), shortened(kind)))
		return
	}
	c.traceBody(m, "answer", body)
}

func (c *Client) traceBody(m mask, what string, body any) {
	if body == nil {
		return
	}
	text, err := json.Marshal(body)
	if err != nil || json.Unmarshal(text, &body) != nil {
		return
	}
	text, err = json.Marshal(m.over(body, opened))
	if err != nil {
		return
	}
	if c.Verbosity < traceWhole && len(text) > mostTraced {
		text = fmt.Appendf([]byte(strings.ToValidUTF8(string(text[:mostTraced]), "")), "… (%d bytes)", len(text))
	}
	c.Log("    " + what + ": " + string(text))
}
