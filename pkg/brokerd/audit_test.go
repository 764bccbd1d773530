package brokerd_test

import (
	"database/sql"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAuditAddress holds that the audit trail, read as docs/broker.md reads it, says
// where a call came from, and the log from where a token that is none.
func TestAuditAddress(t *testing.T) {
	dir, config := initialised(t)
	token := strings.TrimSpace(must(t, "token", "create", "--user", "alice@example.com", "--config", config))
	s := serve(t, dir, config)
	if status, _ := s.get(t, "/api/access/none/tokens", token); status != http.StatusNotFound {
		t.Fatalf("an unknown checkout: %d", status)
	}
	if status, _ := s.get(t, "/api/features", "jit_none"); status != http.StatusUnauthorized {
		t.Fatalf("an unknown token: %d", status)
	}
	s.log.eventually(t, `"msg":"a token was refused","from":"127.0.0.1"`)
	if status := s.stop(); status != 0 {
		t.Fatalf("status %d", status)
	}
	page, err := os.ReadFile("../../docs/broker.md")
	if err != nil {
		t.Fatal(err)
	}
	_, statement, found := strings.Cut(string(page), "sqlite3 -readonly -json broker/ledger.db \\\n  \"")
	if statement, _, _ = strings.Cut(statement, "\" | cat -v\n"); !found {
		t.Fatal("docs/broker.md does not say how the audit trail is read")
	}
	ledger, err := sql.Open("sqlite", filepath.Join(dir, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer ledger.Close()
	var calls int
	if err := ledger.QueryRow("SELECT count(*) FROM (" + statement + ") WHERE actor = 'alice@example.com' AND origin = '127.0.0.1'").Scan(&calls); err != nil || calls != 1 {
		t.Errorf("%s: %d calls of alice from 127.0.0.1, %v", statement, calls, err)
	}
}
