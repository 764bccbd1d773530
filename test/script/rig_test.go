package script_test

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-jit/kubectl-jit/test/fake/aws"
	"github.com/kubectl-jit/kubectl-jit/test/fake/tenant"
)

const (
	account  = "196226166352"
	path     = "Manual - Sigma Labs/196226166352 (Sigma Labs)/"
	provider = "arn:aws:iam::" + account + ":saml-provider/jit-broker"
)

// catalog is what the broker of a script offers.
//
//go:embed catalog.yaml
var catalog []byte

// kubeconfig is one that was in use for a while.
//
//go:embed kubeconfig.yaml
var kubeconfig string

// rig is what runs beside a script.
type rig struct {
	vars   []string          // what was set for the script's programs
	tokens map[string]string // API tokens, by user
	aws    *aws.Server
	tenant *tenant.Server // in the broker's place
	said   []tenant.Alteration
	config string // the broker's configuration file
	listen string // where the broker listens, HOST:PORT
}

type rigKey struct{}

func rigOf(ts *testscript.TestScript) *rig { return ts.Value(rigKey{}).(*rig) }

// set sets a variable for the script and for what the rig starts.
func (r *rig) set(ts *testscript.TestScript, name, value string) {
	ts.Setenv(name, value)
	r.vars = append(r.vars, name)
}

// environ is the environment of the script's programs.
func (r *rig) environ(ts *testscript.TestScript) []string {
	names := append([]string{"PATH", "WORK", "TMPDIR", "TZ", "GORACE", "HOME"}, r.vars...)
	var environ []string
	for _, name := range names {
		environ = append(environ, name+"="+ts.Getenv(name))
	}
	return environ
}

// startBroker starts AWS and a broker, and gives alice, bob and mallory a
// configuration and a token in USER.token. The arguments are those of "jit-broker
// init".
func (r *rig) startBroker(ts *testscript.TestScript, args []string) {
	r.startAWS(ts)
	dir := ts.MkAbs("broker")
	r.config = filepath.Join(dir, "broker.yaml")
	r.jitBroker(ts, append([]string{"init", "--dir", dir, "--listen", "127.0.0.1:0"}, args...)...)
	ts.Check(os.WriteFile(filepath.Join(dir, "catalog.yaml"), catalog, 0o600))
	ts.Check(r.aws.RegisterSAMLProvider(provider, []byte(r.jitBroker(ts, "saml", "metadata", "--config", r.config))))
	r.tokens = map[string]string{}
	for _, user := range []string{"alice", "bob", "mallory"} {
		r.tokens[user] = strings.TrimSpace(r.jitBroker(ts, "token", "create", "--user", user+"@example.com", "--config", r.config))
		ts.Check(os.WriteFile(ts.MkAbs(user+".token"), []byte(r.tokens[user]+"\n"), 0o600))
	}
	authority := filepath.Join(dir, "tls.crt")
	if len(args) > 0 {
		authority = privateCA(ts, dir)
	}
	address := r.serve(ts)
	r.listen = strings.TrimPrefix(address, "https://")
	r.set(ts, "BROKER", address)
	r.set(ts, "BROKER_CA", authority)
	r.set(ts, "PROFILE", path+"EKS Pod Manager")
	r.set(ts, "READER", path+"EKS Reader")
	r.set(ts, "ADMIN", path+"EKS Cluster Admin")
	r.set(ts, "UNMAPPED", path+"EKS Unmapped")
	for user := range r.tokens {
		configure(ts, user, address, authority)
	}
}

// startAWS starts the account, with a role for each profile of the catalog. Only
// the administrator's may ask EKS anything.
func (r *rig) startAWS(ts *testscript.TestScript) {
	server, err := aws.Start(aws.Options{Dir: ts.Getenv("WORK"), Account: account})
	ts.Check(err)
	ts.Defer(func() { _ = server.Close() })
	r.aws = server
	trust := []aws.Statement{{
		Federated:  provider,
		Actions:    []string{"sts:AssumeRoleWithSAML"},
		Conditions: map[string][]string{"SAML:aud": {"https://signin.aws.amazon.com/saml"}},
	}}
	for name, actions := range map[string][]string{
		"EKS-Pod-Manager": nil, "BritiveEKSReader": nil, "EKS-Unmapped": nil, "EKS-Cluster-Admin": {"eks:*"},
	} {
		server.AddRole(aws.Role{Name: name, Trust: trust, Actions: actions})
	}
	// A role that the pod manager's leads to, and one that this leads to.
	further := func(from, name string, conditions map[string][]string) {
		server.AddRole(aws.Role{Name: name, Trust: []aws.Statement{
			{AWS: "arn:aws:iam::" + account + ":role/" + from, Actions: []string{"sts:AssumeRole", "sts:TagSession"}, Conditions: conditions},
		}})
	}
	further("EKS-Pod-Manager", "EKS-Deployer", map[string][]string{"sts:ExternalId": {"ci/42"}, "aws:RequestTag/team": {"payments"}})
	further("EKS-Deployer", "EKS-Second", nil)
	r.set(ts, "HTTPS_PROXY", server.Proxy())
	r.set(ts, "SSL_CERT_FILE", server.CAFile())
	r.set(ts, "SSL_CERT_DIR", ts.MkAbs("no-certificates"))
	r.set(ts, "AWS_EC2_METADATA_DISABLED", "true")
}

// startCluster starts the cluster and gives everybody a kubeconfig for it, as
// "aws eks update-kubeconfig" writes it, with a foreign context beside.
func (r *rig) startCluster(ts *testscript.TestScript) {
	cluster, server := startCluster(ts, r.aws)
	ts.Defer(server.Close)
	authority := base64.StdEncoding.EncodeToString(certificate(server))
	if r.tenant != nil {
		cluster.trust(r.tenant, server.URL, authority)
	}
	for user := range r.tokens {
		text := strings.NewReplacer("SERVER", server.URL, "AUTHORITY", authority).Replace(kubeconfig)
		ts.Check(os.WriteFile(homeOf(ts.Getenv("WORK"), user)["KUBECONFIG"], []byte(text), 0o600))
	}
	r.aws.AddCluster(aws.Cluster{Name: "sandbox", Region: "eu-central-1", Endpoint: server.URL, CAData: certificate(server)})
}

// awsUser gives the script's programs the keys of a user who may do these actions.
func (r *rig) awsUser(ts *testscript.TestScript, actions []string) {
	user := aws.User{Name: "root-admin", AccessKeyID: "AKIAROOTADMINEXAMPLE", SecretAccessKey: "a-secret-of-root-admin", Actions: actions}
	r.aws.AddUser(user)
	r.set(ts, "AWS_ACCESS_KEY_ID", user.AccessKeyID)
	r.set(ts, "AWS_SECRET_ACCESS_KEY", user.SecretAccessKey)
}

// accessEntries gives the cluster access entries, with that of its nodes.
func (r *rig) accessEntries(mode string) {
	const region, cluster, nodes = "eu-central-1", "sandbox", "sandbox-nodes"
	r.aws.AddRole(aws.Role{Name: nodes})
	r.aws.SetAuthenticationMode(region, cluster, mode)
	r.aws.AddAccessEntry(region, cluster, aws.AccessEntry{Principal: "arn:aws:iam::" + account + ":role/" + nodes, Type: "EC2_LINUX"})
}

// revoke makes a user's API token worthless.
func (r *rig) revoke(ts *testscript.TestScript, user string) {
	for line := range strings.Lines(r.jitBroker(ts, "token", "list", "--config", r.config)) {
		if strings.Contains(line, user+"@example.com") {
			r.jitBroker(ts, "token", "revoke", strings.Fields(line)[0], "--config", r.config)
		}
	}
}

// secrets are the API tokens.
func (r *rig) secrets() []string { return slices.Collect(maps.Values(r.tokens)) }

// jitBroker runs the broker's program and returns what it printed.
func (r *rig) jitBroker(ts *testscript.TestScript, args ...string) string {
	cmd := exec.Command("jit-broker", args...)
	cmd.Env = r.environ(ts)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	ts.Check(err)
	return string(out)
}

// serve starts the broker, which ends with the script, and returns its URL.
func (r *rig) serve(ts *testscript.TestScript) string {
	address := ts.MkAbs("broker/address")
	log, err := os.Create(ts.MkAbs("broker/log"))
	ts.Check(err)
	cmd := exec.Command("jit-broker", "serve", "--config", r.config, "--address-file", address)
	cmd.Env = r.environ(ts)
	cmd.Stderr = log
	ts.Check(cmd.Start())
	ts.Defer(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = log.Close()
	})
	for begin := time.Now(); time.Since(begin) < 20*time.Second; time.Sleep(5 * time.Millisecond) {
		if text, err := os.ReadFile(address); err == nil {
			return strings.TrimSpace(string(text))
		}
	}
	ts.Fatalf("the broker does not start: %s", ts.ReadFile("broker/log"))
	return ""
}

// configure writes the configuration of a user's home folder.
func configure(ts *testscript.TestScript, user, address, authority string) {
	file := filepath.Join(homeOf(ts.Getenv("WORK"), user)["XDG_CONFIG_HOME"], "kubectl-jit", "config.yaml")
	ts.Check(os.MkdirAll(filepath.Dir(file), 0o700))
	ts.Check(os.WriteFile(file, fmt.Appendf(nil, `tenant: sigma
tenants:
  sigma:
    url: %s
    certificateAuthority: %s
aliases:
  eks-pod-manager: %sEKS Pod Manager
  eks-reader: %sEKS Reader
  eks-admin: %sEKS Cluster Admin
  eks-other-admin: %sEKS Other Admin
`, address, authority, path, path, path, path), 0o600))
}
