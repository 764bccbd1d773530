package britive

import "net/url"

// Shown is what a trace shows of an address and of a header that was sent.
func Shown(address *url.URL, name, value string) (string, string) {
	m := newMask("")
	return m.address(address), m.header(name, value)
}
