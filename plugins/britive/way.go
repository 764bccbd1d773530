package britive

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// isPassing reports whether an error on the way may be over in a moment. A wrong
// name, a wrong certificate and a wrong address stay.
func isPassing(err error) bool {
	if _, ours := errors.AsType[*jit.Error](err); ours || isEnd(err) || isUntrusted(err) {
		return false
	}
	if refusal, ok := errors.AsType[proxyRefusal](err); ok {
		return isBusy(refusal.code)
	}
	dns, ok := errors.AsType[*net.DNSError](err)
	return !ok || dns.IsTemporary || dns.IsTimeout
}

func isUntrusted(err error) bool {
	_, verification := errors.AsType[*tls.CertificateVerificationError](err)
	_, authority := errors.AsType[x509.UnknownAuthorityError](err)
	_, name := errors.AsType[x509.HostnameError](err)
	_, invalid := errors.AsType[x509.CertificateInvalidError](err)
	return verification || authority || name || invalid
}

// unreached is the error of a call that got no answer.
func (c *Client) unreached(ctx context.Context, op string, err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // without method and address, which hold ids
	}
	if own, ok := errors.AsType[*jit.Error](err); ok {
		return &jit.Error{Code: own.Code, Op: op, Err: own.Err, Next: own.Next}
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return jit.Errorf(jit.Unavailable, op, "%s: no answer yet: %w", c.way(), ctx.Err())
	}
	if ctx.Err() != nil {
		return jit.Errorf(jit.Unavailable, op, "%s: no answer in time: %w", c.way(), ctx.Err())
	}
	return c.wayTo(op, err)
}

// wayTo names the cause as people know it.
func (c *Client) wayTo(op string, err error) error {
	if failure := c.proxyFailure(op, err); failure != nil {
		return failure
	}
	host := c.way()
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return jit.Errorf(jit.Unavailable, op, "%s: its certificate is signed by an authority that neither this machine nor the tenant's certificateAuthority names: %w", host, err).
			WithNext("kubectl jit login --tenant %s --certificate-authority FILE", c.URL)
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return jit.Errorf(jit.Unavailable, op, "%s: its certificate is not good at %s, which is the time of this machine's clock: %w",
			host, c.now().UTC().Format(time.RFC3339), err).WithNext("date -u")
	}
	if isUntrusted(err) {
		return jit.Errorf(jit.Unavailable, op, "%s: its certificate is not good: %w", host, err)
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsNotFound {
			missing := jit.Errorf(jit.Unavailable, op, "%s: there is no host of this name: %w", host, err)
			if name, is := strings.CutSuffix(c.host(), ".britive-app.com"); is && strings.Contains(name, ".") {
				return missing.WithNext("kubectl jit login --tenant https://%s", name) // a broker of one's own goes by its URL
			}
			return missing
		}
		return jit.Errorf(jit.Unavailable, op, "%s: its name cannot be looked up: %w", host, err)
	}
	if isEnd(err) {
		return jit.Errorf(jit.Unavailable, op, "%s: no answer within %s", host, longestCall)
	}
	return jit.Errorf(jit.Unavailable, op, "%s: cannot be reached: %w", host, err)
}
