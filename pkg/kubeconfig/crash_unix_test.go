//go:build !windows

package kubeconfig_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
)

const victim = "KUBECONFIG_VICTIM"

// TestMain is the program that TestKilled kills: it points one context at one
// call after the other.
func TestMain(m *testing.M) {
	path := os.Getenv(victim)
	if path == "" {
		os.Exit(m.Run())
	}
	for i := 0; ; i++ {
		if err := repoint(context.Background(), path, fmt.Sprint("cluster-", i)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func repoint(ctx context.Context, path, cluster string) error {
	files, err := kubeconfig.Open(path)
	if err != nil {
		return err
	}
	entry, err := files.Entry("c")
	if err != nil {
		return err
	}
	x := call
	x.Args = []string{"get-token", "--cluster", cluster}
	_, err = files.Point(ctx, entry, x, filepath.Join(filepath.Dir(path), "originals"))
	return err
}

// TestKilled holds that kubectl reads the file at once after a kill at any
// moment, and writes it at the latest after our next command, and that what was
// there before the first login can still be restored.
func TestKilled(t *testing.T) {
	old := before + "- name: u\n  user:\n    token: t\n" + after
	path, _ := file(t, old)
	for range 100 {
		kill(t, path)
		config, err := clientcmd.LoadFromFile(path)
		if err != nil || config.Contexts["c"] == nil || config.AuthInfos["u"] == nil {
			t.Fatalf("kubectl cannot read it: %v", err)
		}
		files, err := kubeconfig.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := files.Entry("c"); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Lstat(path + ".lock"); err == nil {
			t.Fatal("the lock stands after our next command: kubectl cannot write")
		}
	}
	if err := repoint(t.Context(), path, "last"); err != nil {
		t.Fatal(err)
	}
	files, err := kubeconfig.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := files.Restore(t.Context(), path, "u", filepath.Join(filepath.Dir(path), "originals")); err != nil {
		t.Fatal(err)
	}
	if got := content(t, path); got != old {
		t.Errorf("restored:\n%s", got)
	}
}

func kill(t *testing.T, path string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), victim+"="+path)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	was, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if is, err := os.Stat(path); err == nil && !os.SameFile(was, is) {
			break
		}
	}
	time.Sleep(time.Duration(rand.IntN(8_000)) * time.Microsecond)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

// TestBesideKubectl changes the file in parallel with kubectl's own code, which
// takes back what was added after it had read: what each of ours that ended well has
// added is there at the end.
func TestBesideKubectl(t *testing.T) {
	path, files := file(t, before+"- name: u\n  user:\n    token: t\n"+after)
	from, err := files.Entry("c")
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		rules := &clientcmd.ClientConfigLoadingRules{ExplicitPath: path}
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			read := time.Now()
			config, err := rules.GetStartingConfig()
			// A machine that stops between reading and writing is another matter.
			if err == nil && time.Since(read) < 20*time.Millisecond {
				config.Contexts[fmt.Sprint("kubectl-", i%5)] = &api.Context{Cluster: "k", Namespace: fmt.Sprint("n", i)}
				_ = clientcmd.ModifyConfig(rules, *config, false) // a lock that is held is an error there
			}
			time.Sleep(20 * time.Millisecond) // more often than any person types
		}
	}()
	var ours sync.WaitGroup
	for i := range 20 {
		ours.Go(func() {
			name := fmt.Sprint("ours-", i)
			files, err := kubeconfig.Open(path)
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := files.Add(t.Context(), name, from, call, ""); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	ours.Wait()
	close(stop)
	<-done
	for i := range 20 {
		if _, err := files.Entry(fmt.Sprint("ours-", i)); err != nil {
			t.Errorf("it ended well and is not there: %v", err)
		}
	}
}

// TestTogether holds that of many changes at once none takes another's away.
func TestTogether(t *testing.T) {
	path, files := file(t, before+"- name: u\n  user:\n    token: t\n"+after)
	from, err := files.Entry("c")
	if err != nil {
		t.Fatal(err)
	}
	var ours sync.WaitGroup
	for i := range 20 {
		ours.Go(func() {
			files, err := kubeconfig.Open(path)
			if err == nil {
				_, err = files.Add(t.Context(), fmt.Sprint("ours-", i), from, call, "")
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	ours.Wait()
	for i := range 20 {
		if _, err := files.Entry(fmt.Sprint("ours-", i)); err != nil {
			t.Error(err)
		}
	}
}
