package awsconfig_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/awsconfig"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const (
	others = "# mine\n[default]\nregion=eu-west-1\n\n[profile  other]\nsso_session = x ; not ours\ns3 =\n  max_concurrent_requests = 20\n"
	line   = `credential_process = kubectl-jit aws-credential-process --tenant https://127.0.0.1:8443 "Manual - Sigma Labs/196226166352 (Sigma Labs)/EKS Reader"`
	added  = "\n[profile eks-reader]\n" + line + "\n"
)

var reader = awsconfig.Profile{Name: "eks-reader", Command: []string{
	"kubectl-jit", "aws-credential-process", "--tenant", "https://127.0.0.1:8443",
	"Manual - Sigma Labs/196226166352 (Sigma Labs)/EKS Reader",
}}

func in(region string) awsconfig.Profile {
	p := reader
	p.Region = region
	return p
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), ".aws", "config")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func holds(t *testing.T, name, path, want string) {
	t.Helper()
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%s: %v\n%q\nwant\n%q", name, err, got, want)
	}
}

func TestWrite(t *testing.T) {
	tests := []struct {
		name, before string
		profile      awsconfig.Profile
		want         string
	}{
		{"beside others", others, reader, others + added},
		{"with a region", others, in("eu-central-1"), others + added + "region = eu-central-1\n"},
		{"an empty file", "", reader, added[1:]},
		{"no line break at the end", "[default]", reader, "[default]\n" + strings.TrimSuffix(added, "\n")},
		{"a blank line is there", others + "\n", reader, others + added},
		{"CRLF", "[default]\r\n", reader, "[default]\r\n" + strings.ReplaceAll(added, "\n", "\r\n")},
		{"there already", others + added, reader, others + added},
		{"the region of somebody else stays", added + "region = x\n\n" + others, reader, added + "region = x\n\n" + others},
		{"another region", added + "REGION=x\n\n" + others, in("y"), added + "region = y\n\n" + others},
		{"a region more", added + "\n" + others, in("y"), added + "region = y\n\n" + others},
		{
			"another command", "[profile \"eks-reader\"] # x\n# keep\noutput = json\ncredential_process=/opt/kubectl-jit_access aws-credential-process old\n# keep\n", reader,
			"[profile \"eks-reader\"] # x\n# keep\noutput = json\n" + line + "\n# keep\n",
		},
		{"an empty profile", "[profile eks-reader]\n\n[default]\n", reader, "[profile eks-reader]\n" + line + "\n\n[default]\n"},
		{"another kind of section", "[sso-session eks-reader]\nx = y\n", reader, "[sso-session eks-reader]\nx = y\n" + added},
	}
	for _, tt := range tests {
		path := file(t, tt.before)
		wrote, err := awsconfig.Write(t.Context(), path, tt.profile)
		if err != nil || wrote != (tt.before != tt.want) {
			t.Errorf("%s: %v, %v", tt.name, wrote, err)
		}
		holds(t, tt.name, path, tt.want)
		if wrote, err := awsconfig.Write(t.Context(), path, tt.profile); err != nil || wrote {
			t.Errorf("%s, again: %v, %v", tt.name, wrote, err)
		}
	}
}

func TestWriteNew(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".aws", "config")
	p := reader
	p.Name = "default"
	if wrote, err := awsconfig.Write(t.Context(), path, p); err != nil || !wrote {
		t.Fatalf("%v, %v", wrote, err)
	}
	holds(t, "new", path, "[default]\n"+line+"\n")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestRefused(t *testing.T) {
	named := func(name string, command ...string) awsconfig.Profile {
		return awsconfig.Profile{Name: name, Command: command}
	}
	tests := []struct {
		name, before string
		profile      awsconfig.Profile
		says         string
	}{
		{"somebody else's", "[default]\n[profile eks-reader]\nregion = x\n", reader, ":2: [profile eks-reader]"},
		{"another program's command", "[profile eks-reader]\ncredential_process = /bin/x aws-credential-process\n", reader, ":1: "},
		{"the default profile", others, named("default", "kubectl-jit"), ":2: [default]"},
		{"twice", added + added, reader, ":5: "},
		{"a name with blanks", "", named("a b", "x"), "a b"},
		{"a name that ends the header", "", named("a]\n[b", "x"), "cannot be written"},
		{"a word that the shell expands", "", named("a", "x", "$(id)"), "$(id)"},
		{"a word with a quote", "", named("a", "x", `a"b`), "character"},
		{"a word with a line break", "", named("a", "x", "a\nb"), "character"},
		{"a word that begins a comment", "", named("a", "x", "a #b"), "comment"},
		{"a region that is none", "", awsconfig.Profile{Name: "a", Command: []string{"x"}, Region: "a\nb"}, "region"},
	}
	for _, tt := range tests {
		path := file(t, tt.before)
		wrote, err := awsconfig.Write(t.Context(), path, tt.profile)
		if wrote || jit.CodeOf(err) != jit.Invalid || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, %v", tt.name, wrote, err)
		}
		holds(t, tt.name, path, tt.before)
	}
}

func TestRemove(t *testing.T) {
	tests := []struct {
		name, before, want string
		fail               bool
	}{
		{"as written", others + added, others, false},
		{"with its region", others + added + "region = x\n\n[profile z]\n", others + "\n[profile z]\n", false},
		{"no line break at the end", "[default]\n" + strings.TrimSuffix(added, "\n"), "[default]", false},
		{"with a key of somebody else", added + "output = json\n", "\n[profile eks-reader]\noutput = json\n", false},
		{"not there", others, others, false},
		{"not ours", "[profile eks-reader]\nregion = x\n", "[profile eks-reader]\nregion = x\n", true},
	}
	for _, tt := range tests {
		path := file(t, tt.before)
		removed, err := awsconfig.Remove(t.Context(), path, "eks-reader")
		if (err != nil) != tt.fail || removed != (tt.before != tt.want) {
			t.Errorf("%s: %v, %v", tt.name, removed, err)
		}
		holds(t, tt.name, path, tt.want)
	}
}

// TestCommandLine gives what we write to sh, as the Go SDK does after it has
// taken a pair of quotes around the whole value away.
func TestCommandLine(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh here")
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "with blank", "kubectl-jit")
	if err := os.MkdirAll(filepath.Dir(program), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, []byte("#!/bin/sh\nfor a; do printf '<%s>' \"$a\"; done\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	args := []string{"aws-credential-process", "a b", "~x", "it's", "*", "&", "Zürich (ü)"}
	path := filepath.Join(dir, "config")
	if _, err := awsconfig.Write(t.Context(), path, awsconfig.Profile{Name: "a", Command: slices.Concat([]string{program}, args)}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, value, _ := strings.Cut(strings.TrimSpace(string(data)), "credential_process = ")
	if strings.HasPrefix(value, `"`) && strings.HasSuffix(value, `"`) {
		value = value[1 : len(value)-1]
	}
	got, err := exec.Command(sh, "-c", value).CombinedOutput()
	if want := "<" + strings.Join(args, "><") + ">"; err != nil || string(got) != want {
		t.Errorf("sh reads %s (%v), want %s", got, err, want)
	}
	if wrote, err := awsconfig.Write(t.Context(), path, awsconfig.Profile{Name: "a", Command: []string{program, "aws-credential-process"}}); err != nil || !wrote {
		t.Errorf("our own line is not known again: %v, %v", wrote, err)
	}
}

func TestPath(t *testing.T) {
	t.Setenv("HOME", "/home/alice")
	t.Setenv("AWS_CONFIG_FILE", "")
	if got, err := awsconfig.Path(); err != nil || got != filepath.FromSlash("/home/alice/.aws/config") {
		t.Errorf("%q, %v", got, err)
	}
	t.Setenv("AWS_CONFIG_FILE", "/x")
	if got, err := awsconfig.Path(); err != nil || got != "/x" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestProfiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	if names, err := awsconfig.Profiles(path); err != nil || len(names) != 0 {
		t.Errorf("no file: %q, %v", names, err)
	}
	text := others + "[profile a]\ncredential_process = \"/opt/kubectl-jit\" aws-credential-process x\n" +
		"[sso-session s]\ncredential_process = kubectl-jit aws-credential-process x\n" +
		"[default]\nregion = x\ncredential_process = kubectl-jit aws-credential-process y\n[profile b]\ncredential_process = aws-vault\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if names, err := awsconfig.Profiles(path); err != nil || !slices.Equal(names, []string{"a", "default"}) {
		t.Errorf("%q, %v", names, err)
	}
}
