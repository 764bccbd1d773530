package sandbox

import (
	"encoding/json"
	"os"
)

// Issuer is an OIDC issuer whose tokens a cluster takes: who somebody is stands in
// the claim sub, and in groups.
type Issuer struct {
	URL      string // as its tokens name it
	CAFile   string // whom its address is believed by
	ClientID string // the audience of its tokens
}

// authenticationConfig is the API server's file about issuers, which is YAML and so
// may be JSON.
func authenticationConfig(issuers []Issuer) ([]byte, error) {
	type object map[string]any
	jwt := []object{}
	for _, issuer := range issuers {
		ca, err := os.ReadFile(issuer.CAFile)
		if err != nil {
			return nil, err
		}
		jwt = append(jwt, object{
			"issuer":        object{"url": issuer.URL, "certificateAuthority": string(ca), "audiences": []string{issuer.ClientID}},
			"claimMappings": object{"username": object{"claim": "sub", "prefix": ""}, "groups": object{"claim": "groups", "prefix": ""}},
		})
	}
	return json.Marshal(object{"apiVersion": "apiserver.config.k8s.io/v1", "kind": "AuthenticationConfiguration", "jwt": jwt})
}
