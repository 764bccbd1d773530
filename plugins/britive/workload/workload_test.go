package workload_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/plugins/britive/workload"
)

func contains(err error, text string) bool { return err != nil && strings.Contains(err.Error(), text) }

func TestParse(t *testing.T) {
	if got := strings.Join(workload.Names(), " "); got != "aws awsstsjwt azuresmi azureumi bitbucket gcp github gitlab spacelift" {
		t.Errorf("providers: %s", got)
	}
	for _, text := range []string{"", "okta", "Github", "github|x"} {
		if _, err := workload.Parse(text); jit.CodeOf(err) != jit.Invalid || !contains(err, "github, gitlab") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestOIDC holds each provider of a JWT against its place: the address, the
// header, the query; and the tenant, which verifies the token.
func TestOIDC(t *testing.T) {
	x, token := issuer(t)
	n := network{http.NewServeMux()}
	const google = "metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/identity"
	n.on("GET "+google, "audience=britive&format=full", "Metadata-Flavor", "Google", token+"\n")
	answer := fmt.Sprintf(`{"access_token":%q,"expires_on":"1","token_type":"Bearer"}`, token)
	n.on("GET 169.254.169.254/metadata/identity/oauth2/token", "api-version=2018-02-01&client_id=c1&resource=api%3A%2F%2Fb", "Metadata", "true", answer)
	n.on("GET 127.0.0.1/msi/token", "api-version=2019-08-01&resource=https%3A%2F%2Fmanagement.azure.com%2F", "X-Identity-Header", "key", answer)
	n.on("GET runner.example.com/idtoken", "x=1&audience=britive", "Authorization", "Bearer run", fmt.Sprintf(`{"value":%q}`, token))
	tests := []struct {
		provider string
		vars     map[string]string
	}{
		{"bitbucket", map[string]string{"BITBUCKET_STEP_OIDC_TOKEN": token}},
		{"spacelift", map[string]string{"SPACELIFT_OIDC_TOKEN": token}},
		{"gitlab", map[string]string{"BRITIVE_OIDC_TOKEN": token}},
		{"gitlab-MY_OWN-VARIABLE", map[string]string{"MY_OWN-VARIABLE": token + "\n"}},
		{"gcp-britive", nil},
		{"azureumi-c1|api://b", nil},
		{"azuresmi", map[string]string{"IDENTITY_ENDPOINT": "http://127.0.0.1/msi/token", "IDENTITY_HEADER": "key"}},
		{"github-britive", map[string]string{"ACTIONS_ID_TOKEN_REQUEST_URL": "https://runner.example.com/idtoken?x=1", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "run"}},
	}
	for _, tt := range tests {
		got, err := get(t, tt.provider, n.place(tt.vars))
		if err != nil {
			t.Errorf("%s: %v", tt.provider, err)
			continue
		}
		signsIn(t, x, got)
		if got.Owner != "https://ci.example.com repo:a" || time.Until(got.Expires) < 50*time.Minute {
			t.Errorf("%s: of %q until %s", tt.provider, got.Owner, got.Expires)
		}
	}
}

// TestNotHere holds what is said where a provider is not, or misbehaves; and that
// a secret goes nowhere but to its own host.
func TestNotHere(t *testing.T) {
	n := network{http.NewServeMux()}
	n.on("GET metadata.google.internal/", "audience=strange&format=full", "Metadata-Flavor", "Google", "two words")
	n.on("GET 169.254.169.254/", "api-version=2018-02-01&resource=page", "Metadata", "true", "<html>")
	n.on("GET runner.example.com/empty", "", "Authorization", "Bearer canary", `{"value":""}`)
	n.HandleFunc("GET runner.example.com/away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://evil.example.com/", http.StatusFound)
	})
	n.HandleFunc("GET runner.example.com/down", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	n.HandleFunc("evil.example.com/", func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("somebody came to %s with %v", r.Host, r.Header)
	})
	runner := func(address string) workload.Place {
		return n.place(map[string]string{"ACTIONS_ID_TOKEN_REQUEST_URL": address, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "canary"})
	}
	fails(t, "bitbucket", n.place(nil), jit.SignIn, "sign in by bitbucket: BITBUCKET_STEP_OIDC_TOKEN is not set")
	fails(t, "gitlab", n.place(nil), jit.SignIn, "BRITIVE_OIDC_TOKEN is not set")
	fails(t, "github", n.place(nil), jit.SignIn, "id-token: write")
	fails(t, "github", runner("http://evil.example.com/"), jit.Invalid, "https://")
	fails(t, "github", runner("https://canary@evil.example.com/"), jit.Invalid, "https://")
	fails(t, "github", runner("https://runner.example.com/away"), jit.SignIn, "runner.example.com answers 302")
	fails(t, "github", runner("https://runner.example.com/down"), jit.Unavailable, "answers 503")
	fails(t, "github", runner("https://runner.example.com/empty"), jit.SignIn, "empty token")
	fails(t, "gcp-strange", n.place(nil), jit.SignIn, "holds blanks")
	fails(t, "gcp", n.place(nil), jit.SignIn, "metadata.google.internal answers 400 Bad Request: not so")
	fails(t, "azuresmi-page", n.place(nil), jit.Unavailable, "no JSON")
	fails(t, "azureumi", n.place(nil), jit.Invalid, "azureumi-CLIENTID")
	fails(t, "azuresmi", n.place(map[string]string{"IDENTITY_ENDPOINT": "http://evil.example.com/", "IDENTITY_HEADER": "canary"}), jit.Invalid, "IDENTITY_ENDPOINT")
	fails(t, "gcp", network{http.NewServeMux()}.place(nil), jit.Unavailable, "metadata.google.internal does not answer: nobody is at")
}
