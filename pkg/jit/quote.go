package jit

import "strings"

// Quote writes a text as one word of a POSIX shell, so that a command which names it
// can be pasted: as it is where it holds nothing that a shell reads otherwise, else in
// quotes.
func Quote(text string) string {
	switch {
	case text != "" && strings.IndexFunc(text, func(r rune) bool { return !Plain(r) }) < 0:
		return text
	case !strings.ContainsAny(text, "\"$`\\!"):
		return `"` + text + `"`
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// Plain reports whether a shell takes a character for itself, wherever it stands.
func Plain(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:@+=,", r)
}
