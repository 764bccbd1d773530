package britive

import (
	"encoding/json"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/cache"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// known is what a tenant said that changes seldom: which ids stand behind a name,
// and which features it has. It is kept from one process to the next, so that a
// client's call asks for neither. What turns out to be wrong is forgotten and
// asked again.
type known struct {
	Read     time.Time
	Features map[string]bool
	Accesses []meaning
}

// meaning is an access as it was typed, and as the tenant lists it.
type meaning struct {
	Typed, Is jit.Access
}

const (
	// knownFor is how long it is believed. A profile that got another one's name
	// meanwhile is not opened in its place for longer.
	knownFor = 24 * time.Hour

	mostKnown = 200
)

// Memory keeps [known] for one person at one tenant, under a name of theirs.
type Memory struct {
	Store cache.Store
	Name  string
}

// learn changes what is known and keeps it. Where it cannot be kept, the next
// process asks again.
func (c *Client) learn(change func(*known)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.load()
	change(&c.known)
	if c.known.Read.IsZero() {
		c.known.Read = c.now()
	}
	c.known.Accesses = c.known.Accesses[max(0, len(c.known.Accesses)-mostKnown):]
	if c.Memory.Store == nil {
		return
	}
	if text, err := json.Marshal(c.known); err == nil {
		_ = c.Memory.Store.Put(c.Memory.Name, text)
	}
}

// load reads what was kept, once. The caller holds the lock.
func (c *Client) load() {
	if c.loaded {
		return
	}
	c.loaded = true
	if c.Memory.Store == nil {
		return
	}
	text, err := c.Memory.Store.Get(c.Memory.Name)
	var kept known
	if err != nil || json.Unmarshal(text, &kept) != nil {
		return
	}
	if age := c.now().Sub(kept.Read); age >= 0 && age < knownFor {
		c.known, c.remembers = kept, true
	}
}

// unlearn forgets what an earlier process learnt, and reports whether there was
// anything: then what was refused for want of it is worth another try.
func (c *Client) unlearn() bool {
	c.mu.Lock()
	was := c.remembers
	c.known, c.remembers = known{}, false
	c.mu.Unlock()
	return was
}

// recall returns the access, as the tenant lists it, of the last meaning that fits.
func (c *Client) recall(fits func(meaning) bool) (is jit.Access, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.load()
	for _, m := range c.known.Accesses {
		if fits(m) {
			is, ok = m.Is, true
		}
	}
	return is, ok
}

// learnAccess keeps which access was meant.
func (c *Client) learnAccess(typed, is jit.Access) {
	c.learn(func(k *known) {
		for i, n := range k.Accesses {
			if n.Typed.Same(typed) {
				k.Accesses[i].Is = is
				return
			}
		}
		k.Accesses = append(k.Accesses, meaning{typed, is})
	})
}

// again tries, and tries once more when something is not found that was only
// remembered.
func again[T any](c *Client, try func() (T, error)) (T, error) {
	got, err := try()
	if jit.CodeOf(err) == jit.NotFound && c.unlearn() {
		return try()
	}
	return got, err
}
