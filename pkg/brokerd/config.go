package brokerd

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const (
	apiVersion = "jit.kubectl-jit.dev/v1alpha1"
	configKind = "BrokerConfig"
)

// config is broker.yaml. A relative path is relative to the file's own folder.
type config struct {
	APIVersion string
	Kind       string

	// Listen is the address to listen on, host:port. Port 0 takes a free one;
	// serve --address-file tells which.
	Listen string

	// URL is how clients reach the broker, https://host[:port]. It is also the
	// identity under which the broker signs, unless saml.entityID says another:
	// AWS knows the broker by it, so it must not change once it is registered.
	URL string

	// TLS names the certificate (with its chain) and the key, both PEM.
	TLS struct {
		Certificate string
		Key         string
	}

	// Catalog is the file, or the folder of files, that declares what may be
	// asked for.
	Catalog string

	// Ledger is the SQLite file of what happened. It is made when missing.
	Ledger string

	// SAML names the certificate and the key the broker signs assertions with,
	// both PEM, and the entity ID (default: url).
	SAML struct {
		EntityID    string
		Certificate string
		Key         string
	}

	// Features switches extras off (false) that the broker offers beyond the
	// Britive contract: jit-wait, jit-details, jit-session. All are on otherwise.
	Features map[string]bool
}

// readConfig reads and checks the file. Its errors name file and line.
func readConfig(path string) (config, error) {
	const op = "read the configuration"
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return config{}, jit.Errorf(jit.NotFound, op, "there is no %s", path).WithNext("jit-broker init --dir %s", jit.Quote(filepath.Dir(path)))
	}
	if err != nil {
		return config{}, jit.Errorf(jit.Invalid, op, "%w", err)
	}
	c, lines, wrong := decodeConfig(path, text)
	if wrong == nil {
		wrong = c.check(path, lines)
	}
	if wrong != nil {
		return config{}, jit.Errorf(jit.Invalid, op, "%w", errors.Join(wrong...))
	}
	c.resolve(filepath.Dir(path))
	return c, nil
}

// check names everything that is wrong at once. A field that is missing has no
// line, and gets the file's first.
func (c *config) check(path string, lines map[string]int) (wrong []error) {
	fail := func(field, format string, args ...any) {
		wrong = append(wrong, fmt.Errorf("%s:%d: %s", path, max(lines[field], 1), fmt.Sprintf(format, args...)))
	}
	for _, field := range c.fields() {
		if *field.value == "" && !field.optional {
			fail(field.name, "%s is missing", field.name)
		}
	}
	if c.APIVersion != "" && c.APIVersion != apiVersion {
		fail("apiVersion", "apiVersion must be %s, not %q", apiVersion, c.APIVersion)
	}
	if c.Kind != "" && c.Kind != configKind {
		fail("kind", "kind must be %s, not %q", configKind, c.Kind)
	}
	if _, _, err := net.SplitHostPort(c.Listen); c.Listen != "" && err != nil {
		fail("listen", "listen %q is not host:port", c.Listen)
	}
	if c.URL != "" && !isBrokerURL(c.URL) {
		fail("url", "url %q is not https://host[:port]", c.URL)
	}
	return wrong
}

// isBrokerURL takes what clients can be given: a host, and nothing behind it.
func isBrokerURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "https" && u.Hostname() != "" && u.User == nil &&
		strings.Trim(u.Path, "/") == "" && u.RawQuery == "" && u.Fragment == ""
}

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

// warnOfReaders names the files that nobody else on this machine should be able to
// read and everybody can. On Windows the mode says nothing.
func (c *config) warnOfReaders(log *slog.Logger) {
	for _, path := range []string{c.SAML.Key, c.TLS.Key, c.Ledger} {
		info, err := os.Stat(path)
		if err == nil && info.Mode().Perm()&0o007 != 0 && runtime.GOOS != "windows" {
			log.Warn("every user of this machine may use it: take it away from them with chmod o=", "file", path, "mode", info.Mode().String())
		}
	}
}
