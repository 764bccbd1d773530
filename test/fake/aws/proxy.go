package aws

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"regexp"
	"sync"
)

// Proxy is the URL for HTTPS_PROXY.
func (s *Server) Proxy() string { return "http://" + s.listener.Addr().String() }

// CAFile is the certificate authority for SSL_CERT_FILE and AWS_CA_BUNDLE.
func (s *Server) CAFile() string { return s.caFile }

// endpoint is one host of AWS.
type endpoint struct {
	service string
	region  string // of a signature's scope; us-east-1 for the hosts without one
}

var regional = regexp.MustCompile(`^(sts|eks)\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com$`)

// endpointOf knows the hosts that the account stands in for.
func endpointOf(host string) (endpoint, bool) {
	switch host {
	case "sts.amazonaws.com":
		return endpoint{"sts", "us-east-1"}, true
	case "iam.amazonaws.com":
		return endpoint{"iam", "us-east-1"}, true
	}
	if found := regional.FindStringSubmatch(host); found != nil {
		return endpoint{found[1], found[2]}, true
	}
	return endpoint{}, false
}

// proxy answers CONNECT for the hosts it stands in for, and refuses every other.
func (s *Server) proxy(w http.ResponseWriter, r *http.Request) {
	host, port, err := net.SplitHostPort(r.Host)
	_, known := endpointOf(host)
	if r.Method != http.MethodConnect || err != nil || port != "443" || !known {
		http.Error(w, "nothing leaves this machine", http.StatusForbidden)
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		_ = conn.Close()
		return
	}
	s.tunnels.give(tls.Server(conn, &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) { return s.leaf(hello.ServerName) },
	}))
}

// answer leads a request inside a tunnel to its service. The host is that of the
// certificate which the client was shown, and the request must be for it.
func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	at, known := endpointOf(r.TLS.ServerName)
	if !known || r.Host != r.TLS.ServerName {
		http.Error(w, "this connection is for "+r.TLS.ServerName, http.StatusMisdirectedRequest)
		return
	}
	if !s.wait(r.Context()) {
		return
	}
	w.Header().Set("Date", s.now().Format(http.TimeFormat))
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	switch at.service {
	case "sts":
		s.sts(w, r, at)
	case "iam":
		s.iam(w, r, at)
	case "eks":
		s.eks(w, r, at)
	}
}

// tunnels is a listener whose connections are those that the proxy took.
type tunnels struct {
	address net.Addr
	conns   chan net.Conn
	closed  chan struct{}
	close   func()
}

func newTunnels(address net.Addr) *tunnels {
	t := &tunnels{address: address, conns: make(chan net.Conn), closed: make(chan struct{})}
	t.close = sync.OnceFunc(func() { close(t.closed) })
	return t
}

func (t *tunnels) give(conn net.Conn) {
	select {
	case t.conns <- conn:
	case <-t.closed:
		_ = conn.Close()
	}
}

// Accept implements [net.Listener].
func (t *tunnels) Accept() (net.Conn, error) {
	select {
	case conn := <-t.conns:
		return conn, nil
	case <-t.closed:
		return nil, net.ErrClosed
	}
}

// Close implements [net.Listener].
func (t *tunnels) Close() error {
	t.close()
	return nil
}

// Addr implements [net.Listener].
func (t *tunnels) Addr() net.Addr { return t.address }
