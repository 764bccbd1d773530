package aws

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// Proxy is the URL for HTTPS_PROXY.
func (s *Server) Proxy() string { return "http://" + s.listener.Addr().String() }

// CAFile is the certificate authority for SSL_CERT_FILE and AWS_CA_BUNDLE.
func (s *Server) CAFile() string { return s.caFile }

// proxy answers CONNECT for the hosts it stands in for, and refuses every other.
func (s *Server) proxy(w http.ResponseWriter, r *http.Request) {
	host, port, err := net.SplitHostPort(r.Host)
	if r.Method != http.MethodConnect || err != nil || port != "443" || s.service(host) == nil {
		http.Error(w, "nothing leaves this machine", http.StatusForbidden)
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	secure := tls.Server(conn, &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) { return s.leaf(host) },
	})
	serveConn(secure, s.service(host))
}

// serveConn answers the requests on one connection, one after the other.
func serveConn(conn net.Conn, handler http.Handler) {
	listener := &single{conn: conn, done: make(chan struct{})}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ConnState: listener.state}
	_ = server.Serve(listener)
	<-listener.done
}

// single is a listener with one connection to give.
type single struct {
	conn  net.Conn
	given bool
	done  chan struct{}
}

func (l *single) Accept() (net.Conn, error) {
	if l.given {
		<-l.done
		return nil, io.EOF
	}
	l.given = true
	return l.conn, nil
}

func (l *single) Close() error   { return nil }
func (l *single) Addr() net.Addr { return l.conn.LocalAddr() }

func (l *single) state(_ net.Conn, state http.ConnState) {
	if state == http.StateClosed || state == http.StateHijacked {
		close(l.done)
	}
}

// service returns what answers for a host, or nil.
func (s *Server) service(host string) http.Handler {
	first, rest, _ := strings.Cut(host, ".")
	if rest != "amazonaws.com" && !strings.HasSuffix(rest, ".amazonaws.com") {
		return nil
	}
	region := strings.TrimSuffix(strings.TrimSuffix(rest, "amazonaws.com"), ".")
	if region == "" {
		region = "us-east-1"
	}
	switch first {
	case "sts":
		return http.HandlerFunc(s.sts)
	case "iam":
		return http.HandlerFunc(s.iam)
	case "eks":
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.eks(w, r, region) })
	}
	return nil
}

func (s *Server) newAuthority() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "AWS stand-in"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageCertSign, BasicConstraintsValid: true, IsCA: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	if s.ca, err = x509.ParseCertificate(der); err != nil {
		return err
	}
	s.caKey = key
	return os.WriteFile(s.caFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644)
}

// leaf makes, once, the certificate of a host.
func (s *Server) leaf(host string) (*tls.Certificate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if made := s.leaves[host]; made != nil {
		return made, nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, s.ca, key.Public(), s.caKey)
	if err != nil {
		return nil, err
	}
	made := &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	s.leaves[host] = made
	return made, nil
}
