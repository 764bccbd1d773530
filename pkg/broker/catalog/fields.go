package catalog

import (
	"regexp"
	"strconv"
	"time"
	"unicode"
)

// The forms of fields, anchored at both ends.
const (
	idForm       = `[A-Za-z0-9._-]{1,64}`
	accountForm  = `[0-9]{12}`
	providerForm = `[\w+=,.@-]{1,128}`
	roleForm     = `([!-~]{1,480}/)?[\w+=,.@-]{1,64}`
	tagForm      = `[\p{L}\p{Z}\p{N}_.:/=+@-]*` // of a session tag's value: STS API reference, Tag
	regionForm   = `[a-z]{2}(-[a-z]+)+-[0-9]`
)

// matches compiles each form once.
func (b *builder) matches(form, value string) bool {
	if b.forms[form] == nil {
		b.forms[form] = regexp.MustCompile(`^(?:` + form + `)$`)
	}
	return b.forms[form].MatchString(value)
}

// invisible reports characters that do not show or join the one before them.
func invisible(r rune) bool {
	return r == unicode.ReplacementChar || !unicode.IsPrint(r) || unicode.Is(unicode.Mn, r)
}

// flag reads true or false; false where it is not given.
func (b *builder) flag(field string, value text) bool {
	if value.Line == 0 {
		return false
	}
	on, err := strconv.ParseBool(value.Value)
	if err != nil {
		b.fail(value.Line, "%s %q is neither true nor false", field, value.Value)
	}
	return on
}

// spanOr reads a duration within bounds; standard where it is not given.
func (b *builder) spanOr(standard time.Duration, field string, value text, low, high time.Duration) time.Duration {
	if value.Line == 0 {
		return standard
	}
	d, err := time.ParseDuration(value.Value)
	switch {
	case err != nil:
		b.fail(value.Line, "%s %q is not a duration such as 90s, 30m or 1h30m", field, value.Value)
	case d < low || d > high:
		b.fail(value.Line, "%s %s lies outside %s to %s", field, value.Value, low, high)
	}
	return d
}
