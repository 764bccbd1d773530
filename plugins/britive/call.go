package britive

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const (
	// mostAnswer bounds an answer, in bytes: a listing of tens of thousands of
	// profiles fits.
	mostAnswer = 32 << 20

	// longestCall bounds one exchange. A broker may take half a minute to get
	// credentials from AWS.
	longestCall = 45 * time.Second

	// shortToken is the length below which a token is an API token. Britive's own
	// clients tell them from the tokens of sign-ins by it.
	shortToken = 50
)

// request is one call of the contract.
type request struct {
	method string
	path   string
	query  url.Values
	body   any  // nil: none
	again  bool // whether it may be sent again when its answer is lost
	open   bool // it takes no token
}

func get(path string) request { return request{method: http.MethodGet, path: path, again: true} }

// checkID refuses what cannot stand in a path: a broker would not see it there.
func checkID(op, id string) error {
	if id == "" || id == "." || id == ".." {
		return jit.Errorf(jit.NotFound, op, "there is no id %q", id)
	}
	return nil
}

// exchange is an answer that was read to its end.
type exchange struct {
	status int
	header http.Header
	body   []byte
	token  jit.Secret // that was sent
}

// send makes one HTTP exchange. An error is that of the way there or back.
func (c *Client) send(ctx context.Context, r request) (x exchange, err error) {
	ctx, cancel := context.WithTimeout(ctx, longestCall)
	defer cancel()
	token := c.token()
	message, err := c.message(ctx, r, token)
	if err != nil {
		return exchange{}, err
	}
	defer func(began time.Time) { c.trace(message, token, r.body, x, err, time.Since(began)) }(time.Now())
	client := http.Client{}
	if c.HTTP != nil {
		client = *c.HTTP
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := client.Do(message)
	if err != nil {
		return exchange{}, err
	}
	defer response.Body.Close()
	c.setClock(response.Header)
	body, err := io.ReadAll(io.LimitReader(response.Body, mostAnswer+1))
	if err != nil {
		return exchange{}, err
	}
	return exchange{response.StatusCode, response.Header, body, token}, nil
}

// message is the HTTP request. The content type is sent without a body too, as
// Britive's own clients do.
func (c *Client) message(ctx context.Context, r request, token jit.Secret) (*http.Request, error) {
	address, err := c.address(r)
	if err != nil {
		return nil, err
	}
	var body io.Reader
	if r.body != nil {
		text, err := json.Marshal(r.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(text)
	}
	message, err := http.NewRequestWithContext(ctx, r.method, address, body)
	if err != nil {
		return nil, err
	}
	message.Header.Set("Accept", "application/json")
	message.Header.Set("Content-Type", "application/json")
	message.Header.Set("User-Agent", "kubectl-jit/"+c.Version)
	if !r.open {
		message.Header.Set("Authorization", scheme(token)+" "+token.Reveal())
	}
	return message, nil
}

// address is where a call goes. A token is sent over TLS only, or to this very
// machine.
func (c *Client) address(r request) (string, error) {
	base, err := url.Parse(c.URL)
	if err != nil || base.Host == "" {
		return "", jit.Errorf(jit.Invalid, "", "%q is not the address of a broker: it has the form https://HOST[:PORT]", c.URL)
	}
	local := base.Hostname() == "127.0.0.1" || base.Hostname() == "::1" || base.Hostname() == "localhost"
	if base.Scheme != "https" && !(base.Scheme == "http" && local) {
		return "", jit.Errorf(jit.Invalid, "", "the broker's address %q does not begin with https://", c.URL)
	}
	return base.Scheme + "://" + base.Host + r.path + query(r.query), nil
}

func query(values url.Values) string {
	if len(values) == 0 {
		return ""
	}
	return "?" + values.Encode()
}

// scheme is how a token is sent, which Britive tells by its form.
func scheme(token jit.Secret) string {
	text := token.Reveal()
	switch {
	case len(text) < shortToken:
		return "TOKEN"
	case strings.Contains(text, "::"):
		return "WorkloadToken"
	}
	return "Bearer"
}

// isJSON reports whether an answer can be what the contract says. Some tenants
// send JSON under another name, so a web page is told by its first character too.
func (x exchange) isJSON() bool {
	kind, _, _ := mime.ParseMediaType(x.header.Get("Content-Type"))
	text := bytes.TrimSpace(x.body)
	return kind != "text/html" && !bytes.HasPrefix(text, []byte("<"))
}

// asSent is an answer that need not be JSON.
type asSent []byte

// read decodes a successful answer. An empty one leaves v as it is.
func (c *Client) read(op string, x exchange, v any) error {
	switch {
	case len(x.body) > mostAnswer:
		return c.strange(op, "its answer is larger than 32 MiB")
	case len(bytes.TrimSpace(x.body)) == 0:
		return nil
	case !x.isJSON():
		return c.strange(op, "it answers with a web page: a proxy or a login page stands in front of it, or it is no Britive tenant")
	case v == nil:
		return nil
	}
	if text, ok := v.(*asSent); ok {
		*text = asSent(x.body)
		return nil
	}
	if err := json.Unmarshal(x.body, v); err != nil {
		return c.strange(op, "its answer cannot be read: "+shortened(err.Error()))
	}
	return nil
}

// strange is the error of an answer that is not the contract's.
func (c *Client) strange(op, what string) error {
	return jit.Errorf(jit.Unavailable, op, "%s: %s", c.host(), what)
}
