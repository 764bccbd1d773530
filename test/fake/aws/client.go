package aws

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
)

// Client reaches the account by its proxy and trusts its authority, as a program with
// HTTPS_PROXY and SSL_CERT_FILE does.
func (s *Server) Client() *http.Client {
	roots := x509.NewCertPool()
	roots.AddCert(s.ca)
	proxy := &url.URL{Scheme: "http", Host: s.listener.Addr().String()}
	return &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{RootCAs: roots}}}
}

// CallerIdentity carries a GetCallerIdentity that somebody else has signed to the
// account, and returns the ARN of who did.
func (s *Server) CallerIdentity(call *http.Request) (arn string, err error) {
	client := s.Client()
	defer client.CloseIdleConnections()
	response, err := client.Do(call)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var answer struct {
		Arn string `xml:"GetCallerIdentityResult>Arn"`
	}
	if err := xml.NewDecoder(response.Body).Decode(&answer); err != nil || response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("STS: %s: %w", response.Status, err)
	}
	return answer.Arn, nil
}
