package jit

import (
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
)

// redacted is all that a Secret ever shows.
const redacted = "[secret]"

// Secret is a text that must not be shown: it prints, formats, logs and marshals
// as "[secret]" whatever the verb. [Secret.Reveal] alone opens it, at a store, a
// wire or a signature.
//
// The text hangs behind a pointer, because fmt does not call the methods of a
// value in an unexported field and would print what lies in it.
type Secret struct{ text *string }

// NewSecret wraps a text.
func NewSecret(text string) Secret { return Secret{&text} }

// Reveal returns the text itself.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Empty reports whether there is no text.
func (s Secret) Empty() bool { return s.Reveal() == "" }

// Equal compares two secrets in constant time for texts of equal length.
func (s Secret) Equal(t Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(t.Reveal())) == 1
}

// Format implements [fmt.Formatter]: every verb, also a wrong one, redacts.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String implements [fmt.Stringer].
func (s Secret) String() string { return redacted }

// MarshalJSON implements json.Marshaler.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// MarshalText implements encoding.TextMarshaler, which YAML and XML encoders use.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue implements [slog.LogValuer].
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }
