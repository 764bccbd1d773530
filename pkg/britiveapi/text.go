package britiveapi

import (
	"encoding/json"
	"strings"
)

// Text is a string that some tenants send as a number, and some as null. What is
// neither is read as empty, so that an odd field spoils no answer.
type Text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *Text) UnmarshalJSON(data []byte) error {
	*t = ""
	switch first := strings.TrimSpace(string(data)); {
	case strings.HasPrefix(first, `"`):
		return json.Unmarshal(data, (*string)(t))
	case first != "" && strings.ContainsRune("-0123456789", rune(first[0])):
		*t = Text(first)
	}
	return nil
}
