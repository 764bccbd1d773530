package saml

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const (
	keyBits = 2048

	// certificateYears is long, because what AWS trusts is the registered key:
	// the certificate only carries it. Keys are changed by registering a new one
	// beside the old.
	certificateYears = 10
)

// Provider signs assertions under one identity.
type Provider struct {
	entityID    string
	certificate []byte // DER
	key         *rsa.PrivateKey
}

// GenerateKeyPair makes a signing key and a certificate that carries it, PEM.
func GenerateKeyPair(entityID string) (certificate, key []byte, err error) {
	private, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "jit-broker SAML", Organization: []string{entityID}},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.AddDate(certificateYears, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return nil, nil, err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), nil
}

// Load reads a certificate and its key, PEM files. The error is invalid and names
// the file.
func Load(entityID, certificateFile, keyFile string) (*Provider, error) {
	const op = "load the SAML key"
	der, err := readPEM(certificateFile)
	if err != nil {
		return nil, jit.Errorf(jit.Invalid, op, "%w", err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, jit.Errorf(jit.Invalid, op, "%s: %w", certificateFile, err)
	}
	pkcs8, err := readPEM(keyFile)
	if err != nil {
		return nil, jit.Errorf(jit.Invalid, op, "%w", err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(pkcs8)
	if err != nil {
		return nil, jit.Errorf(jit.Invalid, op, "%s holds no PKCS #8 key: %w", keyFile, err)
	}
	key, ok := parsed.(*rsa.PrivateKey)
	switch {
	case !ok:
		return nil, jit.Errorf(jit.Invalid, op, "%s holds no RSA key, which is what AWS verifies", keyFile)
	case !key.PublicKey.Equal(certificate.PublicKey):
		return nil, jit.Errorf(jit.Invalid, op, "%s and %s do not belong together", certificateFile, keyFile)
	}
	return &Provider{entityID: entityID, certificate: der, key: key}, nil
}

func readPEM(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s: %w", path, errors.New("no PEM block"))
	}
	return block.Bytes, nil
}
