package kubeconfig_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
)

// list writes files into one folder and opens them as $KUBECONFIG names them.
func list(t *testing.T, names string, texts map[string]string) (dir string, files *kubeconfig.Files) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range texts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var paths []string
	for _, name := range strings.Split(names, ":") {
		if name != "" {
			name = filepath.Join(dir, name)
		}
		paths = append(paths, name)
	}
	t.Setenv("KUBECONFIG", strings.Join(paths, string(os.PathListSeparator)))
	files, err := kubeconfig.Open("")
	if err != nil {
		t.Fatal(err)
	}
	return dir, files
}

const (
	first = `current-context: ""
contexts:
- name: c
  context: {cluster: k, user: u}
`
	second = `current-context: c
clusters:
- name: k
  cluster:
    server: https://second
    certificate-authority: ca.pem
    tls-server-name: k
users:
- name: u
  user:
    token: t
contexts:
- name: c
  context: {cluster: shadowed, user: shadowed}
- name: other
  context: {cluster: k, user: v}
`
)

// TestList holds that a list of files reads as kubectl reads it: the first entry
// of a name counts, and a change goes to where the user lives.
func TestList(t *testing.T) {
	dir, files := list(t, ":missing:first::second:first", map[string]string{"first": first, "second": second})
	entry, err := files.Entry("")
	if err != nil {
		t.Fatal(err)
	}
	if entry.Context != "c" || entry.Cluster != "k" || entry.User != "u" || entry.Server != "https://second" ||
		entry.CAFile != filepath.Join(dir, "ca.pem") || entry.TLSServerName != "k" || entry.File != filepath.Join(dir, "second") {
		t.Errorf("%+v", entry)
	}
	if all, err := files.Entries(); err != nil || len(all) != 2 || all[1].Context != "other" || all[1].File != filepath.Join(dir, "second") {
		t.Errorf("%+v, %v", all, err)
	}
	if err := os.Chmod(filepath.Join(dir, "first"), 0o400); err != nil {
		t.Fatal(err)
	}
	if change, err := files.Point(t.Context(), entry, call, ""); err != nil || change.File != filepath.Join(dir, "second") || !change.Wrote {
		t.Errorf("%+v, %v", change, err)
	}
	if content(t, filepath.Join(dir, "first")) != first {
		t.Error("the read-only file was changed")
	}
	if _, err := files.Add(t.Context(), "beside", entry, call, ""); jit.CodeOf(err) != jit.Unavailable || !strings.Contains(err.Error(), "read-only") {
		t.Errorf("a new entry goes to the first file, which is read-only: %v", err)
	}
}

func TestNotFound(t *testing.T) {
	_, files := list(t, "second", map[string]string{"second": second})
	if _, err := files.Entry("othr"); jit.CodeOf(err) != jit.NotFound || !strings.Contains(err.Error(), "did you mean other") || jit.NextOf(err) == "" {
		t.Error(err)
	}
	_, files = list(t, "first", map[string]string{"first": first})
	if _, err := files.Entry(""); jit.CodeOf(err) != jit.NotFound {
		t.Error(err)
	}
	_, files = list(t, "missing", nil)
	for _, context := range []string{"c", ""} {
		_, err := files.Entry(context)
		if jit.CodeOf(err) != jit.NotFound || !strings.Contains(err.Error(), "there is no context in ") || !strings.Contains(jit.NextOf(err), " --cluster NAME") {
			t.Errorf("%q: %v, next %q", context, err, jit.NextOf(err))
		}
	}
	files, err := kubeconfig.Open(filepath.Join(t.TempDir(), "missing"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := files.Entry("c"); jit.CodeOf(err) != jit.NotFound || !strings.Contains(err.Error(), "missing") {
		t.Error(err)
	}
}

// TestUnreadable holds that what is no kubeconfig is named with file and line.
func TestUnreadable(t *testing.T) {
	tests := []struct{ name, text, says string }{
		{"broken YAML", "contexts:\n- name: [\n", "config:"},
		{"a word", "hello\n", "config:1: "},
		{"a list", "- a\n", "config:1: "},
		{"a list that is none", "contexts: 1\n", "config:1: contexts"},
		{"an element that is none", "users:\n- a\n", "config:2: an element of users"},
		{"a mapping that merges itself", "contexts:\n- name: c\n  context: &c\n    cluster: k\n    <<: *c\n", "config:5: "},
		{"a list within itself", "users: &u\n- name: u\n  user: {exec: {args: *u}}\n", "config:3: "},
		{"certificate data that is none", "contexts:\n- name: c\n  context: {cluster: k}\nclusters:\n- name: k\n  cluster:\n    certificate-authority-data: '%'\n", "config:7: certificate"},
	}
	for _, tt := range tests {
		_, files := list(t, "config", map[string]string{"config": tt.text})
		if _, err := files.Entry("c"); jit.CodeOf(err) != jit.Invalid || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.says)
		}
	}
	dir, files := list(t, "folder", nil)
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := files.Entry("c"); jit.CodeOf(err) != jit.Invalid || !strings.Contains(err.Error(), "folder") {
		t.Errorf("a folder: %v", err)
	}
}

// TestAnchors holds that aliases and merged mappings are read as kubectl reads
// them.
func TestAnchors(t *testing.T) {
	_, files := list(t, "config", map[string]string{"config": `x: &k {server: "https://k"}
clusters:
- name: k
  cluster: {<<: *k, proxy-url: "http://p"}
contexts:
- name: c
  context: {cluster: k, user: u}
`})
	if entry, err := files.Entry("c"); err != nil || entry.Server != "https://k" || entry.ProxyURL != "http://p" {
		t.Errorf("%+v, %v", entry, err)
	}
}

func TestNoHome(t *testing.T) {
	for _, name := range []string{"KUBECONFIG", "HOME", "USERPROFILE"} {
		t.Setenv(name, "")
	}
	if _, err := kubeconfig.Open(""); jit.NextOf(err) != "set HOME or KUBECONFIG" {
		t.Errorf("%v, next %q", err, jit.NextOf(err))
	}
}
