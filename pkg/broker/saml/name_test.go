package saml_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker/saml"
)

func TestSessionName(t *testing.T) {
	tests := []struct {
		name, prefix string
		hashed       bool
	}{
		{"alice@example.com", "alice@example.com", false},
		{"a_b+c=d,e.f@g-h", "a_b+c=d,e.f@g-h", false},
		{strings.Repeat("a", 64), strings.Repeat("a", 64), false},
		{"al ice@example.com", "al-ice@example.com.", true},
		{"älice@example.com", "-lice@example.com.", true},
		{"x", "x.", true},
		{"", ".", true},
		{strings.Repeat("a", 65), strings.Repeat("a", 47) + ".", true},
		{"al-ice.0123456789abcdef", "al-ice.0123456789abcdef.", true},
	}
	for _, tt := range tests {
		got, want := saml.SessionName(tt.name), len(tt.prefix)
		if tt.hashed {
			want += 16
		}
		if !strings.HasPrefix(got, tt.prefix) || len(got) != want {
			t.Errorf("SessionName(%q) = %q, want %q and %d characters", tt.name, got, tt.prefix, want)
		}
	}
}

// FuzzSessionName holds that names that differ never meet, not even when one was
// made from the other's session name, and that AWS takes every one.
func FuzzSessionName(f *testing.F) {
	form := regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)
	f.Add("al ice", "al-ice")
	f.Add("älice", "ölice")
	f.Add("", "x")
	f.Fuzz(func(t *testing.T, a, b string) {
		for _, other := range []string{b, saml.SessionName(a)} {
			if a != other && saml.SessionName(a) == saml.SessionName(other) {
				t.Errorf("%q and %q are both %q", a, other, saml.SessionName(a))
			}
		}
		if name := saml.SessionName(a); !form.MatchString(name) {
			t.Errorf("SessionName(%q) = %q", a, name)
		}
	})
}
