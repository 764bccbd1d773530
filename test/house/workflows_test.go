package house_test

import (
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// workflow is what the tests here read of one.
type workflow struct {
	Permissions map[string]string
	Jobs        map[string]struct {
		Uses    string
		Timeout int `json:"timeout-minutes"`
		Steps   []struct {
			Uses string
			With map[string]any
		}
	}
}

// TestWorkflows holds the workflows to actions that are pinned by commit, to
// permissions that each says itself, to jobs that end, and to checkouts that leave
// no token behind.
func TestWorkflows(t *testing.T) {
	files, err := filepath.Glob("../../.github/workflows/*")
	if err != nil || len(files) == 0 {
		t.Fatal("no workflows", err)
	}
	uses := regexp.MustCompile(`(?m)uses: *(\S+)(.*)$`)
	pinned := regexp.MustCompile(`^[\w./-]+@[0-9a-f]{40}$`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range uses.FindAllStringSubmatch(string(text), -1) {
			ours := strings.HasPrefix(found[1], "./")
			if !ours && (!pinned.MatchString(found[1]) || !strings.HasPrefix(found[2], " # v")) {
				t.Errorf("%s: %q is not pinned by a commit, with its version as a comment", file, found[0])
			}
		}
		var read workflow
		if err := yaml.Unmarshal(text, &read); err != nil || len(read.Jobs) == 0 {
			t.Fatalf("%s: %d jobs, %v", file, len(read.Jobs), err)
		}
		if read.Permissions == nil {
			t.Errorf("%s says no permissions, and has what the repository gives", file)
		}
		for name, job := range read.Jobs {
			if job.Uses == "" && job.Timeout == 0 {
				t.Errorf("%s: %s has no timeout-minutes", file, name)
			}
			for _, step := range job.Steps {
				if strings.HasPrefix(step.Uses, "actions/checkout@") && step.With["persist-credentials"] != false {
					t.Errorf("%s: %s checks out without persist-credentials: false", file, name)
				}
			}
		}
	}
}

// gh stands in for GitHub's program: it can see the tap, the bucket and the index,
// and knows the object of a cask that is there. What is put is written down.
const gh = `#!/bin/sh
case "$GH_TOKEN $*" in
"s3cret api repos/kubectl-jit/homebrew-tap" | "s3cret api repos/kubectl-jit/scoop-bucket" | "s3cret api repos/kubectl-jit/krew-index") echo '{}' ;;
"s3cret api repos/kubectl-jit/homebrew-tap/contents/Casks/kubectl-jit.rb --jq .sha") echo 0b1ec7 ;;
"s3cret api --silent --method PUT "*) echo "$*" >>put ;;
*) echo '{"status": "404"}'; echo 'gh: Not Found (HTTP 404)' >&2; exit 1 ;;
esac
`

// script returns release.sh in a folder of its own, with the maintainers' values and
// gh.
func script(t *testing.T, command string, values ...string) *exec.Cmd {
	t.Helper()
	root := t.TempDir()
	write(t, root, ".goreleaser.yaml", "env:\n  - "+strings.Join(values, "\n  - ")+"\n")
	write(t, root, "bin/gh", gh)
	text, err := os.ReadFile("../../.github/release.sh")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(write(t, root, ".github/release.sh", string(text)), command)
	cmd.Dir = root
	cmd.Env = []string{"PATH=" + filepath.Join(root, "bin") + ":" + os.Getenv("PATH"), "GITHUB_REF_NAME=v1.2.3"}
	return cmd
}

// TestReleaseReady plays what the release workflow begins with.
func TestReleaseReady(t *testing.T) {
	const address = "MAINTAINER=Alice <alice@example.com>"
	for _, tt := range []struct {
		name, repository, token, maintainer, index string
		want                                       []string // all that is said, in this order
	}{
		{"all is set", "kubectl-jit/kubectl-jit", "s3cret", address, "krew-index", nil},
		{"nothing is set", "somebody/kubectl-jit", "", "MAINTAINER=Alice <https://example.com>", "krew-index", []string{
			"OWNER in .goreleaser.yaml is kubectl-jit, and this repository is somebody/kubectl-jit",
			"MAINTAINER in .goreleaser.yaml has no e-mail address",
			"the secret TAP_TOKEN is not set",
		}},
		{"no index", "kubectl-jit/kubectl-jit", "s3cret", address, "an-index", []string{
			"INDEX in .goreleaser.yaml names kubectl-jit/an-index, which TAP_TOKEN cannot see (gh: Not Found (HTTP 404))",
		}},
		{"a token that has ended", "kubectl-jit/kubectl-jit", "ended", address, "krew-index", []string{
			"TAP in", "BUCKET in", "INDEX in",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cmd := script(t, "ready", "OWNER=kubectl-jit", "TAP=homebrew-tap", "BUCKET=scoop-bucket", "INDEX="+tt.index, tt.maintainer)
			cmd.Env = append(cmd.Env, "GITHUB_REPOSITORY="+tt.repository, "TAP_TOKEN="+tt.token)
			output, err := cmd.CombinedOutput()
			if (err == nil) != (tt.want == nil) {
				t.Errorf("ends with %v", err)
			}
			said := strings.SplitAfter(string(output), "\n")
			if len(said) != len(tt.want)+1 {
				t.Fatalf("says:\n%s", output)
			}
			for i, want := range tt.want {
				if !strings.HasPrefix(said[i], "::error title=not ready for a release::"+want) {
					t.Errorf("says:\n%s\nwant %s", said[i], want)
				}
			}
		})
	}
}

// TestReleaseLists plays what the release workflow ends with: a file that is there
// is replaced, one that is not is made.
func TestReleaseLists(t *testing.T) {
	cmd := script(t, "lists", "OWNER=kubectl-jit", "TAP=homebrew-tap", "BUCKET=scoop-bucket", "INDEX=krew-index")
	cmd.Env = append(cmd.Env, "TAP_TOKEN=s3cret")
	for _, name := range []string{"kubectl-jit.rb", "kubectl-jit.json", "jit.yaml"} {
		write(t, cmd.Dir, "dist/"+name, name)
	}
	if output, err := cmd.CombinedOutput(); err != nil || strings.Contains(string(output), "s3cret") {
		t.Fatalf("%v\n%s", err, output)
	}
	got, err := os.ReadFile(filepath.Join(cmd.Dir, "put"))
	if err != nil {
		t.Fatal(err)
	}
	want := ""
	for _, put := range []struct{ place, text, old string }{
		{"homebrew-tap/contents/Casks/kubectl-jit.rb", "kubectl-jit.rb", " -f sha=0b1ec7"},
		{"scoop-bucket/contents/kubectl-jit.json", "kubectl-jit.json", ""},
		{"krew-index/contents/plugins/jit.yaml", "jit.yaml", ""},
	} {
		content := base64.StdEncoding.EncodeToString([]byte(put.text))
		want += "api --silent --method PUT repos/kubectl-jit/" + put.place + " -f message=kubectl-jit v1.2.3 -f content=" + content + put.old + "\n"
	}
	if string(got) != want {
		t.Errorf("puts:\n%s\nwant:\n%s", got, want)
	}
}

// write writes a program below root and returns its path.
func write(t *testing.T, root, name, text string) string {
	t.Helper()
	path := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}
