//go:build unix

package brokerd_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestReload holds that a catalog with a mistake leaves the old one in force.
func TestReload(t *testing.T) {
	dir, config := initialised(t)
	token := strings.TrimSpace(must(t, "token", "create", "--user", "alice@example.com", "--config", config))
	s := serve(t, dir, config)
	path := filepath.Join(dir, "catalog.yaml")
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	reload := func(text, says string) string {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		s.log.eventually(t, says)
		_, body := s.get(t, "/api/access?type=sdk", token)
		return body
	}
	if body := reload(string(old)+"\nnonsense: true\n", "refused"); !strings.Contains(body, "EKS Pod Manager") {
		t.Errorf("after a bad catalog: %s", body)
	}
	if body := reload(strings.Replace(string(old), "EKS Pod Manager", "EKS Pod Owner", 1), "loaded again"); !strings.Contains(body, "EKS Pod Owner") {
		t.Errorf("after a good catalog: %s", body)
	}
}
