package britive

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"sync"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/britiveapi"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Client is a broker as the person behind Token sees it. It implements
// [jit.Broker] and may be used by many goroutines at once.
type Client struct {
	URL     string           // https://HOST[:PORT]
	Token   jit.Secret       // an API token, or that of a sign-in
	HTTP    *http.Client     // nil: http.DefaultClient. Redirects are not followed, whatever it says
	Version string           // of this program, for the User-Agent
	Now     func() time.Time // nil: time.Now
	Memory  Memory           // its zero value remembers nothing

	// Login is the command that signs in here, for errors; empty: "kubectl jit login".
	Login string

	// Renew signs in again when the tenant no longer takes the token, in whose place
	// it returns a new one, and the context of the command that it was done in. It is
	// called by one goroutine at a time. Nil: nobody can.
	Renew func() (context.Context, jit.Secret, error)

	// Log gets a line about each exchange, as far as Verbosity goes: see trace.go.
	Log       func(line string)
	Verbosity int

	mu        sync.Mutex
	newer     jit.Secret // what Renew returned, in place of Token
	renewing  *renewal   // nil: nobody is at it
	listed    []profile  // the last listing that was read
	known     known
	loaded    bool // known was looked for
	remembers bool // known is an earlier process's
	silent    bool // it was asked for its features in vain
	skew      time.Duration
}

var (
	_ jit.Broker   = (*Client)(nil)
	_ jit.Clock    = (*Client)(nil)
	_ jit.Consoles = (*Client)(nil)
	_ jit.Teller   = (*Client)(nil)
	_ jit.Forms    = (*Client)(nil)
)

// New builds a client that trusts roots (nil: the system's) and goes through the
// proxy that the environment names. It asks nobody yet.
func New(url string, token jit.Secret, roots *x509.CertPool, version string) *Client {
	transport := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: proxyAnswered,
		TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        time.Minute,
		ExpectContinueTimeout:  time.Second,
	}
	jar, _ := cookiejar.New(nil) // a completed step-up is remembered in a cookie; New cannot fail
	return &Client{URL: url, Token: token, HTTP: &http.Client{Transport: transport, Jar: jar}, Version: version}
}

func (c *Client) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

// host is how messages call the broker.
func (c *Client) host() string {
	if u, err := url.Parse(c.URL); err == nil && u.Host != "" {
		return u.Host
	}
	return c.URL
}

// Whoami implements [jit.Broker].
func (c *Client) Whoami(ctx context.Context) (jit.Person, error) {
	const op = "ask who is signed in"
	var v britiveapi.Validated
	if err := c.do(ctx, op, request{method: http.MethodPost, path: "/api/auth/validate", again: true}, &v); err != nil {
		return jit.Person{}, err
	}
	who := v.AuthenticationResult
	if who.UserID == "" && who.Username == "" {
		return jit.Person{}, c.strange(op, "its answer names nobody")
	}
	person := jit.Person{ID: string(who.UserID), Name: string(who.Username)}
	if person.ID == "" {
		person.ID = person.Name
	}
	if person.Name == "" {
		person.Name = person.ID
	}
	return person, nil
}

// offers reports whether the broker has a feature. One that cannot say has none,
// and is not asked again: who waits for a decision would ask each time.
func (c *Client) offers(ctx context.Context, name string) bool {
	c.mu.Lock()
	c.load()
	features, silent := c.known.Features, c.silent
	c.mu.Unlock()
	if features != nil || silent {
		return features[name]
	}
	var listed []britiveapi.Feature
	if err := c.do(ctx, "ask for features", get("/api/features"), &listed); err != nil {
		c.mu.Lock()
		c.silent = ctx.Err() == nil
		c.mu.Unlock()
		return false
	}
	features = map[string]bool{}
	for _, f := range listed {
		features[f.Name] = f.Enabled
	}
	c.learn(func(k *known) { k.Features = features })
	return features[name]
}
