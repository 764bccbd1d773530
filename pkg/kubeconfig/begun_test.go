package kubeconfig_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
)

// TestRestoreBegun holds that lists and keys which were begun for what was made are
// again what they were, in whichever order it is taken back.
func TestRestoreBegun(t *testing.T) {
	for name, text := range map[string]string{
		"an empty file":        "",
		"comments only":        "# mine\n",
		"no lists":             "# mine\napiVersion: v1\nkind: Config\n",
		"null and empty":       "kind: Config\nusers: null # none\ncontexts: [] # none\nclusters:\napiVersion: v1\ncurrent-context: \"\" # none\n",
		"a list of others":     "kind: Config\nusers:\n- name: other\n  user: {}\ncurrent-context: gone\n",
		"no newline":           "kind: Config\nusers: ~",
		"lines that end in CR": "kind: Config\r\nusers: null\r\ncontexts: []\r\n",
	} {
		for _, backwards := range []bool{false, true} {
			path, files := file(t, text)
			originals := filepath.Join(filepath.Dir(path), "originals")
			if _, err := files.AddCluster(t.Context(), kubeconfig.NewCluster{Name: "arn", Server: "https://k:6443", CAData: []byte("PEM")}, call, originals); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			from, err := files.Entry("arn")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := files.Add(t.Context(), "beside", from, call, originals); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			order := []string{"arn", "beside"}
			if backwards {
				slices.Reverse(order)
			}
			dry, foreseen := files.DryRun(), ""
			for _, user := range order {
				change, err := dry.Restore(t.Context(), path, user, originals)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				foreseen = string(change.New)
			}
			if diff := cmp.Diff(text, foreseen); diff != "" {
				t.Errorf("%s, %v: the dry run: -was +is\n%s", name, order, diff)
			}
			for _, user := range order {
				if _, err := files.Restore(t.Context(), path, user, originals); err != nil {
					t.Fatalf("%s: restore %s: %v\n%s", name, user, err, content(t, path))
				}
			}
			if diff := cmp.Diff(text, content(t, path)); diff != "" {
				t.Errorf("%s, %v: -was +is\n%s", name, order, diff)
			}
		}
	}
}

// TestRestoreBegunChanged holds that what somebody wrote beside stays.
func TestRestoreBegunChanged(t *testing.T) {
	path, files := file(t, "kind: Config\nusers: null\n")
	originals := filepath.Join(filepath.Dir(path), "originals")
	if _, err := files.AddCluster(t.Context(), kubeconfig.NewCluster{Name: "arn", Server: "https://k:6443", CAData: []byte("PEM")}, call, originals); err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(content(t, path), "users:", "users: # theirs", 1)
	text = strings.Replace(text, "contexts:", "contexts: # theirs", 1)
	text = strings.Replace(text, "current-context: arn", "current-context: arn # theirs", 1)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := files.Restore(t.Context(), path, "arn", originals); err != nil {
		t.Fatal(err)
	}
	want := "kind: Config\nusers: [] # theirs\ncontexts: [] # theirs\ncurrent-context: \"\" # theirs\n"
	if diff := cmp.Diff(want, content(t, path)); diff != "" {
		t.Errorf("-want +is\n%s", diff)
	}
}

// TestSpare holds that the original of a user which no context uses any more is
// not given up for another one's: the context gets a user of another name.
func TestSpare(t *testing.T) {
	const mine = "- name: u\n  user:\n    token: t\n- name: u-jit\n  user:\n    token: older\n"
	contexts := "- name: old\n  context: {cluster: k, user: u-jit}\n- name: elsewhere\n  context: {cluster: other, user: u}\nusers:\n"
	text := strings.Replace(before, "users:\n", contexts, 1) + mine + after
	path, files := file(t, text)
	originals := filepath.Join(filepath.Dir(path), "originals")
	old, err := files.Entry("old")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := files.Point(t.Context(), old, call, originals); err != nil {
		t.Fatal(err)
	}
	unused := strings.Replace(content(t, path), "- name: old\n  context: {cluster: k, user: u-jit}\n", "", 1)
	if err := os.WriteFile(path, []byte(unused), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, change := point(t, path, files); change.User != "u-jit-2" {
		t.Errorf("%+v", change)
	}
	for _, user := range []string{"u-jit", "u-jit-2"} {
		if _, err := files.Restore(t.Context(), path, user, originals); err != nil {
			t.Errorf("restore %s: %v", user, err)
		}
	}
	want := strings.Replace(text, "- name: old\n  context: {cluster: k, user: u-jit}\n", "", 1)
	if diff := cmp.Diff(want, content(t, path)); diff != "" {
		t.Errorf("-was +is\n%s", diff)
	}
}
