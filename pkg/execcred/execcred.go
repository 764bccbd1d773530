// Package execcred speaks the protocol by which client-go asks a program for a
// credential: one call in the environment, one answer on stdout.
//
//	KUBERNETES_EXEC_INFO ──Parse──▶ version ──▶ (a token) ──Write──▶ stdout
//
// The front answers most calls by itself (package held); what comes here is a
// miss, or a call in an unusual form. See
// https://kubernetes.io/docs/reference/config-api/client-authentication.v1/.
package execcred

import (
	"encoding/json"
	"io"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/held"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Variable is the environment variable in which client-go asks.
const Variable = "KUBERNETES_EXEC_INFO"

// Parse reads from KUBERNETES_EXEC_INFO which version to answer in; an empty text is
// a call by hand, which is answered in v1. It fails with code invalid for what no
// client-go of ours sends, v1alpha1 included, and names the command that writes the
// entry anew.
func Parse(env string) (apiVersion string, err error) {
	if env == "" {
		return held.V1, nil
	}
	var info struct {
		Kind       string `json:"kind"`
		APIVersion string `json:"apiVersion"`
	}
	if err := json.Unmarshal([]byte(env), &info); err != nil {
		return "", refuse("KUBERNETES_EXEC_INFO is not what client-go sets: %v", err)
	}
	if info.Kind != "ExecCredential" {
		return "", refuse("KUBERNETES_EXEC_INFO holds the kind %q, not ExecCredential", info.Kind)
	}
	if info.APIVersion != held.V1 && info.APIVersion != held.V1beta1 {
		return "", refuse("the kubeconfig entry asks for apiVersion %q; what can be answered is %s and %s",
			info.APIVersion, held.V1, held.V1beta1)
	}
	return info.APIVersion, nil
}

func refuse(format string, args ...any) error {
	return jit.Errorf(jit.Invalid, "answer the client", format, args...).WithNext("kubectl jit login")
}

// Write answers in this version with the token and its end, in one write. It fails with
// code internal for a token that no client could use, and with code unavailable
// for one that has ended or is about to: client-go would ask again at once, for
// ever.
func Write(w io.Writer, apiVersion string, t jit.Token) error {
	if left := time.Until(t.Expires); left <= held.ShortestLife {
		return jit.Errorf(jit.Unavailable, "answer the client", "the token ends in %v", left.Round(time.Second)).
			WithNext("kubectl jit login")
	}
	status, err := held.Status(t.Value.Reveal(), t.Expires)
	if err != nil {
		return jit.Errorf(jit.Internal, "answer the client", "%w", err)
	}
	if err := held.Answer(w, apiVersion, status); err != nil {
		return jit.Errorf(jit.Internal, "answer the client", "%w", err)
	}
	return nil
}
