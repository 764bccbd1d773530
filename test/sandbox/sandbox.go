package sandbox

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/kubectl-jit/kubectl-jit/test/fake/aws"
)

// Options says where a sandbox lives and what it runs.
type Options struct {
	Dir      string            // its folder; wiped at the start
	Bin      string            // where our own programs lie
	Programs map[string]string // what Build returned
}

// Sandbox is a running one.
type Sandbox struct {
	AWS     *aws.Server
	Cluster *Cluster
	Broker  *Broker

	dir, bin string
	programs map[string]string
	tokens   map[string]string // API tokens, by short name
	extra    []*Cluster
	lock     *os.File
}

// marker lies in every folder that is a sandbox's, so that no other is wiped.
const marker = ".kubectl-jit-sandbox"

// Start brings everything up. Where it fails, nothing is left running.
func Start(ctx context.Context, o Options) (_ *Sandbox, err error) {
	s := &Sandbox{programs: o.Programs, tokens: map[string]string{}}
	if s.dir, err = filepath.Abs(o.Dir); err != nil {
		return nil, err
	}
	if s.bin, err = filepath.Abs(o.Bin); err != nil {
		return nil, err
	}
	if err := s.claim(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			s.Stop()
		}
	}()
	if s.AWS, err = newAccount(s.dir); err != nil {
		return nil, err
	}
	if s.Cluster, err = newCluster(filepath.Join(s.dir, "cluster"), ClusterName, nil); err != nil {
		return nil, err
	}
	if err := together(
		func() error { return s.startCluster(ctx, s.Cluster) },
		func() error { return s.startBroker(ctx) },
	); err != nil {
		return nil, err
	}
	if err := s.register(); err != nil {
		return nil, err
	}
	return s, s.publish(ctx)
}

// claim takes the folder: it must be new, empty or a sandbox's that is not
// running.
func (s *Sandbox) claim() error {
	entries, err := os.ReadDir(s.dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	mark := filepath.Join(s.dir, marker)
	if _, err := os.Stat(mark); err != nil && len(entries) > 0 {
		return fmt.Errorf("%s holds files and is no sandbox of ours: choose another folder (SANDBOX_DIR)", s.dir)
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	if s.lock, err = os.OpenFile(mark, os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return err
	}
	if err := syscall.Flock(int(s.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		s.lock.Close()
		s.lock = nil
		return fmt.Errorf("a sandbox is running in %s: end it, or choose another folder (SANDBOX_DIR)", s.dir)
	}
	for _, entry := range entries {
		if entry.Name() != marker {
			if err := os.RemoveAll(filepath.Join(s.dir, entry.Name())); err != nil {
				return err
			}
		}
	}
	for _, folder := range []string{"path", "home", "no-certificates"} {
		if err := os.Mkdir(filepath.Join(s.dir, folder), 0o700); err != nil {
			return err
		}
	}
	return nil
}

// serverEnv is how the authenticator and the broker reach STS: through the
// stand-in's proxy, with nothing patched.
func (s *Sandbox) serverEnv() []string {
	return []string{
		"HOME=" + s.dir, "PATH=" + os.Getenv("PATH"), "AWS_EC2_METADATA_DISABLED=true", "AWS_REGION=" + Region,
		"HTTPS_PROXY=" + s.AWS.Proxy(), "SSL_CERT_FILE=" + s.AWS.CAFile(), "SSL_CERT_DIR=" + filepath.Join(s.dir, "no-certificates"),
	}
}

// startCluster brings a cluster up, and is back when a role that aws-auth maps
// gets in: only then has the authenticator read it.
func (s *Sandbox) startCluster(ctx context.Context, c *Cluster) error {
	if err := c.start(ctx, s.programs, s.serverEnv(), manifests); err != nil {
		return err
	}
	keys := s.AWS.Issue("BritiveEKSReader", "probe@example.com", 15*time.Minute)
	env := append(s.serverEnv(), "AWS_ACCESS_KEY_ID="+keys.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+keys.SecretAccessKey, "AWS_SESSION_TOKEN="+keys.SessionToken)
	answer, err := run(ctx, env, nil, s.programs["aws"], "eks", "get-token", "--cluster-name", c.ID)
	if err != nil {
		return err
	}
	return c.authenticator.wait(ctx, c.admits(answer))
}

// startBroker runs the broker, known to the account, with a token for everybody.
func (s *Sandbox) startBroker(ctx context.Context) (err error) {
	env := s.serverEnv()
	if s.Broker, err = newBroker(ctx, filepath.Join(s.dir, "broker"), filepath.Join(s.bin, "jit-broker"), env); err != nil {
		return err
	}
	metadata, err := s.Broker.metadata(ctx, env)
	if err != nil {
		return err
	}
	if err := s.AWS.RegisterSAMLProvider(samlProvider, metadata); err != nil {
		return err
	}
	for _, short := range slices.Sorted(maps.Keys(Users())) {
		if s.tokens[short], err = s.Broker.token(ctx, env, Users()[short]); err != nil {
			return err
		}
	}
	return s.Broker.serve(ctx, env)
}

// register tells EKS of the cluster.
func (s *Sandbox) register() error {
	for _, c := range append([]*Cluster{s.Cluster}, s.extra...) {
		ca, err := os.ReadFile(c.CAFile)
		if err != nil {
			return err
		}
		s.AWS.AddCluster(aws.Cluster{Name: c.ID, Region: Region, Endpoint: c.Server, CAData: ca})
	}
	return nil
}

// StartExtraCluster brings up a second API server and authenticator, with the
// same account and broker; it takes the issuers' tokens beside EKS's. Stop ends it
// too.
func (s *Sandbox) StartExtraCluster(ctx context.Context, id string, issuers ...Issuer) (*Cluster, error) {
	c, err := newCluster(filepath.Join(s.dir, id), id, issuers)
	if err != nil {
		return nil, err
	}
	s.extra = append(s.extra, c)
	if err := s.startCluster(ctx, c); err != nil {
		return nil, err
	}
	return c, s.register()
}

// Stop takes everything down. Nothing is left running; the folder stays, for
// its logs.
func (s *Sandbox) Stop() {
	if s.lock == nil {
		return
	}
	_ = os.Remove(filepath.Join(s.dir, "env"))
	ends := []func() error{}
	for _, c := range append([]*Cluster{s.Cluster}, s.extra...) {
		if c != nil {
			ends = append(ends, func() error { c.stop(); return nil })
		}
	}
	if s.Broker != nil {
		ends = append(ends, func() error { s.Broker.stop(); return nil })
	}
	_ = together(ends...)
	if s.AWS != nil {
		_ = s.AWS.Close()
	}
	s.lock.Close()
	s.lock = nil
}

// together runs functions side by side and returns all that failed.
func together(fns ...func() error) error {
	errs := make([]error, len(fns))
	var all sync.WaitGroup
	for i, fn := range fns {
		all.Go(func() { errs[i] = fn() })
	}
	all.Wait()
	return errors.Join(errs...)
}
