package cli_test

import (
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/cli"
)

// TestOwnerOf holds that the far end of a connection is found, over either family of
// addresses, and neither ours nor another's.
func TestOwnerOf(t *testing.T) {
	const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     1 0 1 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     2 0 2 1 0000000000000000 20 4 30 10 -1
   2: 0100007F:9C40 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  4711 0 3 1 0000000000000000 20 4 30 10 -1
   3: 0000000000000000FFFF00000200007F:9C41 0000000000000000FFFF00000100007F:1F90 01 00000000:00000000 00:00000000 00000000  4712 0 4 1 0000000000000000 20 4 30 10 -1
   4: 0100007F:9C42 0100007F:1F90 01`
	tests := []struct {
		own, others string
		uid         int
		known       bool
	}{
		{"127.0.0.1:40000", "127.0.0.1:8080", 4711, true},
		{"127.0.0.2:40001", "127.0.0.1:8080", 4712, true},
		{"127.0.0.1:40001", "127.0.0.1:8080", 0, false},
		{"127.0.0.1:40000", "127.0.0.1:8081", 0, false},
		{"127.0.0.1:40002", "127.0.0.1:8080", 0, false},
		{"[::1]:40000", "[::1]:8080", 0, false},
		{"", "", 0, false},
	}
	for _, tt := range tests {
		if uid, known := cli.OwnerOf(table, tt.own, tt.others); uid != tt.uid || known != tt.known {
			t.Errorf("%s to %s: %d, %t", tt.own, tt.others, uid, known)
		}
	}
}
