package saml_test

import (
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker/saml"
)

func TestSessionName(t *testing.T) {
	tests := []struct {
		name, want string
	}{
		{"alice@example.com", "alice@example.com"},
		{"a_b+c=d,e.f@g-h", "a_b+c=d,e.f@g-h"},
		{"al ice@example.com", "al-ice@example.com."},
		{"älice@example.com", "-lice@example.com."},
		{"x", "x."},
		{strings.Repeat("a", 64), strings.Repeat("a", 64)},
		{strings.Repeat("a", 65), strings.Repeat("a", 53) + "."},
	}
	for _, tt := range tests {
		got := saml.SessionName(tt.name)
		if !strings.HasPrefix(got, tt.want) || len(got) > 64 || len(got) < 2 {
			t.Errorf("SessionName(%q) = %q, want %q…", tt.name, got, tt.want)
		}
		if strings.HasSuffix(tt.want, ".") && len(got) != len(tt.want)+10 {
			t.Errorf("SessionName(%q) = %q carries no hash", tt.name, got)
		}
	}
}

// FuzzSessionName holds that names that differ never meet.
func FuzzSessionName(f *testing.F) {
	f.Add("al ice", "al-ice")
	f.Add("älice", "ölice")
	f.Fuzz(func(t *testing.T, a, b string) {
		if a != b && saml.SessionName(a) == saml.SessionName(b) {
			t.Errorf("%q and %q are both %q", a, b, saml.SessionName(a))
		}
		for _, r := range saml.SessionName(a) {
			if r > 0x7e || !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+=,.@-", r) {
				t.Errorf("%q holds %q", saml.SessionName(a), r)
			}
		}
	})
}
