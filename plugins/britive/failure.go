package britive

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/britiveapi"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// elsewhere shows where a redirect leads: the host and the path, since what comes
// after them may be a secret of a sign-on.
func elsewhere(location string) string {
	to, err := url.Parse(location)
	if err != nil {
		return "what is no address"
	}
	return shortened((&url.URL{Scheme: to.Scheme, Host: to.Host, Path: to.Path}).String())
}

// refused is the error of an answer that is not a success.
func (c *Client) refused(op string, x exchange) error {
	if x.status >= 300 && x.status < 400 {
		return c.strange(op, "it redirects to "+elsewhere(x.header.Get("Location"))+", which is not followed: is it the broker's address?")
	}
	body := errorOf(x)
	if body.ErrorCode == "" && body.Message == "" && x.status != http.StatusUnauthorized {
		if !x.isJSON() {
			return c.strange(op, fmt.Sprintf("it answers %d with a web page: a proxy stands in front of it, or it is no Britive tenant", x.status))
		}
		if x.status < 500 && x.status != http.StatusTooManyRequests {
			return c.strange(op, fmt.Sprintf("it answers %d and does not say why", x.status))
		}
	}
	return c.failure(op, x, body)
}

// failure is the broker's own error, with its reason and next command.
func (c *Client) failure(op string, x exchange, body britiveapi.ErrorBody) *jit.Error {
	code := britiveapi.ErrorCode(body.ErrorCode)
	e := &jit.Error{Code: britiveapi.CodeOf(code, x.status), Op: op}
	meant := meaningOf(code)
	why := meant.with(shortened(string(body.Message)))
	if why == "" {
		why = fmt.Sprintf("%s answers %d %s", c.host(), x.status, http.StatusText(x.status))
	}
	if body.Details != nil {
		switch details := shortened(string(*body.Details)); {
		case isCommand(string(*body.Details)):
			e.Next = string(*body.Details)
		case details != "":
			why += " (" + details + ")"
		}
	}
	if body.ErrorCode != "" && !britiveapi.IsKnown(code) {
		why += " [" + shortened(string(body.ErrorCode)) + "]"
	}
	if e.Code == jit.SignIn && (meant.next == "" || meant.next == signIn) {
		meant.next = cmp.Or(c.Login, signIn)
	}
	if code == britiveapi.CodeMaintenance && x.header.Get("Server") != britiveapi.ServerName {
		why = c.host() + " is in maintenance: " + why
	}
	if id := requestID(x.header); id != "" && (e.Code == jit.Unavailable || e.Code == jit.Internal) && !strings.Contains(why, id) {
		why += " (request " + id + ")"
	}
	if e.Next == "" {
		e.Next = meant.next
	}
	if e.Code == jit.SignIn || e.Code == jit.Denied {
		why += c.clock()
	}
	e.Err = coded{code, why}
	return e
}

// requestID is what the broker calls this call in its own log; empty where it does
// not tell.
func requestID(h http.Header) string { return shortened(h.Get("X-Request-Id")) }

// errorOf reads the body of an error. One that cannot be read says nothing.
func errorOf(x exchange) britiveapi.ErrorBody {
	var body britiveapi.ErrorBody
	if json.Unmarshal(bytes.TrimSpace(x.body), &body) != nil {
		return britiveapi.ErrorBody{}
	}
	return body
}

// coded keeps the broker's code beside its reason, for who branches on it.
type coded struct {
	code britiveapi.ErrorCode
	why  string
}

func (c coded) Error() string { return c.why }

// hasCode reports whether the broker gave this code.
func hasCode(err error, code britiveapi.ErrorCode) bool {
	c, ok := errors.AsType[coded](err)
	return ok && c.code == code
}
