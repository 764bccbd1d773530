package cli_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/cani"
	"github.com/kubectl-jit/kubectl-jit/pkg/cli"
	"github.com/kubectl-jit/kubectl-jit/pkg/config"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

func TestReport(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	terminated, end := context.WithCancelCause(t.Context())
	end(caller.Signal{Signal: syscall.SIGTERM})
	tests := []struct {
		name   string
		ctx    context.Context
		err    error
		want   string
		status int
	}{
		{"no error", t.Context(), nil, "", 0},
		{"a fault", t.Context(), errors.New("boom"), "kubectl-jit_access: error: boom\n", 1},
		{"with a next command", t.Context(), jit.Errorf(jit.SignIn, "sign in", "no").WithNext("kubectl jit login"),
			"kubectl-jit_access: error: sign in: no\nkubectl-jit_access: next: kubectl jit-access login\n", 5},
		{"several lines", t.Context(), jit.Errorf(jit.Invalid, "", "one\nnext: two"),
			"kubectl-jit_access: error: one\nkubectl-jit_access: error: next: two\n", 2},
		{"a signal", ended, fmt.Errorf("wait: %w", context.Canceled), "kubectl-jit_access: error: wait: interrupted\n", 130},
		{"SIGTERM", terminated, fmt.Errorf("wait: %w", context.Canceled), "kubectl-jit_access: error: wait: interrupted\n", 143},
		{"a time limit of ours", t.Context(), fmt.Errorf("ask: %w", context.DeadlineExceeded),
			"kubectl-jit_access: error: ask: context deadline exceeded\n", 8},
	}
	for _, tt := range tests {
		got, status := cli.Report(tt.ctx, "kubectl-jit_access", tt.err)
		if got != tt.want || status != tt.status {
			t.Errorf("%s: exit %d, %q; want %d, %q", tt.name, status, got, tt.status, tt.want)
		}
	}
	for code, want := range map[jit.Code]int{
		jit.Internal: 1, jit.Invalid: 2, jit.NotFound: 3, jit.Denied: 4, jit.SignIn: 5,
		jit.Approval: 6, jit.Justification: 6, jit.Waiting: 7, jit.Unavailable: 8,
	} {
		if _, status := cli.Report(t.Context(), "kubectl-jit", jit.Errorf(code, "", "x")); status != want {
			t.Errorf("%s: exit %d, want %d", code, status, want)
		}
	}
}

func TestPick(t *testing.T) {
	paths := []string{"Sigma/Prod/EKS Pod Manager", "Sigma/Test/EKS Pod Manager", "Sigma/Prod/EKS Reader", `a\/b/e/Slash`}
	aliases := map[string]config.Alias{"eks-reader": {}}
	tests := []struct {
		word, want string
		code       jit.Code
		say        string
	}{
		{word: "eks reader", want: "Sigma/Prod/EKS Reader"},
		{word: "Test/EKS Pod Manager", want: "Sigma/Test/EKS Pod Manager"},
		{word: "sigma/EKS Reader", want: "Sigma/Prod/EKS Reader"},
		{word: "Slash", want: `a\/b/e/Slash`},
		{word: `a\/b/Slash`, want: `a\/b/e/Slash`},
		{word: "EKS Pod Manager", code: jit.Invalid, say: `"Sigma/Prod/EKS Pod Manager" or "Sigma/Test/EKS Pod Manager"`},
		{word: "eks-raeder", code: jit.NotFound, say: `did you mean "eks-reader"`},
		{word: "EKS Readr", code: jit.NotFound, say: `"EKS Reader"`},
		{word: "", code: jit.NotFound},
		{word: "x//", code: jit.NotFound},
	}
	for _, tt := range tests {
		access, err := cli.Pick(tt.word, paths, aliases)
		if jit.CodeOf(err) != tt.code || err == nil && access.Path() != tt.want {
			t.Errorf("%q: %q, %v; want %q, %q", tt.word, access.Path(), err, tt.want, tt.code)
		}
		if err != nil && !strings.Contains(err.Error(), tt.say) {
			t.Errorf("%q: %v does not say %s", tt.word, err, tt.say)
		}
	}
}

func TestLeftovers(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.Local)
	clock := func(d time.Duration) string { return now.Add(d).Format("15:04:05 MST") }
	tests := []struct {
		name      string
		until     time.Time
		has, hasn string
	}{
		{"keys outlive the token", now.Add(40 * time.Minute), "works until " + clock(15*time.Minute), "Nothing"},
		{"the session ends first", now.Add(5 * time.Minute), "works until " + clock(5*time.Minute), clock(15 * time.Minute)},
		{"keys ended, and the cluster remembers", now.Add(-time.Minute), "works until " + clock(-time.Minute), "Nothing"},
		{"remembered by the second cache still", now.Add(-2*time.Minute - 9*time.Second), "works until " + clock(-2*time.Minute-9*time.Second) + " at the latest, and up to 2m10s longer", "Nothing"},
		{"over already", now.Add(-2*time.Minute - 10*time.Second), "Nothing that was copied away", "until"},
		{"the broker does not say", time.Time{}, "end of their session", "Nothing"},
	}
	for _, tt := range tests {
		got := cli.Leftovers(now, jit.Grant{CredentialsUntil: tt.until}, false)
		if !strings.Contains(got, tt.has) || strings.Contains(got, tt.hasn) {
			t.Errorf("%s: %s", tt.name, got)
		}
	}
}

// TestOwnLeftovers holds that a check-in says how long a broker's own token works.
func TestOwnLeftovers(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	clock := func(d time.Duration) string { return now.Add(d).Local().Format("15:04:05 MST") }
	for until, says := range map[time.Time]string{
		now.Add(8 * time.Hour):     "a token for the cluster works until " + clock(8*time.Hour) + ", and up to 10s longer while the cluster remembers it.",
		now.Add(-9 * time.Second):  "a token for the cluster works until " + clock(-9*time.Second) + ", and up to 10s longer",
		now.Add(-10 * time.Second): "Nothing that was copied away",
		{}:                         "until it ends, which the broker does not say",
	} {
		if got := cli.Leftovers(now, jit.Grant{CredentialsUntil: until}, true); !strings.Contains(got, says) || strings.Contains(got, "AWS") {
			t.Errorf("%s: %s", until, got)
		}
	}
}

func TestTokenArgs(t *testing.T) {
	cluster := jit.Cluster{Name: "sandbox", Region: "eu-central-1"}
	roles := []jit.Role{
		{ARN: "arn:aws:iam::196226166352:role/team/One", ExternalID: "ci/42", Tags: map[string]string{"b": "--x=y", "a": ""}},
		{ARN: "arn:aws:iam::196226166352:role/Two", SessionName: "alice@example.com", Region: "eu-west-1"},
	}
	for _, unattended := range []bool{false, true} {
		list, same, ok := cli.TokenArgs("https://127.0.0.1:8443", "a b/c/--d", cluster, roles, unattended)
		if !ok || !same {
			t.Errorf("%q is not read back", list)
		}
		list, same, ok = cli.TokenArgs("https://127.0.0.1:8443", "a b/c/--d", cluster, nil, unattended)
		if !ok || !same {
			t.Errorf("%q is not read back", list)
		}
	}
	if _, _, ok := cli.TokenArgs("https://x", "", cluster, nil, false); ok {
		t.Error("an entry without a profile is taken for ours")
	}
}

func TestRoleARN(t *testing.T) {
	for session, want := range map[string]string{
		"arn:aws:sts::196226166352:assumed-role/EKS-Unmapped/alice@example.com": "arn:aws:iam::196226166352:role/EKS-Unmapped",
		"arn:aws-cn:sts::1:assumed-role/R/a":                                    "arn:aws-cn:iam::1:role/R",
		"arn:aws:iam::1:user/alice":                                             "arn:aws:iam::1:user/alice",
		"":                                                                      "",
	} {
		if got := cli.RoleARN(session); got != want {
			t.Errorf("%q: %q, want %q", session, got, want)
		}
	}
}

// TestInstalledAs holds what other programs are to call: never relative, never a
// path that an upgrade removes.
func TestInstalledAs(t *testing.T) {
	dir := t.TempDir()
	store, bin := filepath.Join(dir, "store", "v1"), filepath.Join(dir, "bin")
	for _, folder := range []string{store, bin} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	program := filepath.Join(store, "kubectl-jit-under-test")
	link := filepath.Join(bin, "kubectl-jit-under-test")
	if err := os.WriteFile(program, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(program, link); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	for _, path := range []string{bin, bin + string(os.PathListSeparator) + store} {
		t.Setenv("PATH", path)
		for _, argv0 := range []string{"kubectl-jit-under-test", link, "./store/v1/kubectl-jit-under-test"} {
			if got := cli.InstalledAs(argv0); got != link {
				t.Errorf("PATH %s, called as %s: %s, want the link %s", path, argv0, got, link)
			}
		}
	}
	t.Setenv("PATH", "")
	if got := cli.InstalledAs("bin/kubectl-jit-under-test"); got != link {
		t.Errorf("called by a path: %s, want %s", got, link)
	}
}

// TestPrintHarmless holds that no form of output lets a name drive the terminal,
// and that a script still gets the exact name.
func TestPrintHarmless(t *testing.T) {
	const evil = "a\x1b[2Jb\u202ec\u009bd\r\ne"
	for _, format := range []string{"", "wide", "name", "json", "yaml"} {
		got := cli.Print(format, evil, "second")
		if strings.ContainsAny(got, "\x1b\u009b\r") || format != "yaml" && strings.Contains(got, "\u202e") {
			t.Errorf("-o %s prints %q", format, got)
		}
		if shows := strings.Contains(got, "second"); shows != (format != "" && format != "name") {
			t.Errorf("-o %s: the wide column shows: %v", format, shows)
		}
	}
	var object struct{ Items []string }
	if err := json.Unmarshal([]byte(cli.Print("json", evil)), &object); err != nil || object.Items[0] != evil {
		t.Errorf("json gives %q back (%v)", object.Items, err)
	}
}

// TestHelp holds that the help of every command says what it does and shows how.
func TestHelp(t *testing.T) {
	seen := 0
	cli.Walk(func(path, short, long, example string) {
		seen++
		if short == "" || strings.HasSuffix(short, ".") || len(short) > 80 {
			t.Errorf("%s: the summary is %q", path, short)
		}
		if long == "" || !strings.Contains(example, "kubectl") {
			t.Errorf("%s: the help says %q and shows %q", path, long, example)
		}
		for line := range strings.Lines(long) {
			if len(strings.TrimSuffix(line, "\n")) > 84 {
				t.Errorf("%s: a line of its help is wider than a terminal: %s", path, line)
			}
		}
	})
	if seen < 20 {
		t.Errorf("%d commands seen", seen)
	}
}

// TestMappedBy holds that whoami names aws-auth only where that fits who the person
// is, and does not name one of several other ways.
func TestMappedBy(t *testing.T) {
	const roles = `
- rolearn: arn:aws:iam::196226166352:role/Other
  groups: [others]
- rolearn: arn:aws:iam::196226166352:role/Reader
  groups: [readers]
`
	me := func(role string, groups ...string) cani.Identity {
		arn := "arn:aws:sts::196226166352:assumed-role/" + role + "/alice@example.com"
		return cani.Identity{Groups: append(groups, "system:authenticated"), Extra: map[string][]string{"arn": {arn}}}
	}
	tests := []struct {
		name, want string
		auth       map[string]string
		me         cani.Identity
	}{
		{"mapped", "aws-auth maps arn:aws:iam::196226166352:role/Reader", map[string]string{"mapRoles": roles}, me("Reader", "readers")},
		{"an access entry wins", "not aws-auth, which maps arn:aws:iam::196226166352:role/Reader to other groups: an EKS", map[string]string{"mapRoles": roles}, me("Reader", "admins")},
		{"not mapped", "not aws-auth, which does not map the role: an EKS", map[string]string{"mapRoles": roles}, me("Admin", "admins")},
		{"an account", "not known: mapRoles of aws-auth does not name the role, its mapAccounts may", map[string]string{"mapAccounts": "- \"196226166352\"\n"}, me("Admin")},
		{"another account", "not aws-auth", map[string]string{"mapAccounts": "- \"111122223333\"\n"}, me("Admin")},
		{"no YAML", "not known: aws-auth cannot be read", map[string]string{"mapRoles": "["}, me("Admin")},
	}
	for _, tt := range tests {
		if got := cli.MappedBy(tt.auth, tt.me); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestAnswers holds what doctor takes for an API server that is there: one that
// knows nobody of that name, and not a proxy that reaches none.
func TestAnswers(t *testing.T) {
	for code, want := range map[int]bool{200: true, 401: true, 403: true, 429: true, 404: false, 407: false, 500: false, 502: false, 503: false} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }))
		client, err := kubernetes.NewForConfig(&rest.Config{Host: server.URL})
		if err != nil {
			t.Fatal(err)
		}
		err = client.Discovery().RESTClient().Get().AbsPath("/livez").Do(t.Context()).Error()
		if got := cli.Answers(err); got != want {
			t.Errorf("%d: %v, want %v (%v)", code, got, want, err)
		}
		server.Close()
	}
	if cli.Answers(errors.New("connection refused")) {
		t.Error("nobody answers")
	}
}
