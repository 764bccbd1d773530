package tenant

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
)

// discoveryRoutes are the two documents that the API server of a cluster reads of its
// OIDC issuer: https://openid.net/specs/openid-connect-discovery-1_0.html.
func (t *Tenant) discoveryRoutes() []route {
	return []route{
		{pattern: "GET /.well-known/openid-configuration", page: discovery},
		{pattern: "GET /jwks", page: t.jwks},
	}
}

// discovery says where the keys are. The issuer is the address that was asked,
// which must be the one that tokens name.
func discovery(w http.ResponseWriter, r *http.Request) {
	issuer := "https://" + r.Host
	document(w, map[string]any{
		"issuer": issuer, "jwks_uri": issuer + "/jwks", "authorization_endpoint": issuer + "/login",
		"response_types_supported": []string{"id_token"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"ES256"},
	})
}

func (t *Tenant) jwks(w http.ResponseWriter, _ *http.Request) {
	point, err := t.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	text := base64.RawURLEncoding.EncodeToString
	document(w, map[string]any{"keys": []any{map[string]any{
		"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "x": text(point[1:33]), "y": text(point[33:]),
	}}})
}

func document(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}
