package brokerd_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"testing"
	"time"
)

// TestEndWithinTwoSeconds holds that a client that waits for a decision is
// answered when the broker ends, and does not hold it up.
func TestEndWithinTwoSeconds(t *testing.T) {
	dir, config := initialised(t)
	token := strings.TrimSpace(must(t, "token", "create", "--user", "alice@example.com", "--config", config))
	s := serve(t, dir, config)
	request := s.ask(t, token)

	answered := make(chan int, 1)
	go func() {
		defer close(answered)
		status, _ := s.get(t, "/api/v1/approvals/"+request+"?wait=30", token)
		answered <- status
	}()
	untilWaiting(t)
	begin := time.Now()
	if status := s.stop(); status != 0 {
		t.Errorf("ends with status %d", status)
	}
	if took := time.Since(begin); took > 2*time.Second {
		t.Errorf("took %s to end", took)
	}
	if status := <-answered; status != http.StatusOK {
		t.Errorf("the waiting client got %d", status)
	}
}

// untilWaiting returns once the engine holds a call back. Nothing outside tells: an
// HTTP server that ends drops a request that it has not begun with.
func untilWaiting(t *testing.T) {
	t.Helper()
	for range 5000 {
		var stacks strings.Builder
		if err := pprof.Lookup("goroutine").WriteTo(&stacks, 1); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(stacks.String(), "broker.(*view).Await") {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("nobody waits")
}

// ask makes a request that needs an approval.
func (s *served) ask(t *testing.T, token string) string {
	t.Helper()
	var listing struct {
		Profiles []struct{ PapID, PapName string }
		Accesses []struct{ PapID, EnvironmentID string }
	}
	_, body := s.get(t, "/api/access?type=sdk", token)
	if err := json.Unmarshal([]byte(body), &listing); err != nil {
		t.Fatal(err)
	}
	for _, profile := range listing.Profiles {
		for _, access := range listing.Accesses {
			if profile.PapName != "EKS Cluster Admin" || access.PapID != profile.PapID {
				continue
			}
			path := "/api/access/" + access.PapID + "/environments/" + access.EnvironmentID + "/approvalRequest"
			return s.post(t, path, token, `{"justification":"incident 7"}`)
		}
	}
	t.Fatalf("no access to ask for in %s", body)
	return ""
}

// post sends a request for approval and returns its id.
func (s *served) post(t *testing.T, path, token, body string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "TOKEN "+token)
	request.Header.Set("Content-Type", "application/json")
	response, err := s.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var asked struct{ RequestID string }
	if err := json.NewDecoder(response.Body).Decode(&asked); err != nil || asked.RequestID == "" {
		t.Fatalf("%s: %v", response.Status, err)
	}
	if response.Header.Get("X-Request-Id") == "" {
		t.Error("an answer without a request id")
	}
	return asked.RequestID
}

// TestNotReady holds that a broker whose ledger is gone is alive and not ready.
func TestNotReady(t *testing.T) {
	dir, config := initialised(t)
	s := serve(t, dir, config)
	ledger := filepath.Join(dir, "ledger.db")
	if err := errors.Join(os.Rename(ledger, ledger+".away"), os.Mkdir(ledger, 0o700)); err != nil {
		t.Fatal(err)
	}
	if status, _ := s.get(t, "/healthz", ""); status != http.StatusOK {
		t.Errorf("/healthz: %d", status)
	}
	status, body := s.get(t, "/readyz", "")
	if status != http.StatusServiceUnavailable || body != "the ledger does not answer\n" {
		t.Errorf("/readyz: %d %s", status, body)
	}
}

// TestCertificate holds for which names the generated certificate is good, with
// itself as authority.
func TestCertificate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "broker")
	must(t, "init", "--dir", dir, "--url", "https://jit.example.com:8443")
	certificate := certificateIn(t, dir)
	roots := x509.NewCertPool()
	roots.AddCert(certificate)
	for name, want := range map[string]bool{
		"jit.example.com": true, "localhost": true, "127.0.0.1": true, "::1": true, "other.example.com": false,
	} {
		if _, err := certificate.Verify(x509.VerifyOptions{DNSName: name, Roots: roots}); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOldTLS(t *testing.T) {
	dir, config := initialised(t)
	s := serve(t, dir, config)
	conn, err := tls.Dial("tcp", strings.TrimPrefix(s.url, "https://"), &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10})
	if err == nil {
		_ = conn.Close()
		t.Error("TLS 1.1 was accepted")
	}
}

// TestAddressInUse holds that a broker that cannot listen says so, and leaves no
// address of an earlier run behind.
func TestAddressInUse(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	dir := filepath.Join(t.TempDir(), "broker")
	must(t, "init", "--dir", dir, "--listen", taken.Addr().String())
	address := filepath.Join(t.TempDir(), "address")
	if err := os.WriteFile(address, []byte("https://127.0.0.1:1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, errs, status := call(t, "serve", "--config", filepath.Join(dir, "broker.yaml"), "--address-file", address)
	if status != 1 || !strings.Contains(errs, "address already in use") {
		t.Errorf("status %d: %s", status, errs)
	}
	if _, err := os.Stat(address); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the old address is still there: %v", err)
	}
}

// certificateIn is the TLS certificate that init wrote into a folder.
func certificateIn(t *testing.T, dir string) *x509.Certificate {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "tls.crt"))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}
