package e2e_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	typed "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// life is for how many seconds a token serves the client of the test; by the
// second, so it can be up to one less.
const life = 3

// listers is how many goroutines list pods.
const listers = 50

// TestClientGo runs what others write on client-go, through two renewals: many
// goroutines that list pods on one client, and an informer, whose watches are
// opened anew every few seconds. No request fails, nothing is missed, and the
// plugin is called when a token ends and at no other time.
func TestClientGo(t *testing.T) {
	alice := newPerson(t, "alice")
	alice.must("kubectl", "jit", "login", "eks-pod-manager")
	calls := callsFile(filepath.Join(t.TempDir(), "calls"))
	begin := time.Now()
	pods := clientOf(t, shortLived(t, alice, calls))
	informer := startInformer(t, pods)
	listed, stop := startListing(t, pods)

	admin, err := clientcmd.BuildConfigFromFlags("", world.Cluster.Admin)
	if err != nil {
		t.Fatal(err)
	}
	administrator := clientOf(t, admin)
	for renewals := range 3 {
		calls.await(t, renewals+1)
		name := "client-go-" + strconv.Itoa(renewals)
		createPod(t, administrator, name)
		informer.await(t, name)
		before := listed.Load()
		waitFor(t, "lists with this token", func() bool { return listed.Load() > before+2*listers })
	}
	stop()

	requests, took := int(listed.Load()), time.Since(begin)
	tokens := calls.read(t)
	t.Logf("%d requests and %d watches in %s: %d calls of the plugin", requests, informer.watches.Load(), took.Round(time.Millisecond), len(tokens))
	if most := 1 + int(took/((life-1)*time.Second)); len(tokens) > most {
		t.Errorf("the plugin was called %d times in %s, %d would do", len(tokens), took, most)
	}
	slices.Sort(tokens)
	if different := slices.Compact(slices.Clone(tokens)); len(different) != len(tokens) {
		t.Errorf("%d different tokens came of %d calls", len(different), len(tokens))
	}
}

// shortLived is the configuration that a program reads from alice's kubeconfig,
// with tools/short-lived in the place of the plugin.
func shortLived(t *testing.T, alice person, calls callsFile) *rest.Config {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", alice.kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	tool, err := filepath.Abs(filepath.Join("tools", "short-lived"))
	if err != nil {
		t.Fatal(err)
	}
	// As world.Command does it: her environment, and nothing of this process's.
	plugin := world.Command(t.Context(), alice.home, tool, config.ExecProvider.Args...)
	config.ExecProvider.Command, config.ExecProvider.Args = plugin.Path, plugin.Args[1:]
	config.ExecProvider.Env = []clientcmdapi.ExecEnvVar{{Name: "LIFE", Value: strconv.Itoa(life)}, {Name: "CALLS", Value: string(calls)}}
	return config
}

// clientOf is a client of the one API group that the test needs: to compile the
// client of all of them takes minutes under the race detector.
func clientOf(t *testing.T, config *rest.Config) typed.PodInterface {
	t.Helper()
	config.QPS = -1 // as fast as the cluster is: client-go's own limit is 5 a second
	client, err := typed.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return client.Pods(metav1.NamespaceDefault)
}

// callsFile is where tools/short-lived notes the tokens it gave.
type callsFile string

func (c callsFile) read(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(string(c))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	var tokens []string
	for line := range bytes.Lines(text) {
		tokens = append(tokens, strings.TrimSpace(string(line)))
	}
	return tokens
}

// await waits until the plugin was called n times.
func (c callsFile) await(t *testing.T, n int) {
	t.Helper()
	waitFor(t, strconv.Itoa(n)+" calls of the plugin", func() bool { return len(c.read(t)) >= n })
}

// waitFor waits until what is asked is true, for far longer than it takes.
func waitFor(t testing.TB, what string, ask func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !ask(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("no %s in 30 s", what)
		}
	}
}

// seenPods are those that an informer saw added.
type seenPods struct {
	names   sync.Map
	watches atomic.Int64
}

func (s *seenPods) await(t *testing.T, name string) {
	t.Helper()
	waitFor(t, "pod "+name+" in the informer", func() bool { _, ok := s.names.Load(name); return ok })
}

// startInformer starts a shared informer on pods. Any error of its requests fails
// the test.
func startInformer(t *testing.T, pods typed.PodInterface) *seenPods {
	t.Helper()
	s := &seenPods{}
	informer := cache.NewSharedInformer(&cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			return pods.List(ctx, options)
		},
		WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			s.watches.Add(1)
			options.TimeoutSeconds = new(int64(2)) // where the informer asks for 5 minutes and more
			return pods.Watch(ctx, options)
		},
	}, &corev1.Pod{}, 0)
	if err := informer.SetWatchErrorHandlerWithContext(func(ctx context.Context, _ *cache.Reflector, err error) {
		if ctx.Err() == nil { // not what the end of the test ended
			t.Errorf("the informer: %v", err)
		}
	}); err != nil {
		t.Fatal(err)
	}
	add := func(object any) { s.names.Store(object.(*corev1.Pod).Name, true) }
	if _, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{AddFunc: add}); err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { informer.RunWithContext(ctx) })
	t.Cleanup(func() { end(); running.Wait() })
	s.await(t, "web-1")
	return s
}

// startListing lists pods on one client from many goroutines until stop, and
// counts. A list that fails fails the test.
func startListing(t *testing.T, pods typed.PodInterface) (listed *atomic.Int64, stop func()) {
	t.Helper()
	listed = &atomic.Int64{}
	var all sync.WaitGroup
	end := make(chan struct{})
	stop = sync.OnceFunc(func() { close(end); all.Wait() })
	t.Cleanup(stop)
	for range listers {
		all.Go(func() {
			for {
				select {
				case <-end:
					return
				case <-time.After(200 * time.Millisecond):
				}
				if _, err := pods.List(t.Context(), metav1.ListOptions{}); err != nil {
					t.Errorf("list pods: %v", err)
					return
				}
				listed.Add(1)
			}
		})
	}
	return listed, stop
}

// createPod makes a pod that the end of the test removes.
func createPod(t *testing.T, pods typed.PodInterface, name string) {
	t.Helper()
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: corev1.PodSpec{
		Containers: []corev1.Container{{Name: "web", Image: "registry.example.com/web:1"}},
	}}
	if _, err := pods.Create(t.Context(), pod, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pods.Delete(context.Background(), name, metav1.DeleteOptions{}) })
}
