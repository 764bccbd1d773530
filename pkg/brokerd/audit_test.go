package brokerd_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
	"github.com/kubectl-jit/kubectl-jit/pkg/broker/store"
)

// TestAuditAddress holds that the audit trail says where a call came from, and the
// log from where a token that is none.
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
	ledger, err := store.OpenSQLite(t.Context(), filepath.Join(dir, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer ledger.Close()
	var events []broker.Event
	if err := ledger.View(t.Context(), func(tx broker.Tx) error {
		events, err = tx.Events(0, 100)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.Actor.Name == "alice@example.com" && e.From == "127.0.0.1" {
			return
		}
	}
	t.Errorf("no event of alice from 127.0.0.1: %+v", events)
}
