package cli

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
)

// isStranger reports whether the program that has connected is another user's. What
// root may see it sees in other ways. A program that is in none of the kernel's tables
// is on another machine, as Windows is beside its Linux.
func isStranger(r *http.Request) bool {
	server, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return false
	}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		text, _ := os.ReadFile(table) // without IPv6 there is only one
		if uid, ok := ownerOf(string(text), r.RemoteAddr, server.String()); ok {
			return uid != 0 && uid != os.Getuid()
		}
	}
	return false
}

// ownerOf is the user whose end of a connection over IPv4 a table has. Each line
// describes a socket: number, own address, the other's, state, queues, timer,
// retransmissions, user.
//
// Source: https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
func ownerOf(table, own, others string) (uid int, ok bool) {
	own, others = inTable(own), inTable(others)
	for line := range strings.Lines(table) {
		fields := strings.Fields(line)
		if len(fields) < 8 || !strings.HasSuffix(fields[1], own) || !strings.HasSuffix(fields[2], others) {
			continue
		}
		uid, err := strconv.Atoi(fields[7])
		return uid, err == nil
	}
	return 0, false
}

// inTable is how an address of IPv4 ends in both tables: the bytes as they lie in
// memory, and the port.
func inTable(address string) string {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !at.Addr().Unmap().Is4() {
		return "none"
	}
	octets := at.Addr().Unmap().AsSlice()
	slices.Reverse(octets) // little endian, as all that we are built for
	return fmt.Sprintf("%X:%04X", octets, at.Port())
}
