package aws

import (
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Options says what a new account holds and where files go.
type Options struct {
	Dir     string // where the authority's certificate is written; required
	Account string // twelve digits; 196226166352 when empty
}

// Server is one account behind a proxy.
type Server struct {
	account  string
	caFile   string
	ca       *x509.Certificate
	caKey    *ecdsa.PrivateKey
	listener net.Listener
	tunnels  *tunnels
	front    *http.Server // the proxy
	services *http.Server // what answers inside the tunnels

	mu        sync.Mutex
	offset    time.Duration
	latency   time.Duration
	roles     map[string]Role        // by name
	providers map[string]provider    // SAML, by ARN
	users     map[string]User        // by access key id
	sessions  map[string]session     // by access key id
	clusters  map[string]Cluster     // by region/name
	entries   map[string]AccessEntry // by region/name/principal
	used      map[string]time.Time   // assertions that were taken, by id
	calls     map[string]int
	faults    map[string]Fault
	leaves    map[string]*tls.Certificate
}

// Role is an IAM role.
type Role struct {
	Name       string // without path
	Path       string // "/" when empty
	Trust      []Statement
	MaxSession time.Duration // one hour when zero
	Actions    []string      // what its policies allow, e.g. "eks:*"

	policy string // the trust policy as it was given; empty: Trust is written
}

// User is an IAM user with a long-term key.
type User struct {
	Name            string
	AccessKeyID     string
	SecretAccessKey string
	Actions         []string
}

// Cluster is an EKS cluster.
type Cluster struct {
	Name     string
	Region   string
	Endpoint string
	CAData   []byte // PEM

	// AuthenticationMode is CONFIG_MAP when empty, as clusters made by the API are.
	// API_AND_CONFIG_MAP and API have access entries.
	AuthenticationMode string
}

func (c Cluster) mode() string {
	if c.AuthenticationMode == "" {
		return "CONFIG_MAP"
	}
	return c.AuthenticationMode
}

// Start serves the account on a free port of 127.0.0.1.
func Start(options Options) (*Server, error) {
	s := &Server{
		account: options.Account, roles: map[string]Role{}, providers: map[string]provider{},
		users: map[string]User{}, sessions: map[string]session{}, clusters: map[string]Cluster{},
		entries: map[string]AccessEntry{},
		used:    map[string]time.Time{}, calls: map[string]int{}, faults: map[string]Fault{},
		leaves: map[string]*tls.Certificate{}, caFile: filepath.Join(options.Dir, "aws-ca.pem"),
	}
	if s.account == "" {
		s.account = "196226166352"
	}
	if err := s.newAuthority(); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.listener, s.tunnels = listener, newTunnels(listener.Addr())
	s.front, s.services = newServer(s.proxy), newServer(s.answer)
	go func() { _ = s.front.Serve(listener) }()
	go func() { _ = s.services.Serve(s.tunnels) }()
	return s, nil
}

func newServer(handler http.HandlerFunc) *http.Server {
	return &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
}

// Close ends the server and every connection to it.
func (s *Server) Close() error {
	err := errors.Join(s.front.Close(), s.services.Close())
	if removed := os.Remove(s.caFile); !errors.Is(removed, os.ErrNotExist) {
		err = errors.Join(err, removed)
	}
	return err
}
