package saml

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

const (
	shortestName = 2
	longestName  = 64
	hashed       = 10 // characters of hash behind a name that had to be changed
)

// SessionName is the person's name as AWS takes it for a role session: 2 to 64 of
// the characters A-Z a-z 0-9 _ + = , . @ and -. A name that had to be changed
// carries a hash of the original, so that two people never share one.
func SessionName(name string) string {
	clean := strings.Map(func(r rune) rune {
		if r < 0x80 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_+=,.@-", r)) {
			return r
		}
		return '-'
	}, name)
	if clean == name && len(name) >= shortestName && len(name) <= longestName {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return clean[:min(len(clean), longestName-hashed-1)] + "." + hex.EncodeToString(sum[:])[:hashed]
}
