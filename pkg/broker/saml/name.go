package saml

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

const (
	shortestName = 2
	longestName  = 64
	hashed       = 16 // hexadecimal characters of hash behind a name that had to be changed
)

// SessionName is the person's name as AWS takes it for a role session: 2 to 64 of
// the characters A-Z a-z 0-9 _ + = , . @ and -. A name that had to be changed
// carries a hash of the original, and so does one that looks as if it had been
// changed, so that two people never share one.
func SessionName(name string) string {
	clean := strings.Map(func(r rune) rune {
		if isAlphanumeric(r) || strings.ContainsRune("_+=,.@-", r) {
			return r
		}
		return '-'
	}, name)
	if clean == name && len(name) >= shortestName && len(name) <= longestName && !looksHashed(name) {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return clean[:min(len(clean), longestName-hashed-1)] + "." + hex.EncodeToString(sum[:])[:hashed]
}

func isAlphanumeric(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// looksHashed reports whether a name ends as SessionName makes one end.
func looksHashed(name string) bool {
	dot := len(name) - hashed - 1
	return dot >= 0 && name[dot] == '.' && strings.Trim(name[dot+1:], "0123456789abcdef") == ""
}
