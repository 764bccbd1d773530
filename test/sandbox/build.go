package sandbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// kubernetes is the release of kube-apiserver and kubectl.
const kubernetes = "v1.37.2"

// program is one of those that others wrote and we build.
type program struct {
	name    string
	module  string // folder of its module, relative to this package
	pkg     string // within the module; or any package that its go.mod pins
	ldflags string
	usually time.Duration // on two cores with nothing cached, after those before it
}

// programs lists them in the order in which they are built: what comes later
// uses what came before.
func programs() []program {
	stamp := "-s -w -X k8s.io/component-base/version.gitVersion=" + kubernetes +
		" -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=37" +
		" -X k8s.io/component-base/version.gitTreeState=clean"
	return []program{
		{"etcd", "etcd", ".", "-s -w", 90 * time.Second},
		{"kubectl", ".", "./cmd/kubectl", stamp, 2 * time.Minute},
		{"kube-apiserver", ".", "./cmd/kube-apiserver", stamp, 4 * time.Minute},
		{"aws-iam-authenticator", ".", "./cmd/aws-iam-authenticator", "-s -w", time.Minute},
		{"aws", ".", "./cmd/aws", "-s -w", 20 * time.Second},
	}
}

// clients lists the programs that no sandbox runs itself: those that tests run
// against one, and those that make a release. They are built for who asks for
// them.
func clients() []program {
	return []program{
		{Helm, "helm", "helm.sh/helm/v4/cmd/helm", "-s -w", 4 * time.Minute},
		{Authenticator, "authenticator", "sigs.k8s.io/aws-iam-authenticator/cmd/aws-iam-authenticator", "-s -w", 3 * time.Minute},
		{Goreleaser, "goreleaser", "github.com/goreleaser/goreleaser/v2", "-s -w", 10 * time.Minute},
		{Krew, "krew", "sigs.k8s.io/krew/cmd/krew", "-s -w", time.Minute},
		{"golangci-lint", "golangci", "github.com/golangci/golangci-lint/v2/cmd/golangci-lint", "-s -w", 8 * time.Minute},
		{ValidateKrewManifest, "krew", "sigs.k8s.io/krew/cmd/validate-krew-manifest", "-s -w", 10 * time.Second},
	}
}

// The names of the clients that Build builds where it is asked to. Authenticator
// is the released command; the sandbox itself runs the server alone.
const (
	Helm                 = "helm"
	Authenticator        = "authenticator"
	Goreleaser           = "goreleaser"
	Krew                 = "krew"
	ValidateKrewManifest = "validate-krew-manifest"
)

// Build builds what is missing and returns where each program lies: all that a
// sandbox runs, and the clients that are named. Programs are kept by version in
// the user's cache folder: where all are there, nothing is started. Root is the
// folder of this package.
func Build(ctx context.Context, root string, say io.Writer, more ...string) (map[string]string, error) {
	named, err := find(more)
	if err != nil {
		return nil, err
	}
	return build(ctx, root, say, append(programs(), named...))
}

// BuildClients is Build for the clients that are named and nothing else.
func BuildClients(ctx context.Context, root string, say io.Writer, names ...string) (map[string]string, error) {
	named, err := find(names)
	if err != nil {
		return nil, err
	}
	return build(ctx, root, say, named)
}

// find returns the clients of these names.
func find(names []string) ([]program, error) {
	var found []program
	for _, name := range names {
		at := slices.IndexFunc(clients(), func(p program) bool { return p.name == name })
		if at < 0 {
			return nil, fmt.Errorf("there is no client %q to build", name)
		}
		found = append(found, clients()[at])
	}
	return found, nil
}

func build(ctx context.Context, root string, say io.Writer, all []program) (map[string]string, error) {
	user, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	kept := filepath.Join(user, "kubectl-jit-sandbox")
	built := map[string]string{}
	for i, p := range all {
		key, err := p.key(root)
		if err != nil {
			return nil, err
		}
		path := filepath.Join(kept, p.name+"-"+key, p.name)
		built[p.name] = path
		what := fmt.Sprintf("%s (%d of %d, about %s the first time)", p.name, i+1, len(all), p.usually)
		if err := p.ensure(ctx, root, path, what, say); err != nil {
			return nil, err
		}
	}
	return built, nil
}

// key is the version a program is kept by: the Go release, and every file that
// decides what is built. None of them links anything of the main module.
func (p program) key(root string) (string, error) {
	module := filepath.Join(root, p.module)
	files := []string{filepath.Join(module, "go.mod"), filepath.Join(module, "go.sum")}
	if strings.HasPrefix(p.pkg, ".") { // the sources of any other package are what go.sum says
		sources, err := filepath.Glob(filepath.Join(module, p.pkg, "*.go"))
		if err != nil || len(sources) == 0 {
			return "", fmt.Errorf("no sources of %s below %s", p.name, module)
		}
		files = append(files, sources...)
	}
	hash := sha256.New()
	fmt.Fprintln(hash, runtime.Version(), runtime.GOOS, runtime.GOARCH, p.ldflags)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(hash, "%s %d\n%s", filepath.Base(file), len(text), text)
	}
	return hex.EncodeToString(hash.Sum(nil)[:6]), nil
}

// ensure builds the program unless it is there. Of several that want the same one
// at once, one builds and the others wait for it.
func (p program) ensure(ctx context.Context, root, path, what string, say io.Writer) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	lock, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer lock.Close()
	done := progress(say, what)
	defer done()
	if err := hold(ctx, lock); err != nil {
		return err
	}
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	return p.build(ctx, root, path)
}

// hold takes a lock that the kernel gives back when this process ends.
func hold(ctx context.Context, lock *os.File) error {
	for {
		err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// build runs the go command and puts its result into place by rename, so that an
// interrupted build leaves nothing that looks like a program. There is no
// -trimpath: with it, nothing of what the tests compile could be used again.
func (p program) build(ctx context.Context, root, path string) error {
	temporary := path + ".new"
	cmd := exec.CommandContext(ctx, "go", "build", "-ldflags", p.ldflags, "-o", temporary, p.pkg)
	cmd.Dir = filepath.Join(root, p.module)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=-buildvcs=false")
	endGroup(cmd)
	output, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("build %s: %w\n%s", p.name, errors.Join(ctx.Err(), err), output)
	}
	return os.Rename(temporary, path)
}
