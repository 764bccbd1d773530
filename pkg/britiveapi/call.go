package britiveapi

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// mostBody bounds the body of a request, and longestPath its path: a refused call
// leaves its ids in the audit trail for ever, and no id has more than 64 characters.
const (
	mostBody    = 64 << 10
	longestPath = 512
)

// call is one request, and who makes it once that is known.
type call struct {
	*http.Request
	id     string // of the request, for the log and the answer to a fault
	person jit.Person
	broker jit.Broker
}

// verb answers one call.
type verb func(*call) (answer, error)

// answer is what goes back. No body and status 204 go together.
type answer struct {
	status int
	body   any
}

func found(body any) answer { return answer{http.StatusOK, body} }

func nothing() answer { return answer{status: http.StatusNoContent} }

// handle runs a verb, answers, and writes the line in the log.
func (s *server) handle(v verb) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		r.Body = http.MaxBytesReader(w, r.Body, mostBody)
		c := &call{Request: r, id: strings.ToLower(rand.Text()[:16])}
		chosen := v
		if len(r.URL.Path) > longestPath {
			chosen = s.unknown
		}
		a, err := guarded(chosen, c)
		if err != nil {
			a = refusal(c, err)
		}
		w.Header().Set("X-Request-Id", c.id)
		if a.status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", "Bearer")
		}
		write(w, a)
		s.note(c, a, err, time.Since(began))
	})
}

// guarded turns a panic into a fault, so that its caller gets an answer like any
// other.
func guarded(v verb, c *call) (a answer, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return v(c)
}

func write(w http.ResponseWriter, a answer) {
	h := w.Header()
	h.Set("Server", ServerName)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if a.status == http.StatusNoContent {
		w.WriteHeader(a.status)
		return
	}
	body, err := json.Marshal(a.body)
	if err != nil { // a type of ours that cannot be marshalled
		a.status, body = http.StatusInternalServerError, []byte("{}")
	}
	h.Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	_, _ = w.Write(append(body, '\n')) // who hung up does not read it
}

// signedIn lets a verb be called with a valid token only.
func (s *server) signedIn(v verb) verb {
	return func(c *call) (answer, error) {
		token, ok := bearer(c.Header)
		if !ok {
			return answer{}, jit.Errorf(jit.SignIn, "", "no token was sent").WithNext("kubectl jit login")
		}
		person, err := s.engine.Authenticate(c.Context(), token)
		if err != nil {
			return answer{}, err
		}
		c.person, c.broker = person, s.engine.For(person)
		return v(c)
	}
}

// bearer returns the token of the Authorization header. The scheme is not looked
// at: clients choose TOKEN or Bearer by the length of the token, or always send
// the one or the other.
func bearer(h http.Header) (jit.Secret, bool) {
	values := h.Values("Authorization")
	if len(values) != 1 {
		return jit.Secret{}, false
	}
	_, token, _ := strings.Cut(strings.TrimSpace(values[0]), " ")
	token = strings.TrimSpace(token)
	return jit.NewSecret(token), token != ""
}

// decode reads the body into v. No body at all leaves v as it is, whatever the
// content type says: pybritive sends none and calls it JSON. Unknown keys are
// another client's.
func (c *call) decode(v any) error {
	body, err := io.ReadAll(c.Body)
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return jit.Errorf(jit.Invalid, "", "the body has more than %d bytes", tooLarge.Limit)
	}
	if err != nil {
		return jit.Errorf(jit.Invalid, "", "the body cannot be read")
	}
	if len(strings.TrimSpace(string(body))) == 0 {
		return nil
	}
	if err := json.Unmarshal(body, v); err != nil {
		return jit.Errorf(jit.Invalid, "", "the body is not what is expected: %w", err)
	}
	return nil
}

// access is the one that the path names by ids.
func (c *call) access() jit.Access {
	return jit.Access{ProfileID: c.PathValue("pap"), EnvironmentID: c.PathValue("environment")}
}

// gone reports whether the caller hung up, or the server is going down.
func (c *call) gone() bool { return errors.Is(c.Context().Err(), context.Canceled) }
