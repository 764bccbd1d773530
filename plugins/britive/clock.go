package britive

import (
	"fmt"
	"net/http"
	"time"
)

// leastSkew is the difference of clocks below which they agree: a Date header has
// whole seconds, an answer takes a while, and AWS forgives more.
const leastSkew = time.Minute

// Skew implements [jit.Clock] by the Date header of the last answer.
func (c *Client) Skew() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.skew
}

// setClock compares this machine's clock with the broker's. An answer that a proxy
// has kept tells nothing.
func (c *Client) setClock(h http.Header) {
	theirs, err := http.ParseTime(h.Get("Date"))
	if err != nil || h.Get("Age") != "" {
		return
	}
	skew := theirs.Sub(c.now()).Round(time.Second)
	if skew > -leastSkew && skew < leastSkew {
		skew = 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.skew = skew
}

// clock says how far this machine's clock and the broker's are apart, where that
// may be why something is refused.
func (c *Client) clock() string {
	switch skew := c.Skew(); {
	case skew < 0:
		return fmt.Sprintf(" (this machine's clock is %s ahead of %s's)", -skew, c.host())
	case skew > 0:
		return fmt.Sprintf(" (this machine's clock is %s behind %s's)", skew, c.host())
	}
	return ""
}
