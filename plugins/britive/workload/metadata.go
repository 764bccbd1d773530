package workload

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const (
	// mostAnswer bounds what a provider says, in bytes.
	mostAnswer = 256 << 10

	// longestCall bounds one exchange. The metadata of a machine is next door; where
	// there is none, nobody answers.
	longestCall = 5 * time.Second

	// longestConnect is how long somebody next door takes to answer the door.
	longestConnect = time.Second
)

// nextDoor asks the machine's own metadata: never through a proxy.
func (p Place) nextDoor() *http.Client {
	if p.HTTP != nil {
		return p.HTTP
	}
	return &http.Client{Transport: &http.Transport{
		DialContext: (&net.Dialer{Timeout: longestConnect}).DialContext, DisableKeepAlives: true,
	}}
}

// outside asks over the network, by the proxy that the environment names.
func (p Place) outside() *http.Client {
	if p.HTTP != nil {
		return p.HTTP
	}
	return &http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, TLSHandshakeTimeout: longestCall}}
}

// ask makes one exchange and returns the body of a success. Redirects are not
// followed: the headers hold secrets. No error shows the query, in which a secret
// may stand.
func ask(ctx context.Context, client *http.Client, method, address, body string, headers http.Header) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, longestCall)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return nil, jit.Errorf(jit.Invalid, "", "its address cannot be read")
	}
	for name, values := range headers {
		request.Header[name] = values
	}
	straight := *client
	straight.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := straight.Do(request)
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err
		}
		return nil, jit.Errorf(jit.Unavailable, "", "%s does not answer: %w", request.URL.Host, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, mostAnswer))
	if err != nil {
		return nil, jit.Errorf(jit.Unavailable, "", "%s: its answer breaks off: %w", request.URL.Host, err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, refusal(request.URL.Host, response.StatusCode, text)
	}
	return text, nil
}

// refusal is the error of an answer that is no success, with the reason where the
// answer gives one in one of the usual fields.
func refusal(host string, status int, text []byte) error {
	code := jit.SignIn
	if status >= 500 || status == http.StatusTooManyRequests {
		code = jit.Unavailable
	}
	var said struct {
		Message          string `json:"message"`
		ErrorDescription string `json:"error_description"`
	}
	var sts struct {
		Error struct{ Code, Message string }
	}
	why := ""
	switch {
	case json.Unmarshal(text, &sts) == nil && sts.Error.Message != "":
		why = sts.Error.Code + ": " + sts.Error.Message
	case json.Unmarshal(text, &said) == nil:
		why = cmp.Or(said.Message, said.ErrorDescription)
	}
	if len(why) > 300 {
		why = strings.ToValidUTF8(why[:300], "") + "…"
	}
	if why != "" {
		why = ": " + why
	}
	return jit.Errorf(code, "", "%s answers %d %s%s", host, status, http.StatusText(status), why)
}

// fields decodes an answer.
func fields(text []byte, v any) error {
	if json.Unmarshal(text, v) != nil {
		return jit.Errorf(jit.Unavailable, "", "its answer is no JSON that can be read")
	}
	return nil
}

// isSafe reports whether a secret may be sent to an address that a variable names:
// over TLS, or on this very machine or its link.
func isSafe(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	near := u.Hostname() == "localhost" || err == nil && (ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip == netip.MustParseAddr("fd00:ec2::23"))
	return u.Scheme == "https" || u.Scheme == "http" && near
}
