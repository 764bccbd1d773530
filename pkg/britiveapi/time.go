package britiveapi

import (
	"encoding/json"
	"errors"
	"time"
)

// Time is an instant on the wire: whole seconds in UTC, with a Z, as in
// 2026-01-01T10:00:00Z. pybritive crashes at an offset and, on older Pythons, at
// fractions. The zero Time is null.
type Time struct{ time.Time }

// At puts an instant on the wire. Fractions of a second are cut, so that no end
// is ever told later than it is.
func At(t time.Time) Time { return Time{t} }

// MarshalJSON implements json.Marshaler.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return []byte(t.UTC().Format(`"2006-01-02T15:04:05Z"`)), nil
}

// UnmarshalJSON implements json.Unmarshaler. It reads every form that a tenant
// is known to send: fractions, offsets with and without a colon, no offset at
// all (which is UTC), null and the empty string.
func (t *Time) UnmarshalJSON(data []byte) error {
	var text *string
	if err := json.Unmarshal(data, &text); err != nil {
		return errors.New("a time must be a string")
	}
	if text == nil || *text == "" {
		*t = Time{}
		return nil
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", "2006-01-02 15:04:05"} {
		if at, err := time.Parse(form, *text); err == nil {
			*t = Time{at.UTC()}
			return nil
		}
	}
	return errors.New("a time has an unknown form") // without it: in a bad answer it could be anything, a key too
}
