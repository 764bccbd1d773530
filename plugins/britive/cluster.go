package britive

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/britiveapi"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// mostBearer bounds a token for a cluster, in bytes: API servers read headers of
// up to a megabyte, programs with a kubeconfig of a few kilobytes.
const mostBearer = 12 << 10

// isBearer reports whether a text can be a JSON Web Token: three parts of
// base64url.
func isBearer(text string) bool {
	parts := strings.Split(text, ".")
	strange := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_')
	}
	return len(parts) == 3 && len(text) <= mostBearer && strings.IndexFunc(strings.Join(parts, ""), strange) < 0
}

// clusterOf reads how the cluster is reached that an environment is. What is not in
// the usual form is left out.
func clusterOf(e britiveapi.Environment) jit.Endpoint {
	var properties struct {
		APIServerURL             britiveapi.Text `json:"apiServerUrl"`
		CertificateAuthorityData britiveapi.Text `json:"certificateAuthorityData"`
	}
	if json.Unmarshal(e.ProfileEnvironmentProperties, &properties) != nil {
		return jit.Endpoint{}
	}
	ca, err := base64.StdEncoding.DecodeString(string(properties.CertificateAuthorityData))
	if err != nil {
		ca = nil
	}
	return jit.Endpoint{Server: string(properties.APIServerURL), CA: string(ca)}
}
