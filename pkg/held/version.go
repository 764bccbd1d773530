package held

import "strings"

// V1 and V1beta1 are the versions of the exec protocol that are answered, each
// in kind. They are all that client-go has (v1alpha1 ended with Kubernetes 1.24).
const (
	V1      = "client.authentication.k8s.io/v1"
	V1beta1 = "client.authentication.k8s.io/v1beta1"
)

// Version reads from KUBERNETES_EXEC_INFO which version to answer in; an empty
// text, a call by hand, means [V1]. ok is true only for the very bytes that
// client-go begins with: any other text is for the strict reader in
// pkg/execcred.
func Version(execInfo string) (apiVersion string, ok bool) {
	if execInfo == "" {
		return V1, true
	}
	for _, version := range [...]string{V1, V1beta1} {
		head := `{"kind":"ExecCredential","apiVersion":"` + version + `","spec":{`
		if strings.HasPrefix(execInfo, head) {
			return version, true
		}
	}
	return "", false
}
