package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"

	"github.com/kubectl-jit/kubectl-jit/test/sandbox/accesspolicy"
)

// authenticationCache is how long the API server's webhook believes a token
// without asking again, where kube-apiserver's own default is 2 minutes. In front
// of it stands the API server's cache of every kind of token, which has no flag:
// 10 seconds.
const authenticationCache = 2 * time.Second

// Cluster is one API server with all that it needs.
type Cluster struct {
	ID     string // what tokens are signed for
	Server string // URL
	CAFile string
	Admin  string // kubeconfig of the administrator

	dir           string
	ports         [4]int // etcd, its peer, API server, authenticator
	token         string // the administrator's
	processes     []*process
	authenticator *process // one of them
	authorizer    *httptest.Server
}

// newCluster finds free ports and writes what the servers read.
func newCluster(dir, id string, issuers []Issuer) (*Cluster, error) {
	if err := os.MkdirAll(filepath.Join(dir, "authenticator"), 0o700); err != nil {
		return nil, err
	}
	found, err := freePorts(4)
	if err != nil {
		return nil, err
	}
	c := &Cluster{ID: id, dir: dir, ports: [4]int(found), token: randomText()}
	c.Server = fmt.Sprintf("https://127.0.0.1:%d", c.ports[2])
	c.CAFile = filepath.Join(dir, "apiserver", "apiserver.crt")
	c.Admin = filepath.Join(dir, "admin.kubeconfig")
	c.authorizer = httptest.NewTLSServer(accesspolicy.Handler())
	return c, c.writeFiles(issuers)
}

func (c *Cluster) writeFiles(issuers []Issuer) error {
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.authorizer.Certificate().Raw})
	caFile := filepath.Join(c.dir, "accesspolicy.pem")
	key, err := newRSAKey()
	if err != nil {
		return err
	}
	authentication, err := authenticationConfig(issuers)
	if err != nil {
		return err
	}
	files := map[string][]byte{
		filepath.Join(c.dir, "authentication"):   authentication,
		caFile:                                   ca,
		filepath.Join(c.dir, "sa.key"):           key,
		filepath.Join(c.dir, "tokens.csv"):       []byte(c.token + `,admin,admin,"system:masters"` + "\n"),
		filepath.Join(c.dir, "authorizer"):       []byte(webhookConfig(c.authorizer.URL, caFile)),
		filepath.Join(c.dir, "admin.kubeconfig"): []byte(adminConfig(c.ID, c.Server, c.CAFile, c.token)),
	}
	for path, text := range files {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// start brings up etcd, the API server and the authenticator, and applies the
// objects. The environment is for the authenticator, which calls STS.
func (c *Cluster) start(ctx context.Context, programs map[string]string, env []string, manifests string) error {
	if err := c.startEtcd(programs["etcd"]); err != nil {
		return err
	}
	state := filepath.Join(c.dir, "authenticator")
	identity := []string{c.ID, strconv.Itoa(c.ports[3]), state}
	if _, err := run(ctx, env, nil, programs["aws-iam-authenticator"], identity...); err != nil {
		return err
	}
	if err := c.startAPIServer(ctx, programs["kube-apiserver"], filepath.Join(state, "webhook.yaml")); err != nil {
		return err
	}
	return together(
		func() error { return c.apply(ctx, programs["kubectl"], manifests) },
		func() (err error) {
			c.authenticator, err = c.launch("aws-iam-authenticator", programs["aws-iam-authenticator"], env, append(identity, c.Admin)...)
			return err
		},
	)
}

// launch starts a process and remembers it, in the order of starting.
func (c *Cluster) launch(name, path string, env []string, args ...string) (*process, error) {
	p, err := start(c.dir, name, path, env, args...)
	if err == nil {
		c.processes = append(c.processes, p)
	}
	return p, err
}

func (c *Cluster) startEtcd(path string) error {
	client, peer := fmt.Sprintf("http://127.0.0.1:%d", c.ports[0]), fmt.Sprintf("http://127.0.0.1:%d", c.ports[1])
	_, err := c.launch("etcd", path, nil,
		"--name=sandbox", "--data-dir="+filepath.Join(c.dir, "etcd"), "--log-level=warn", "--unsafe-no-fsync=true",
		"--listen-client-urls="+client, "--advertise-client-urls="+client,
		"--listen-peer-urls="+peer, "--initial-advertise-peer-urls="+peer, "--initial-cluster=sandbox="+peer)
	return err
}

// startAPIServer takes the administrator's token, those of EKS and those of the
// cluster's issuers. It authorises as EKS does: RBAC first, then a webhook, whose being
// there makes rules reviews incomplete.
func (c *Cluster) startAPIServer(ctx context.Context, path, webhook string) error {
	apiserver, err := c.launch("kube-apiserver", path, nil,
		fmt.Sprintf("--etcd-servers=http://127.0.0.1:%d", c.ports[0]),
		"--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", c.ports[2]),
		"--cert-dir="+filepath.Join(c.dir, "apiserver"), "--endpoint-reconciler-type=none", "--service-cluster-ip-range=10.96.0.0/24",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file="+filepath.Join(c.dir, "sa.key"), "--service-account-signing-key-file="+filepath.Join(c.dir, "sa.key"),
		"--disable-admission-plugins=ServiceAccount",
		"--token-auth-file="+filepath.Join(c.dir, "tokens.csv"),
		"--authentication-config="+filepath.Join(c.dir, "authentication"),
		"--authentication-token-webhook-config-file="+webhook,
		"--authentication-token-webhook-cache-ttl="+authenticationCache.String(),
		"--authorization-mode=RBAC,Webhook",
		"--authorization-webhook-config-file="+filepath.Join(c.dir, "authorizer"), "--authorization-webhook-version=v1",
		"--authorization-webhook-cache-authorized-ttl=1s", "--authorization-webhook-cache-unauthorized-ttl=1s")
	if err != nil {
		return err
	}
	return apiserver.wait(ctx, answers(c.Server+"/readyz", c.CAFile, c.token))
}

// admits returns a question for process.wait: does the authenticator know whose
// token this is? It is asked itself, as the API server would remember the answer.
// The token comes as an exec plugin prints it.
func (c *Cluster) admits(credential []byte) func(context.Context) error {
	return func(ctx context.Context) error {
		var held struct{ Status struct{ Token string } }
		if err := json.Unmarshal(credential, &held); err != nil {
			return err
		}
		review := authenticationv1.TokenReview{Spec: authenticationv1.TokenReviewSpec{Token: held.Status.Token}}
		review.APIVersion, review.Kind = "authentication.k8s.io/v1", "TokenReview"
		body, err := json.Marshal(review)
		if err != nil {
			return err
		}
		web, err := client(filepath.Join(c.dir, "authenticator", "cert.pem"))
		if err != nil {
			return err
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, fmt.Sprintf("https://127.0.0.1:%d/authenticate", c.ports[3]), bytes.NewReader(body))
		if err != nil {
			return err
		}
		response, err := web.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if err := json.NewDecoder(response.Body).Decode(&review); err != nil {
			return err
		}
		if !review.Status.Authenticated {
			return fmt.Errorf("the authenticator answers %s", response.Status)
		}
		return nil
	}
}

// stop ends the processes side by side: what they hold is thrown away, so none
// has to wait for another.
func (c *Cluster) stop() {
	var all sync.WaitGroup
	for _, p := range c.processes {
		all.Go(p.stop)
	}
	all.Wait()
	if c.authorizer != nil {
		c.authorizer.CloseClientConnections()
		c.authorizer.Close()
	}
}
