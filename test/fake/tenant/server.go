package tenant

import (
	"crypto/tls"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
)

// Server is a tenant behind TLS, for programs.
type Server struct {
	*Tenant
	served *httptest.Server
	caFile string
}

// Start serves a tenant on a free port of 127.0.0.1. The certificate that signs
// for it is written into dir.
func Start(t *Tenant, dir string) (*Server, error) {
	s := &Server{Tenant: t, served: httptest.NewUnstartedServer(t), caFile: filepath.Join(dir, "tenant-ca.pem")}
	s.served.Config.ErrorLog = log.New(io.Discard, "", 0) // who is cut off on purpose complains
	s.served.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	s.served.StartTLS()
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.served.Certificate().Raw})
	if err := os.WriteFile(s.caFile, text, 0o600); err != nil {
		s.served.Close()
		return nil, err
	}
	return s, nil
}

// URL is the tenant's address.
func (s *Server) URL() string { return s.served.URL }

// CAFile is a PEM file of the certificate that a client must trust.
func (s *Server) CAFile() string { return s.caFile }

// Client trusts the tenant.
func (s *Server) Client() *http.Client { return s.served.Client() }

// Close ends the server and every connection to it.
func (s *Server) Close() {
	s.served.CloseClientConnections()
	s.served.Close()
}
