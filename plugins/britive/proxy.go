package britive

import (
	"context"
	"errors"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// proxyAnswered is called with what a proxy says when it is asked for a connection.
func proxyAnswered(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	return proxyRefusal{answer.StatusCode, answer.Status, kind == "text/html"}
}

// proxyRefusal is the answer of a proxy that does not connect.
type proxyRefusal struct {
	code   int
	status string // with the reason, which is the proxy's own text
	page   bool   // there is a web page, for people
}

// Error says what the proxy answered.
func (p proxyRefusal) Error() string {
	text := "it answers " + shortened(p.status)
	if p.page {
		text += " with a web page"
	}
	return text
}

// proxy is the proxy on the way to the broker, without a user and a password;
// empty where there is none.
func (c *Client) proxy() string {
	if c.HTTP == nil {
		return ""
	}
	transport, ok := c.HTTP.Transport.(*http.Transport)
	if !ok || transport.Proxy == nil {
		return ""
	}
	broker, err := url.Parse(c.URL)
	if err != nil {
		return ""
	}
	proxy, err := transport.Proxy(&http.Request{URL: broker})
	if err != nil || proxy == nil {
		return ""
	}
	return proxy.Host
}

// way is the broker and the proxy before it, as messages call them.
func (c *Client) way() string {
	if proxy := c.proxy(); proxy != "" {
		return c.host() + " (through the proxy " + proxy + ")"
	}
	return c.host()
}

// proxyFailure is the error of a call that came no further than the proxy; nil for
// every other.
func (c *Client) proxyFailure(op string, err error) error {
	if refusal, ok := errors.AsType[proxyRefusal](err); ok {
		refused := jit.Errorf(jit.Unavailable, op, "%s: the proxy %s does not connect to it: %w", c.host(), c.proxy(), refusal)
		if refusal.code == http.StatusProxyAuthRequired {
			return refused.WithNext("set HTTPS_PROXY with the user and the password of the proxy: http://USER:PASSWORD@%s", c.proxy())
		}
		return refused.WithNext("name %s in NO_PROXY, if it is reached without the proxy", hostname(c.host()))
	}
	if broken, ok := errors.AsType[*net.OpError](err); ok && broken.Op == "proxyconnect" {
		return jit.Errorf(jit.Unavailable, op, "%s: the proxy %s, which HTTPS_PROXY names, cannot be reached: %w", c.host(), c.proxy(), broken.Err)
	}
	return nil
}

// hostname is a host without its port.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.Trim(host, "[]")
}
