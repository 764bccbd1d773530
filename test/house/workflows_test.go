package house_test

import (
	"os"
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
