package brokerd

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker/saml"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

// exampleCatalog is what init writes: an application with one account and three
// profiles, to be edited.
//
//go:embed catalog.yaml
var exampleCatalog []byte

type initialise struct {
	stdout io.Writer
	dir    string
	listen string
	url    string
}

func newInit(stdout io.Writer) *cobra.Command {
	i := initialise{stdout: stdout}
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write a working configuration with generated keys",
		Long: `Write a working configuration into a folder: broker.yaml, an example catalog, a
self-signed TLS certificate, and the key the broker signs SAML assertions with.
A folder that holds one of these files is left alone.`,
		Example: `  jit-broker init --dir broker --url https://jit.example.com:8443`,
		Args:    usage.Wants(),
		RunE:    func(*cobra.Command, []string) error { return i.run() },
	}
	cmd.Flags().StringVar(&i.dir, "dir", "broker", "the folder; made when missing")
	cmd.Flags().StringVar(&i.listen, "listen", "127.0.0.1:8443", "the address to listen on")
	cmd.Flags().StringVar(&i.url, "url", "", "how clients reach the broker (default: https:// and the listen address)")
	return cmd
}

const opInit = "write a configuration"

func (i *initialise) run() error {
	files, err := i.files()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(i.dir, 0o700); err != nil {
		return jit.Errorf(jit.Invalid, opInit, "%w", err)
	}
	for _, file := range files {
		path := filepath.Join(i.dir, file.name)
		if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
			return jit.Errorf(jit.Invalid, opInit, "%s is there already; nothing was written", path)
		}
	}
	for n, file := range files {
		if err := writeNew(filepath.Join(i.dir, file.name), file.text); err != nil {
			return jit.Errorf(jit.Invalid, opInit, "%w; nothing was written", errors.Join(err, i.takeBack(files[:n])))
		}
	}
	return i.sayNext()
}

// takeBack removes what was written, so that init can be tried again.
func (i *initialise) takeBack(files []newFile) (err error) {
	for _, file := range files {
		err = errors.Join(err, os.Remove(filepath.Join(i.dir, file.name)))
	}
	return err
}

type newFile struct {
	name string
	text []byte
}

func (i *initialise) files() ([]newFile, error) {
	if err := i.checkAddresses(); err != nil {
		return nil, err
	}
	u, err := url.Parse(i.url)
	if err != nil {
		return nil, jit.Errorf(jit.Invalid, opInit, "--url: %w", err)
	}
	tlsCertificate, tlsKey, err := selfSigned(u.Hostname())
	if err != nil {
		return nil, fmt.Errorf("make a TLS certificate: %w", err)
	}
	samlCertificate, samlKey, err := saml.GenerateKeyPair(i.url)
	if err != nil {
		return nil, fmt.Errorf("make a SAML key: %w", err)
	}
	return []newFile{
		{"broker.yaml", i.config()},
		{"catalog.yaml", exampleCatalog},
		{"tls.crt", tlsCertificate},
		{"tls.key", tlsKey},
		{"saml.crt", samlCertificate},
		{"saml.key", samlKey},
	}, nil
}

// checkAddresses takes the URL from the listen address where none is given.
func (i *initialise) checkAddresses() error {
	host, _, err := net.SplitHostPort(i.listen)
	if err != nil {
		return jit.Errorf(jit.Invalid, opInit, "--listen %q is not host:port", i.listen)
	}
	if i.url == "" && (host == "" || net.ParseIP(host).IsUnspecified()) {
		return jit.Errorf(jit.Invalid, opInit, "--listen %s names no host: say with --url how clients reach the broker", i.listen)
	}
	if i.url == "" {
		i.url = "https://" + i.listen
	}
	if !isBrokerURL(i.url) {
		return jit.Errorf(jit.Invalid, opInit, "--url %q is not https://host[:port]", i.url)
	}
	i.url = strings.TrimSuffix(i.url, "/")
	return nil
}

func (i *initialise) config() []byte {
	return fmt.Appendf(nil, `# The configuration of jit-broker. Relative paths are relative to this folder.
apiVersion: %s
kind: %s
listen: %q
# How clients reach the broker, and its identity in SAML: do not change it once
# the metadata document is registered in an AWS account.
url: %q
tls:
  certificate: tls.crt
  key: tls.key
# What may be asked for: a file, or a folder of files. Reloaded on SIGHUP.
catalog: catalog.yaml
# What happened: checkouts, requests, tokens, the audit trail.
ledger: ledger.db
saml:
  certificate: saml.crt
  key: saml.key
`, apiVersion, configKind, i.listen, i.url)
}

// writeNew writes a file that only its owner can read and never replaces one.
func writeNew(path string, text []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Close())
}

func (i *initialise) sayNext() error {
	config := filepath.Join(i.dir, "broker.yaml")
	_, err := fmt.Fprintf(i.stdout, `Wrote a configuration to %s.

Next:
  1. edit %s: accounts, roles, users
  2. jit-broker saml metadata --config %s > metadata.xml
     and register it in each AWS account as SAML provider "jit-broker"
  3. jit-broker token create --user alice@example.com --expires 720h --config %s
  4. jit-broker serve --config %s
     (clients trust it by the certificate %s)
`, i.dir, filepath.Join(i.dir, "catalog.yaml"), config, config, config, filepath.Join(i.dir, "tls.crt"))
	return err
}
