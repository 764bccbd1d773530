package brokerd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-jit/kubectl-jit/pkg/britiveapi"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const (
	apiVersion = "jit.kubectl-jit.dev/v1alpha1"
	configKind = "BrokerConfig"
)

// config is broker.yaml. A relative path is relative to the file's own folder.
type config struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string `yaml:"kind"`

	// Listen is the address to listen on, host:port. Port 0 takes a free one;
	// serve --address-file tells which.
	Listen string `yaml:"listen"`

	// URL is how clients reach the broker, https://host[:port]. It is also the
	// identity under which the broker signs, unless saml.entityID says another:
	// AWS knows the broker by it, so it must not change once it is registered.
	URL string `yaml:"url"`

	// TLS names the certificate (with its chain) and the key, both PEM.
	TLS struct {
		Certificate string `yaml:"certificate"`
		Key         string `yaml:"key"`
	} `yaml:"tls"`

	// Catalog is the file, or the folder of files, that declares what may be
	// asked for.
	Catalog string `yaml:"catalog"`

	// Ledger is the SQLite file of what happened. It is made when missing.
	Ledger string `yaml:"ledger"`

	// SAML names the certificate and the key the broker signs assertions with,
	// both PEM, and the entity ID (default: url).
	SAML struct {
		EntityID    string `yaml:"entityID"`
		Certificate string `yaml:"certificate"`
		Key         string `yaml:"key"`
	} `yaml:"saml"`

	// Features switches extras off (false) that the broker offers beyond the
	// Britive contract: jit-wait, jit-details. All are on otherwise.
	Features map[string]bool `yaml:"features"`
}

// readConfig reads and checks the file. Unknown keys are refused.
func readConfig(path string) (config, error) {
	op := "read the configuration"
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return config{}, jit.Errorf(jit.NotFound, op, "there is no %s", path).WithNext("jit-broker init --dir %s", filepath.Dir(path))
	}
	if err != nil {
		return config{}, jit.Errorf(jit.Invalid, op, "%w", err)
	}
	var c config
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		return config{}, jit.Errorf(jit.Invalid, op, "%s: %w", path, err)
	}
	if err := c.check(); err != nil {
		return config{}, jit.Errorf(jit.Invalid, op, "%s: %w", path, err)
	}
	c.resolve(filepath.Dir(path))
	return c, nil
}

// check names everything that is wrong at once.
func (c *config) check() error {
	var wrong []error
	if c.APIVersion != apiVersion || c.Kind != configKind {
		wrong = append(wrong, fmt.Errorf("apiVersion and kind must be %s and %s", apiVersion, configKind))
	}
	for _, field := range []struct{ name, value string }{
		{"listen", c.Listen}, {"url", c.URL}, {"catalog", c.Catalog}, {"ledger", c.Ledger},
		{"tls.certificate", c.TLS.Certificate}, {"tls.key", c.TLS.Key},
		{"saml.certificate", c.SAML.Certificate}, {"saml.key", c.SAML.Key},
	} {
		if field.value == "" {
			wrong = append(wrong, fmt.Errorf("%s is missing", field.name))
		}
	}
	if u, err := url.Parse(c.URL); c.URL != "" && (err != nil || u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "") {
		wrong = append(wrong, fmt.Errorf("url %q is not https://host[:port]", c.URL))
	}
	for name := range c.Features {
		if known := features(); !slices.Contains(known, name) {
			wrong = append(wrong, fmt.Errorf("features has no %q: it knows %s", name, strings.Join(known, ", ")))
		}
	}
	return errors.Join(wrong...)
}

// features are the extras that can be switched off.
func features() []string { return []string{britiveapi.FeatureWait, britiveapi.FeatureDetails} }

func (c *config) resolve(dir string) {
	for _, path := range []*string{
		&c.Catalog, &c.Ledger, &c.TLS.Certificate, &c.TLS.Key, &c.SAML.Certificate, &c.SAML.Key,
	} {
		if !filepath.IsAbs(*path) {
			*path = filepath.Join(dir, *path)
		}
	}
	c.URL = strings.TrimSuffix(c.URL, "/")
	if c.SAML.EntityID == "" {
		c.SAML.EntityID = c.URL
	}
}
