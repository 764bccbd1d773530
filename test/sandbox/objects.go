package sandbox

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	_ "embed"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
	"time"
)

// manifests is the administrator's part of the story, as kubectl applies it.
//
//go:embed manifests.yaml
var manifests string

// apply does the administrator's part. The namespaces of a new cluster appear a
// moment after it is ready, so it is tried again until they are there.
func (c *Cluster) apply(ctx context.Context, kubectl, objects string) error {
	for {
		_, err := run(ctx, []string{"HOME=" + c.dir}, strings.NewReader(objects), kubectl, "--kubeconfig", c.Admin, "apply", "-f", "-")
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("apply the administrator's objects: %w", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func adminConfig(name, server, caFile, token string) string {
	return fmt.Sprintf(`apiVersion: v1
kind: Config
current-context: admin
clusters:
- name: %[1]s
  cluster:
    server: %[2]s
    certificate-authority: %[3]s
contexts:
- name: admin
  context:
    cluster: %[1]s
    user: admin
users:
- name: admin
  user:
    token: %[4]s
`, name, server, caFile, token)
}

func webhookConfig(url, caFile string) string {
	return fmt.Sprintf(`apiVersion: v1
kind: Config
current-context: webhook
clusters:
- name: webhook
  cluster:
    server: %s
    certificate-authority: %s
contexts:
- name: webhook
  context:
    cluster: webhook
    user: ""
`, url, caFile)
}

func newRSAKey() ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}), nil
}

func randomText() string {
	b := make([]byte, 24)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}
