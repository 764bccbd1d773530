package term

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Safe makes a text that others wrote (a broker, a cluster, AWS) harmless for a
// terminal: whatever is not printed as a mark of its own is shown as an escape
// instead, such as \x1b, \n or \u202e. These are control characters of both
// sets, line ends, characters that turn the direction of writing or cannot be
// seen, blanks other than the blank, and invalid UTF-8. A text without any is
// returned as it is.
func Safe(s string) string {
	var b strings.Builder
	clean := 0 // everything before is written, or is as it was
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if strconv.IsPrint(r) && (r != utf8.RuneError || size != 1) {
			i += size
			continue
		}
		b.WriteString(s[clean:i])
		quoted := strconv.QuoteToASCII(s[i : i+size])
		b.WriteString(quoted[1 : len(quoted)-1])
		i += size
		clean = i
	}
	if clean == 0 {
		return s
	}
	b.WriteString(s[clean:])
	return b.String()
}
