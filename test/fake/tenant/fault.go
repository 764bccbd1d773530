package tenant

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"time"
)

// Everywhere is the pattern of all routes, for [Tenant.Fail].
const Everywhere = "*"

// Fault is a way to misbehave. Its fields go together: a slow answer may be a
// strange one too.
type Fault struct {
	Times int           // how many calls meet it; zero: all, until the zero Fault
	Delay time.Duration // before anything else

	// What is said instead of the answer: Britive's envelope with Code, Message
	// and Details, or Body as it is. Status is the code's when zero.
	Status                 int
	Code, Message, Details string
	Body                   string
	ContentType            string // of Body; application/json when empty
	Header                 map[string]string

	After  bool // the call is carried out before
	HangUp bool // the connection ends without an answer
	CutOff bool // it ends amid the answer

	Alter []Alteration // of the answer as it is meant
}

// isZero reports whether it is none.
func (f Fault) isZero() bool {
	return f.Times == 0 && f.Delay == 0 && !f.replaces() && !f.CutOff && f.Header == nil && f.Alter == nil
}

// replaces reports whether something else than the answer is said.
func (f Fault) replaces() bool {
	return f.Status != 0 || f.Code != "" || f.Body != "" || f.HangUp
}

// Fail makes a route misbehave, by its pattern, until it is called with the zero
// Fault. It panics where the contract has no such route: the test is wrong.
func (t *Tenant) Fail(pattern string, f Fault) {
	known := pattern == Everywhere
	for _, route := range t.routes() {
		known = known || route.pattern == pattern
	}
	if !known {
		panic("tenant: there is no route " + pattern)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.faults, pattern)
	if !f.isZero() {
		t.faults[pattern] = f
	}
}

// Calls counts the calls of each route so far, by its pattern.
func (t *Tenant) Calls() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.calls)
}

// meets notes a call and returns the fault that a test planted.
func (t *Tenant) meets(pattern string) (Fault, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls[pattern]++
	at := pattern
	fault, planted := t.faults[at]
	if !planted {
		at = Everywhere
		if fault, planted = t.faults[at]; !planted {
			return Fault{}, false
		}
	}
	switch fault.Times {
	case 0:
	case 1:
		delete(t.faults, at)
	default:
		fault.Times--
		t.faults[at] = fault
	}
	return fault, true
}

// answer is what goes back in place of what was meant.
func (f Fault) answer(meant answer) answer {
	if f.HangUp {
		panic(http.ErrAbortHandler)
	}
	a := meant
	switch {
	case f.Body != "":
		a = answer{status: f.Status, text: f.Body, kind: f.ContentType}
	case f.Code != "" || f.Status != 0:
		status := f.Status
		if status == 0 {
			status = statusOf(f.Code)
		}
		a = answer{status: status, body: (&refusal{status, f.Code, f.Message, f.Details}).body()}
	case len(f.Alter) > 0 && a.body != nil:
		a.body = altered(a.body, f.Alter)
	}
	if a.status == 0 {
		a.status = http.StatusOK
	}
	if a.text != "" && a.kind == "" {
		a.kind = "application/json"
	}
	if f.Header != nil {
		a.header = f.Header
	}
	a.cutOff = f.CutOff
	return a
}

// altered changes the JSON of an answer.
func altered(body any, changes []Alteration) any {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // of our own making
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		panic(err)
	}
	for _, change := range changes {
		value = change(value)
	}
	return value
}

// rest waits. It reports whether the client is still there.
func rest(ctx context.Context, d time.Duration) bool {
	if d == 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
