package brokerd_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/kubectl-jit/kubectl-jit/pkg/brokerd"
)

// call runs one command and returns what it printed.
func call(t *testing.T, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, errs bytes.Buffer
	status = brokerd.Main(t.Context(), append([]string{"jit-broker"}, args...), &out, &errs, "v1.2.3")
	return out.String(), errs.String(), status
}

// must runs a command that has to succeed.
func must(t *testing.T, args ...string) string {
	t.Helper()
	out, errs, status := call(t, args...)
	if status != 0 {
		t.Fatalf("jit-broker %v: status %d\n%s", args, status, errs)
	}
	return out
}

// initialised makes a configuration that listens on a free port.
func initialised(t *testing.T) (dir, config string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "broker")
	must(t, "init", "--dir", dir, "--listen", "127.0.0.1:0", "--url", "https://localhost:8443")
	return dir, filepath.Join(dir, "broker.yaml")
}

// logged is a log that may be read while it is written.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// eventually waits until the log says something.
func (l *logged) eventually(t *testing.T, text string) {
	t.Helper()
	for range 500 {
		if strings.Contains(l.String(), text) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("the log never says %q:\n%s", text, l)
}

// served runs the broker until the test ends.
type served struct {
	url    string
	log    *logged
	client *http.Client
	stop   func() int
}

func serve(t *testing.T, dir, config string) *served {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := &served{log: &logged{}}
	address := filepath.Join(t.TempDir(), "address")
	ended := make(chan int, 1)
	go func() {
		ended <- brokerd.Main(ctx, []string{"jit-broker", "serve", "--config", config, "--address-file", address}, io.Discard, s.log, "v1.2.3")
	}()
	s.stop = sync.OnceValue(func() int { cancel(); return <-ended })
	t.Cleanup(func() { s.stop() })
	s.log.eventually(t, "listening")
	text, err := os.ReadFile(address)
	if err != nil {
		t.Fatal(err)
	}
	s.url = strings.TrimSpace(string(text))
	certificate, err := os.ReadFile(filepath.Join(dir, "tls.crt"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(certificate)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	t.Cleanup(transport.CloseIdleConnections)
	s.client = &http.Client{Transport: transport}
	return s
}

func (s *served) get(t *testing.T, path, token string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "TOKEN "+token)
	response, err := s.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// TestFromNothing holds that the commands init names are all it takes.
func TestFromNothing(t *testing.T) {
	dir, config := initialised(t)
	token := strings.TrimSpace(must(t, "token", "create", "--user", "alice@example.com", "--config", config))
	if len(token) >= 50 || !strings.HasPrefix(token, "jit_") {
		t.Errorf("a token of %d characters: Britive's clients tell API tokens by less than 50", len(token))
	}
	if document := must(t, "saml", "metadata", "--config", config); !strings.Contains(document, `entityID="https://localhost:8443"`) {
		t.Errorf("metadata without our name:\n%s", document)
	}
	s := serve(t, dir, config)
	for _, path := range []string{"/healthz", "/readyz"} {
		if status, _ := s.get(t, path, ""); status != http.StatusOK {
			t.Errorf("%s answers %d", path, status)
		}
	}
	status, body := s.get(t, "/api/access?type=sdk", token)
	var listing struct {
		Profiles []struct{ PapName string }
	}
	if err := json.Unmarshal([]byte(body), &listing); err != nil || status != http.StatusOK || len(listing.Profiles) != 3 {
		t.Errorf("%d %s (%v), want the three profiles of the example", status, body, err)
	}

	// A token made or revoked beside the running broker counts at once.
	second := strings.TrimSpace(must(t, "token", "create", "--user", "bob@example.com", "--config", config))
	if status, _ := s.get(t, "/api/features", second); status != http.StatusOK {
		t.Errorf("the new token: %d", status)
	}
	id := strings.Fields(strings.Split(must(t, "token", "list", "--user", "bob@example.com", "--config", config), "\n")[1])[0]
	// Also where the catalog is in the middle of being mended, or is lost.
	if err := os.Rename(filepath.Join(dir, "catalog.yaml"), filepath.Join(dir, "catalog.gone")); err != nil {
		t.Fatal(err)
	}
	must(t, "token", "revoke", id, "--config", config)
	if list := must(t, "token", "list", "--user", "Bob@example.com", "--config", config); strings.Count(list, id) != 1 || strings.Contains(list, "alice") {
		t.Errorf("the tokens of bob:\n%s", list)
	}
	if status, _ := s.get(t, "/api/features", second); status != http.StatusUnauthorized {
		t.Errorf("the revoked token: %d", status)
	}
	if log := s.log.String(); strings.Contains(log, token) || strings.Contains(log, second) {
		t.Error("a token stands in the log")
	}
	if status := s.stop(); status != 0 {
		t.Errorf("ends with status %d", status)
	}
}

func TestRefused(t *testing.T) {
	dir, config := initialised(t)
	broken := filepath.Join(t.TempDir(), "broker.yaml")
	if err := os.WriteFile(broken, []byte("apiVersion: jit.kubectl-jit.dev/v1alpha1\nkind: BrokerConfig\nlisten: ''\nurl: http://x\nfoo: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		args []string
		says string
	}{
		{[]string{"init", "--dir", dir}, "is there already; nothing was written"},
		{[]string{"init", "--dir", t.TempDir() + "/x", "--url", "http://jit.example.com"}, "is not https://host"},
		{[]string{"init", "--dir", t.TempDir() + "/x", "--listen", "here"}, "is not host:port"},
		{[]string{"init", "--dir", t.TempDir() + "/x", "--listen", ":8443"}, "say with --url"},
		{[]string{"init", "--dir", t.TempDir() + "/x", "--listen", "0.0.0.0:8443"}, "say with --url"},
		{[]string{"serve", "--config", filepath.Join(dir, "none.yaml")}, "jit-broker init --dir"},
		{[]string{"serve", "--config", broken}, `broker.yaml:5: there is no field "foo"`},
		{[]string{"token", "create", "--user", "nobody@example.com", "--config", config}, "nobody@example.com"},
		{[]string{"token", "create", "--config", config}, "--user is missing"},
		{[]string{"token", "revoke", "none", "--config", config}, "next: jit-broker token list --config " + config},
		{[]string{"serv"}, `"serv" is no command`},
		{[]string{"serve", "--bogus"}, "unknown flag: --bogus"},
	}
	for _, tt := range tests {
		out, errs, status := call(t, tt.args...)
		if status != 2 || out != "" || !strings.Contains(errs, tt.says) {
			t.Errorf("%v: status %d, stdout %q, stderr %q; want %q", tt.args, status, out, errs, tt.says)
		}
	}
}

// TestNamesAreShown holds that a name drives no terminal and hides nothing.
func TestNamesAreShown(t *testing.T) {
	_, config := initialised(t)
	must(t, "token", "create", "--user", "alice@example.com", "--name", "a\x1b[31m\u202e\u200bb", "--config", config)
	if list := must(t, "token", "list", "--config", config); !strings.Contains(list, `a\x1b[31m\u202e\u200bb`) {
		t.Errorf("%q", list)
	}
}

// TestCertificateSignsNothing holds that the TLS key which init makes vouches for the
// broker and for nobody else, wherever people put its certificate.
func TestCertificateSignsNothing(t *testing.T) {
	dir, _ := initialised(t)
	if certificate := certificateIn(t, dir); certificate.IsCA || certificate.KeyUsage != x509.KeyUsageDigitalSignature {
		t.Errorf("an authority: %t, key usage %b", certificate.IsCA, certificate.KeyUsage)
	}
}

// TestReaders holds that a signing key which everybody can read is told, and that
// one of our own making is not.
func TestReaders(t *testing.T) {
	const warning = "every user of this machine may use it"
	dir, config := initialised(t)
	first := serve(t, dir, config)
	if first.stop(); strings.Contains(first.log.String(), warning) {
		t.Errorf("%s", first.log)
	}
	key := filepath.Join(dir, "saml.key")
	if err := os.Chmod(key, 0o644); err != nil {
		t.Fatal(err)
	}
	second := serve(t, dir, config)
	second.stop()
	if log := second.log.String(); strings.Count(log, warning) != 1 || !strings.Contains(log, key) {
		t.Errorf("%s", log)
	}
}

// TestInitIsPrivate holds that nobody else can read what init writes.
func TestInitIsPrivate(t *testing.T) {
	dir, _ := initialised(t)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %s", entry.Name(), info.Mode())
		}
	}
}

// TestHelp holds that the help of every command can be read on 80 columns. What is to
// be copied, usage and examples, is not broken.
func TestHelp(t *testing.T) {
	commands := 0
	var read func(words ...string)
	read = func(words ...string) {
		commands++
		help := must(t, append(slices.Clone(words), "--help")...)
		copied := false
		for line := range strings.Lines(help) {
			line = strings.TrimSuffix(line, "\n")
			if !strings.HasPrefix(line, " ") {
				copied = line == "Usage:" || line == "Examples:"
			}
			if !copied && utf8.RuneCountInString(line) > 80 {
				t.Errorf("jit-broker %v: %s", words, line)
			}
		}
		_, list, _ := strings.Cut(help, "Available Commands:\n")
		list, _, _ = strings.Cut(list, "\n\n")
		for line := range strings.Lines(list) {
			read(append(slices.Clone(words), strings.Fields(line)[0])...)
		}
	}
	read()
	if commands < 10 {
		t.Errorf("only %d commands were found", commands)
	}
	if help := must(t, "help", "--help"); !strings.Contains(help, "Examples:\n  jit-broker help init\n") {
		t.Errorf("the example of help is another command's:\n%s", help)
	}
}

// TestTyped holds that what was typed wrong is answered with what may have been meant,
// and with the help to read.
func TestTyped(t *testing.T) {
	tests := []struct{ typed, says, next string }{
		{"srve", `"srve" is no command of jit-broker; did you mean "serve"?`, "jit-broker --help"},
		{"token creat", `"creat" is no command of jit-broker token; did you mean "create"?`, "jit-broker token --help"},
		{"help tokn", `"tokn" is no command of jit-broker; did you mean "token"?`, "jit-broker --help"},
		{"serve --confg x", `unknown flag: --confg; did you mean "--config"?`, "jit-broker serve --help"},
		{"serve now", `"now" is one word too many`, "jit-broker serve --help"},
		{"token revoke", "ID is missing", "jit-broker token revoke --help"},
	}
	for _, tt := range tests {
		out, errs, status := call(t, strings.Fields(tt.typed)...)
		if out != "" || status != 2 || !strings.Contains(errs, "error: "+tt.says) || !strings.HasSuffix(errs, "next: "+tt.next+"\n") {
			t.Errorf("%s: status %d\n%s%s", tt.typed, status, out, errs)
		}
	}
}
