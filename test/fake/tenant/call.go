package tenant

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
)

// call is one request to a route.
type call struct {
	*http.Request
	body   []byte
	person *Person
	held   *session // by which the person is signed in; nil: by another way
}

// verb carries a call out. Nothing to say is 204, and an [answer] is a whole one.
type verb func(*call) (any, error)

// mostBody bounds a body, in bytes.
const mostBody = 1 << 20

// carryOut holds a call to the contract and carries it out.
func (t *Tenant) carryOut(route route, r *http.Request) answer {
	body, err := io.ReadAll(io.LimitReader(r.Body, mostBody))
	if err != nil {
		return refused(invalid("the body cannot be read: %v", err))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	c := &call{Request: r, body: bytes.TrimSpace(body)}
	if err := t.admit(route, c); err != nil {
		return refused(err)
	}
	said, err := route.verb(c)
	if err != nil {
		return refused(err)
	}
	if said == nil {
		return answer{status: http.StatusNoContent}
	}
	if whole, ok := said.(answer); ok {
		return whole
	}
	return answer{status: http.StatusOK, body: said}
}

// admit refuses what the contract does not name.
func (t *Tenant) admit(route route, c *call) error {
	if route.pattern == nowhere {
		return nil
	}
	if kind, _, _ := mime.ParseMediaType(c.Header.Get("Content-Type")); kind != "application/json" && !route.anyType {
		return invalid("Content-Type must be application/json, not %q", c.Header.Get("Content-Type"))
	}
	if !route.open {
		if err := t.authenticate(c); err != nil {
			return err
		}
	}
	for key, values := range c.URL.Query() {
		if !slices.Contains(route.query, key) || len(values) != 1 {
			return invalid("the query has %d of %s, which this call does not take", len(values), key)
		}
	}
	if len(c.body) > 0 && !route.body {
		return invalid("this call takes no body")
	}
	return nil
}

// decode reads the body into v, which names every key there is. No body leaves v
// as it is.
func (c *call) decode(v any) error {
	if len(c.body) == 0 {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(c.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		return invalid("the body is not what is expected: %v", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return invalid("there is more than one value in the body")
	}
	return nil
}

func refused(err error) answer {
	r := asRefusal(err)
	return answer{status: r.status, body: r.body()}
}

// answer is what goes back: a body of JSON, or a text of some other kind.
type answer struct {
	status int
	body   any
	text   string
	kind   string // of the text
	header map[string]string
	cutOff bool // half of it, then the connection ends
}

func (a answer) write(w http.ResponseWriter) {
	text := []byte(a.text)
	if a.kind == "" {
		a.kind = "application/json;charset=UTF-8"
		if a.body != nil {
			text, _ = json.Marshal(a.body) // of our own making
		}
	}
	if len(text) > 0 {
		w.Header().Set("Content-Type", a.kind)
	}
	for name, value := range a.header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.status)
	if a.cutOff {
		_, _ = w.Write(text[:len(text)/2])
		if flusher, ok := w.(http.Flusher); ok {
			flusher.Flush()
		}
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(text)
}

// stamp is a time of a checkout: whole seconds, with a Z.
func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05Z") }

// fine is a time of a request, which has milliseconds.
func fine(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

// orNull is a text, or null for none.
func orNull(text string) any {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	return text
}
