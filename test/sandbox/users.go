package sandbox

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Users are the people of the story, by the short name `as` takes.
func Users() map[string]string {
	return map[string]string{"alice": "alice@example.com", "bob": "bob@example.com", "mallory": "mallory@example.com"}
}

// cleared are variables of the caller's shell that would change what the
// programs do.
func cleared() []string {
	return []string{
		"BRITIVE_TENANT", "BRITIVE_API_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
		"AWS_SESSION_TOKEN", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS",
		"KUBERNETES_EXEC_INFO", "KUBERC", "KUBECACHEDIR", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy",
		"NO_PROXY", "no_proxy", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS",
	}
}

// Environment is what a user's programs find, beside PATH.
func (s *Sandbox) Environment(home string) map[string]string {
	return map[string]string{
		"HOME":                      home,
		"XDG_CONFIG_HOME":           filepath.Join(home, ".config"),
		"XDG_CACHE_HOME":            filepath.Join(home, ".cache"),
		"XDG_STATE_HOME":            filepath.Join(home, ".local", "state"),
		"KUBECONFIG":                filepath.Join(home, ".kube", "config"),
		"AWS_REGION":                Region,
		"AWS_DEFAULT_REGION":        Region,
		"AWS_EC2_METADATA_DISABLED": "true",
		"HTTPS_PROXY":               s.AWS.Proxy(),
		"SSL_CERT_FILE":             s.AWS.CAFile(),
		"AWS_CA_BUNDLE":             s.AWS.CAFile(),
		"SSL_CERT_DIR":              filepath.Join(s.dir, "no-certificates"),
	}
}

// envFile is an environment as a shell sources it.
func (s *Sandbox) envFile(home string) []byte {
	var b bytes.Buffer
	fmt.Fprintln(&b, "# To be sourced: . env")
	fmt.Fprintln(&b, "unset", strings.Join(cleared(), " "))
	env := s.Environment(home)
	for _, name := range slices.Sorted(maps.Keys(env)) {
		fmt.Fprintf(&b, "export %s=%s\n", name, quote(env[name]))
	}
	fmt.Fprintf(&b, "export PATH=%s:\"$PATH\"\n", quote(s.Path()))
	return b.Bytes()
}

// Path is what stands first on a user's PATH: our programs, kubectl and aws.
func (s *Sandbox) Path() string { return s.bin + ":" + filepath.Join(s.dir, "path") }

// quote writes a text as one word of a shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// AddUser makes a home folder as people have it: a kubeconfig that the cluster
// refuses, the aliases, and a sign-in made by the real program.
func (s *Sandbox) AddUser(ctx context.Context, home, short string) error {
	user := Users()[short]
	for _, folder := range []string{".kube", ".config/kubectl-jit"} {
		if err := os.MkdirAll(filepath.Join(home, folder), 0o700); err != nil {
			return err
		}
	}
	key, err := oldKey(home, short)
	if err != nil {
		return err
	}
	s.AWS.AddUser(key)
	kubeconfig, err := s.kubeconfig(s.Cluster)
	if err != nil {
		return err
	}
	for name, text := range map[string][]byte{
		".kube/config":                    kubeconfig,
		".config/kubectl-jit/config.yaml": s.clientConfig(),
		"token":                           []byte(s.tokens[short] + "\n"),
		"env":                             s.envFile(home),
	} {
		if err := os.WriteFile(filepath.Join(home, name), text, 0o600); err != nil {
			return err
		}
	}
	cmd := s.Command(ctx, home, "kubectl-jit", "login", "--token-file", filepath.Join(home, "token"))
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("sign %s in: %w\n%s", user, err, output)
	}
	return nil
}

// Command is a command run by the user who lives in home.
func (s *Sandbox) Command(ctx context.Context, home, name string, args ...string) *exec.Cmd {
	script := `. "$0/env" && exec "$@"`
	cmd := exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", script, home, name}, args...)...)
	cmd.Dir = home
	return cmd
}

// Home is where a user of the running sandbox lives.
func (s *Sandbox) Home(short string) string { return filepath.Join(s.dir, "home", short) }

func (s *Sandbox) clientConfig() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `# kubectl-jit
apiVersion: jit.kubectl-jit.dev/v1alpha1
kind: Config
tenant: sandbox
tenants:
  sandbox:
    url: %s
    certificateAuthority: %s
aliases:
`, s.Broker.URL, strconv.Quote(s.Broker.CAFile))
	aliases := Aliases()
	for _, name := range slices.Sorted(maps.Keys(aliases)) {
		fmt.Fprintf(&b, "  %s: %s\n", name, strconv.Quote(aliases[name]))
	}
	return b.Bytes()
}

// kubeconfig is what people have: what `aws eks update-kubeconfig` wrote, a
// cluster of somebody else, comments, and a field that kubectl does not know.
func (s *Sandbox) kubeconfig(c *Cluster) ([]byte, error) {
	ca, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, `apiVersion: v1
kind: Config
preferences: {}
# Which cluster am I on? Look here before you type.
current-context: %[1]s
clusters:
# Made by aws eks update-kubeconfig.
- cluster:
    certificate-authority-data: %[2]s
    server: %[3]s
  name: %[1]s
- cluster:
    server: https://staging.example.com:6443
    x-owner: platform team   # kubectl does not know this field
  name: staging
contexts:
- context:
    cluster: %[1]s
    user: %[1]s
  name: %[1]s
- context:
    cluster: staging
    namespace: web
    user: staging
  name: staging
users:
- name: %[1]s
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args:
      - --region
      - %[4]s
      - eks
      - get-token
      - --cluster-name
      - %[5]s
      - --output
      - json
      command: aws
# Ask the platform team for this one.
- name: staging
  user:
    token: not-a-secret
`, ClusterARN(c.ID), base64.StdEncoding.EncodeToString(ca), c.Server, Region, c.ID), nil
}

// ClusterARN is the name that `aws eks update-kubeconfig` gives to cluster,
// context and user.
func ClusterARN(cluster string) string {
	return "arn:aws:eks:" + Region + ":" + Account + ":cluster/" + cluster
}

// Program is where a program that others wrote lies.
func (s *Sandbox) Program(name string) string { return s.programs[name] }
