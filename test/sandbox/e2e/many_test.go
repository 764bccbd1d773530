package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/test/sandbox"
)

const podManager = sandbox.Application + "/" + sandbox.Environment + "/EKS Pod Manager"

// herd is many clients' calls at once, for clusters in turn. A shell starts them,
// since a Go program this large takes its time for each.
type herd struct {
	*exec.Cmd
	dir string
	n   int
}

// stampede is the shell's part: all wait at a gate that opens once. Each call leaves its answer, what it said and its
// exit status in files of its number.
const stampede = `
export KUBERNETES_EXEC_INFO='{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false}}'
dir=$1 n=$2 clusters=$3; shift 3
mkfifo $dir/gate
i=0
while [ $i -lt $n ]; do
	{ read all <$dir/gate; kubectl-jit get-token --cluster cluster-$((i % clusters)) "$@" >$dir/out-$i 2>$dir/err-$i </dev/null; echo $? >$dir/status-$i; } &
	i=$((i + 1))
done
sleep 1
: >$dir/gate
wait
`

// call starts n calls for the clusters.
func (p person) call(n, clusters int, flags ...string) *herd {
	p.t.Helper()
	h := &herd{dir: p.t.TempDir(), n: n}
	args := append([]string{
		"-c", stampede, "sh", h.dir, strconv.Itoa(n), strconv.Itoa(clusters),
		"--tenant", world.Broker.URL, "--profile", podManager, "--region", sandbox.Region,
	}, flags...)
	h.Cmd = world.Command(p.t.Context(), p.home, "setsid", append([]string{"sh"}, args...)...)
	if err := h.Start(); err != nil {
		p.t.Fatal(err)
	}
	return h
}

// answer is what became of one call.
type answer struct {
	cluster, token, said string
	status               int
	at                   time.Time
}

// answers waits for all calls.
func (h *herd) answers(t *testing.T, clusters int) []answer {
	t.Helper()
	if err := h.Wait(); err != nil {
		t.Fatal(err)
	}
	all := make([]answer, h.n)
	for i := range all {
		a := &all[i]
		a.cluster = fmt.Sprintf("cluster-%d", i%clusters)
		info, err := os.Stat(h.file("out", i))
		if err != nil {
			t.Fatal(err)
		}
		a.at = info.ModTime()
		var credential struct{ Status struct{ Token string } }
		if text := h.read(t, "out", i); text != "" {
			if err := json.Unmarshal([]byte(text), &credential); err != nil {
				t.Fatal(err)
			}
		}
		a.token, a.said = credential.Status.Token, h.read(t, "err", i)
		if a.status, err = strconv.Atoi(strings.TrimSpace(h.read(t, "status", i))); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func (h *herd) file(what string, i int) string {
	return filepath.Join(h.dir, fmt.Sprintf("%s-%d", what, i))
}

func (h *herd) read(t *testing.T, what string, i int) string {
	t.Helper()
	text, err := os.ReadFile(h.file(what, i))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// spread is how long the last answer came after the first.
func spread(all []answer) time.Duration {
	first, last := all[0].at, all[0].at
	for _, a := range all {
		if a.at.Before(first) {
			first = a.at
		}
		if a.at.After(last) {
			last = a.at
		}
	}
	return last.Sub(first)
}

// sameTokens holds that all callers of a cluster got the same token.
func sameTokens(t *testing.T, all []answer) {
	t.Helper()
	tokens := map[string]string{}
	for _, a := range all {
		if a.status != 0 || a.token == "" {
			t.Errorf("%s: status %d, stderr %q", a.cluster, a.status, a.said)
			continue
		}
		if before, ok := tokens[a.cluster]; ok && before != a.token {
			t.Errorf("%s: two tokens", a.cluster)
		}
		tokens[a.cluster] = a.token
	}
}

// counts are the calls that made a difference: checkouts or sessions asked of the
// broker, and AWS sessions.
type counts struct{ broker, aws int }

func count(t *testing.T) counts {
	t.Helper()
	log, err := os.ReadFile(world.Broker.Log())
	if err != nil {
		t.Fatal(err)
	}
	return counts{
		broker: strings.Count(string(log), `"route":"POST /api/access/{pap}/environments/{environment}`),
		aws:    world.AWS.Calls()["AssumeRoleWithSAML"],
	}
}

func (c counts) since(before counts) counts {
	return counts{c.broker - before.broker, c.aws - before.aws}
}

// TestManyCallers starts 200 calls at once with nothing held, for four clusters of
// one profile: one checkout, one AWS session, and a token for each cluster.
func TestManyCallers(t *testing.T) {
	alice := newPerson(t, "alice")
	before := count(t)
	all := alice.call(200, 4, "--unattended").answers(t, 4)
	t.Logf("unattended: the last of 200 answered %s after the first", spread(all))
	sameTokens(t, all)
	if got := count(t).since(before); got != (counts{1, 1}) {
		t.Errorf("the callers made %+v", got)
	}

	// On a checkout that stands, without a terminal, none is opened.
	if err := os.RemoveAll(filepath.Join(alice.home, ".cache", "kubectl-jit")); err != nil {
		t.Fatal(err)
	}
	standing := alice.must("kubectl", "jit", "status", "-o", "name")
	all = alice.call(200, 4).answers(t, 4)
	t.Logf("on a standing checkout: the last of 200 answered %s after the first", spread(all))
	sameTokens(t, all)
	if now := alice.must("kubectl", "jit", "status", "-o", "name"); now != standing {
		t.Errorf("before %q, now %q", standing, now)
	}
}

// TestPolled has a program look into 50 contexts: no checkout is opened, and each
// is told why.
func TestPolled(t *testing.T) {
	alice := newPerson(t, "alice")
	before := count(t)
	for _, a := range alice.call(50, 50).answers(t, 50) {
		if a.status != 4 || a.token != "" || !strings.Contains(a.said, "no checkout is open") {
			t.Fatalf("status %d, stderr %q", a.status, a.said)
		}
	}
	if opened := alice.must("kubectl", "jit", "status", "-o", "name"); opened != "" {
		t.Errorf("opened %s", opened)
	}
	if got := count(t).since(before); got.aws != 0 {
		t.Errorf("the callers made %+v", got)
	}
}

// TestHolderKilled kills the call that all the others wait for, in the middle of
// it: they go on at once.
func TestHolderKilled(t *testing.T) {
	alice := newPerson(t, "alice")
	world.AWS.SetLatency(3 * time.Second) // long enough for a busy machine to find and kill the holder
	defer world.AWS.SetLatency(0)
	before := count(t)
	herd := alice.call(20, 1, "--unattended")
	for count(t).aws == before.aws { // until the broker waits for AWS
		time.Sleep(5 * time.Millisecond)
	}
	turns, err := filepath.Glob(filepath.Join(alice.home, ".cache", "kubectl-jit", "turns", "*"))
	if err != nil || len(turns) != 1 {
		t.Fatal(turns, err)
	}
	text, err := os.ReadFile(turns[0])
	if err != nil {
		t.Fatal(err)
	}
	holder, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(holder, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	killed := time.Now()
	var left []answer
	for _, a := range herd.answers(t, 1) {
		if a.status != 128+int(syscall.SIGKILL) {
			left = append(left, a)
		}
	}
	if len(left) != 19 {
		t.Errorf("%d calls were left", len(left))
	}
	sameTokens(t, left)
	t.Logf("the last of the others answered %s after the kill (AWS takes three seconds)", time.Since(killed))
}
