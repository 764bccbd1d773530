package e2e_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/execcred"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/plugins/eks"
	"github.com/kubectl-jit/kubectl-jit/test/sandbox"
)

// heldTokens is the folder of the tokens that are held in a home.
func heldTokens(home string) string { return filepath.Join(home, ".cache", "kubectl-jit", "tokens") }

// heldToken reads the one token that is held in a home.
func heldToken(home string) (string, error) {
	files, err := filepath.Glob(filepath.Join(heldTokens(home), "*"))
	if err != nil {
		return "", err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		_, body, _ := strings.Cut(string(text), "\n")
		var status struct{ Token string }
		if json.Unmarshal([]byte(body), &status) == nil && status.Token != "" {
			return status.Token, nil
		}
	}
	return "", os.ErrNotExist
}

// TestIssuer holds the shortest way from a session to a cluster that believes:
// the issuer signs, the credential is written in client-go's form, the real
// kubectl reads it from an exec plugin, and the real authenticator accepts it.
func TestIssuer(t *testing.T) {
	keys := world.AWS.Issue("EKS-Pod-Manager", "carol@example.com", time.Hour)
	token, err := eks.Issuer{}.Token(t.Context(), jit.Cluster{Name: sandbox.ClusterName, Region: sandbox.Region}, jit.Credential{
		AccessKeyID: keys.AccessKeyID, SecretAccessKey: jit.NewSecret(keys.SecretAccessKey),
		SessionToken: jit.NewSecret(keys.SessionToken), Expires: keys.Expiration,
	}, time.Now(), keys.Expiration)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	answer, err := os.Create(filepath.Join(dir, "answer.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Close()
	for _, version := range []string{"v1", "v1beta1"} {
		if err := answer.Truncate(0); err != nil {
			t.Fatal(err)
		}
		if _, err := answer.Seek(0, 0); err != nil {
			t.Fatal(err)
		}
		apiVersion := "client.authentication.k8s.io/" + version
		if err := execcred.Write(answer, apiVersion, token); err != nil {
			t.Fatal(err)
		}
		config := filepath.Join(dir, version)
		if err := os.WriteFile(config, pluginConfig(apiVersion, answer.Name()), 0o600); err != nil {
			t.Fatal(err)
		}
		output, err := exec.Command(world.Program("kubectl"), "--kubeconfig", config, "auth", "whoami").CombinedOutput()
		if err != nil || !strings.Contains(string(output), "carol@example.com") || !strings.Contains(string(output), "pod-managers") {
			t.Errorf("%s: %v\n%s", version, err, output)
		}
	}
}

// pluginConfig is a kubeconfig whose exec plugin prints a file.
func pluginConfig(version, answer string) []byte {
	return []byte(`apiVersion: v1
kind: Config
current-context: c
clusters:
- name: c
  cluster: {server: "` + world.Cluster.Server + `", certificate-authority: "` + world.Cluster.CAFile + `"}
contexts:
- name: c
  context: {cluster: c, user: c}
users:
- name: c
  user:
    exec:
      apiVersion: ` + version + `
      command: cat
      args: ["` + answer + `"]
      interactiveMode: Never
`)
}
