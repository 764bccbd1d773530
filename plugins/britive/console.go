package britive

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/britiveapi"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// CheckoutConsole implements [jit.Consoles].
func (c *Client) CheckoutConsole(ctx context.Context, access jit.Access, why jit.Reason) (jit.Grant, error) {
	op := "check out the console of " + label(access)
	return again(c, func() (jit.Grant, error) {
		access, err := c.resolveFor(ctx, op, access, britiveapi.Console)
		if err != nil {
			return jit.Grant{}, err
		}
		return c.window(ctx, op, wanted{access, why, true, britiveapi.Console})
	})
}

// CheckinConsole implements [jit.Consoles].
func (c *Client) CheckinConsole(ctx context.Context, access jit.Access) (jit.Grant, error) {
	op := "check in the console of " + label(access)
	none := jit.Grant{Access: access, State: jit.GrantEnded, Why: "no console was open"}
	access, err := c.resolveFor(ctx, op, access, britiveapi.Console)
	if err != nil {
		return jit.Grant{}, err
	}
	row, found, err := c.standing(ctx, op, wanted{access: access, kind: britiveapi.Console})
	if err != nil || !found {
		return none, err
	}
	ended, err := c.Checkin(ctx, string(row.TransactionID))
	if jit.CodeOf(err) == jit.NotFound { // it ended in between
		return none, nil
	}
	return ended, err
}

// ConsoleURL implements [jit.Consoles].
func (c *Client) ConsoleURL(ctx context.Context, grantID string) (jit.Secret, error) {
	op := "get the console's address for checkout " + grantID
	if err := checkID(op, grantID); err != nil {
		return jit.Secret{}, err
	}
	var answer asSent
	if err := c.do(ctx, op, get("/api/access/"+url.PathEscape(grantID)+"/url"), &answer); err != nil {
		return jit.Secret{}, err
	}
	address := consoleURL(answer)
	if !isWebAddress(address) { // what it is, is not said: it may be half a secret
		return jit.Secret{}, c.strange(op, "its answer is no address that begins with https://")
	}
	return jit.NewSecret(address), nil
}

// consoleURL reads the three forms that tenants send: an object with the key url,
// a JSON string, and the bare text.
func consoleURL(answer []byte) string {
	var object struct{ URL string }
	if json.Unmarshal(answer, &object) == nil {
		return object.URL
	}
	var text string
	if json.Unmarshal(answer, &text) == nil {
		return text
	}
	return string(bytes.TrimSpace(answer))
}

// isWebAddress reports whether a text can be given to a browser and to a terminal.
func isWebAddress(text string) bool {
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return false
	}
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "https" && u.Hostname() != "" && u.User == nil
}
