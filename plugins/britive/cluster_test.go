package britive_test

import (
	"strings"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// TestClusters holds that the three forms of a listing say how a cluster is
// reached, and that what is no such thing spoils no listing.
func TestClusters(t *testing.T) {
	const properties = `"profileEnvironmentProperties":`
	with := func(form, value string) string {
		return strings.Replace(form, `"environmentName":`, properties+value+`,"environmentName":`, 1)
	}
	const good = `{"apiServerUrl":"https://k8s.example.com","certificateAuthorityData":"UEVN","oidcIssuerUrl":"https://acme"}`
	tests := []struct {
		name, value string
		want        jit.Endpoint
	}{
		{"a cluster", good, jit.Endpoint{Server: "https://k8s.example.com", CA: "PEM"}},
		{"nothing", `null`, jit.Endpoint{}},
		{"an account", `{}`, jit.Endpoint{}},
		{"not base64", `{"apiServerUrl":"https://k8s.example.com","certificateAuthorityData":"-"}`, jit.Endpoint{Server: "https://k8s.example.com"}},
		{"a list", `["apiServerUrl"]`, jit.Endpoint{}},
		{"an object in it", `{"apiServerUrl":{},"certificateAuthorityData":7}`, jit.Endpoint{}},
	}
	for _, tt := range tests {
		for form, body := range map[string]string{"compact": listing, "older": legacy, "a page": paged} {
			got, err := newTenant(t).on("GET /api/access", says(with(body, tt.value))).client().Profiles(t.Context())
			if err != nil || len(got) != 1 || got[0].Cluster != tt.want {
				t.Errorf("%s, %s: %+v, %v", tt.name, form, got, err)
			}
		}
	}
}

func TestClusterToken(t *testing.T) {
	const ends = `,"expirationTime":"2026-01-01T10:00:00Z"}`
	tests := []struct {
		name, answer string
		code         jit.Code
	}{
		{"a token", `{"jwt":"aa.bb.c-_"` + ends, ""},
		{"without an end", `{"jwt":"canary.b.c"}`, jit.Unavailable},
		{"no JWT", `{"jwt":"canary"` + ends, jit.Unavailable},
		{"a line end", `{"jwt":"canary.b\n.c"` + ends, jit.Unavailable},
		{"a quote", `{"jwt":"canary.b\".c"` + ends, jit.Unavailable},
		{"a large one", `{"jwt":"canary.b.` + strings.Repeat("c", 12<<10) + `"` + ends, jit.Unavailable},
	}
	for _, tt := range tests {
		got, err := newTenant(t).on("GET /api/access/t1/tokens", says(tt.answer)).client().Credential(t.Context(), "t1")
		if tt.code != "" {
			if expect(t, err, tt.code); strings.Contains(err.Error(), "canary") {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		if err != nil || got.Bearer.Reveal() != "aa.bb.c-_" || got.AccessKeyID != "" || !got.Expires.Equal(time.Date(2026, 1, 1, 10, 0, 0, 0, time.UTC)) {
			t.Errorf("%s: %+v, %v", tt.name, got, err)
		}
	}
}
