package britiveapi_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// BenchmarkLegacyListing answers with 20,000 profiles of one application.
func BenchmarkLegacyListing(b *testing.B) {
	profiles := make([]jit.Profile, 20_000)
	for i := range profiles {
		profiles[i] = jit.Profile{Type: "AWS", Access: jit.Access{
			Application: "Sigma", ApplicationID: "a1", Environment: "Labs", EnvironmentID: "e1",
			Profile: fmt.Sprintf("Profile %05d", i), ProfileID: fmt.Sprintf("p%05d", i),
		}}
	}
	r := newRig(b, scripted{profiles: func() ([]jit.Profile, error) { return profiles, nil }}, nil)
	for b.Loop() {
		if w := r.call("GET", "/api/access", ""); w.Code != http.StatusOK {
			b.Fatal(w.Body)
		}
	}
}
