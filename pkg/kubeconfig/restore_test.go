package kubeconfig_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
)

// TestRestoreMade holds that what was made is gone again, and every other byte as
// it was.
func TestRestoreMade(t *testing.T) {
	const user = "- name: u\n  user:\n    token: t\n"
	shared := strings.Replace(before, "users:\n", "- name: elsewhere\n  context: {cluster: other, user: u}\nusers:\n", 1)
	cluster := kubeconfig.NewCluster{Name: "arn", Server: "https://k:6443", CAData: []byte("PEM")}
	tests := map[string]struct {
		text, user string
		do         func(ctx context.Context, f *kubeconfig.Files, from kubeconfig.Entry, originals string) error
	}{
		"a context beside": {before + user + after, "beside", func(ctx context.Context, f *kubeconfig.Files, from kubeconfig.Entry, originals string) error {
			_, err := f.Add(ctx, "beside", from, call, originals)
			return err
		}},
		"a cluster": {before + user + after, "arn", func(ctx context.Context, f *kubeconfig.Files, _ kubeconfig.Entry, originals string) error {
			_, err := f.AddCluster(ctx, cluster, call, originals)
			return err
		}},
		"a user beside one that is shared": {shared + user + after, "u-jit", func(ctx context.Context, f *kubeconfig.Files, from kubeconfig.Entry, originals string) error {
			_, err := f.Point(ctx, from, call, originals)
			return err
		}},
		"a user beside one that is written with quotes": {strings.Replace(shared, "    user: u\n", "    \"user\":  'u'   # me\n", 1) + user + after, "u-jit", func(ctx context.Context, f *kubeconfig.Files, from kubeconfig.Entry, originals string) error {
			_, err := f.Point(ctx, from, call, originals)
			return err
		}},
		"a context without a user": {strings.Replace(before, "    user: u\n", "", 1) + user + after, "c-jit", func(ctx context.Context, f *kubeconfig.Files, from kubeconfig.Entry, originals string) error {
			_, err := f.Point(ctx, from, call, originals)
			return err
		}},
		"a context whose user is empty": {strings.Replace(before, "    user: u\n", "    user: \"\"\n", 1) + user + after, "c-jit", func(ctx context.Context, f *kubeconfig.Files, from kubeconfig.Entry, originals string) error {
			_, err := f.Point(ctx, from, call, originals)
			return err
		}},
		"a context whose user is null": {strings.Replace(before, "    user: u\n", "    user: # none\n", 1) + user + after, "c-jit", func(ctx context.Context, f *kubeconfig.Files, from kubeconfig.Entry, originals string) error {
			_, err := f.Point(ctx, from, call, originals)
			return err
		}},
		"a user where there was none": {before + "- name: other\n  user: {}\n" + after, "u", func(ctx context.Context, f *kubeconfig.Files, from kubeconfig.Entry, originals string) error {
			_, err := f.Point(ctx, from, call, originals)
			return err
		}},
		"the only user": {strings.Replace(before, "users:\n", "users: []\n", 1) + after, "u", func(ctx context.Context, f *kubeconfig.Files, from kubeconfig.Entry, originals string) error {
			_, err := f.Point(ctx, from, call, originals)
			return err
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			path, files := file(t, tt.text)
			originals := filepath.Join(filepath.Dir(path), "originals")
			from, err := files.Entry("c")
			if err != nil {
				t.Fatal(err)
			}
			if err := tt.do(t.Context(), files, from, originals); err != nil {
				t.Fatal(err)
			}
			kept, err := kubeconfig.Originals(originals)
			if err != nil || len(kept) != 1 || kept[0].User != tt.user || kept[0].File != path {
				t.Fatalf("kept: %+v, %v", kept, err)
			}
			changed := content(t, path)
			dry, err := files.DryRun().Restore(t.Context(), path, tt.user, originals)
			if err != nil || string(dry.Old) != changed || string(dry.New) != tt.text || content(t, path) != changed {
				t.Errorf("the dry run: %v\n%s", err, cmp.Diff(tt.text, string(dry.New)))
			}
			if _, err := files.Restore(t.Context(), path, tt.user, originals); err != nil || content(t, path) != tt.text {
				t.Errorf("%v\n%s", err, cmp.Diff(tt.text, content(t, path)))
			}
			if kept, err := kubeconfig.Originals(originals); err != nil || len(kept) != 0 {
				t.Errorf("still kept: %+v, %v", kept, err)
			}
		})
	}
}

// TestRestoreCurrent holds that a context which was made and is current leaves
// none behind, and a cluster that another context uses stays.
func TestRestoreCurrent(t *testing.T) {
	path, files := file(t, "")
	originals := filepath.Join(filepath.Dir(path), "originals")
	cluster := kubeconfig.NewCluster{Name: "arn", Server: "https://k:6443", CAData: []byte("PEM")}
	if _, err := files.AddCluster(t.Context(), cluster, call, originals); err != nil {
		t.Fatal(err)
	}
	from, err := files.Entry("")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := files.Add(t.Context(), "beside", from, call, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := files.Restore(t.Context(), path, "arn", originals); err != nil {
		t.Fatal(err)
	}
	if current, err := files.Current(); err != nil || current != "" {
		t.Errorf("current is %q, %v", current, err)
	}
	if beside, err := files.Entry("beside"); err != nil || beside.Server != cluster.Server {
		t.Errorf("%+v, %v", beside, err)
	}
	if _, err := files.Entry("arn"); jit.CodeOf(err) != jit.NotFound {
		t.Errorf("the context is still there: %v", err)
	}
}

// TestRestoreUsed holds that what was made stays where a context that somebody else
// wrote uses it, in whichever file.
func TestRestoreUsed(t *testing.T) {
	const theirs = "contexts:\n- name: theirs\n  context: {cluster: arn, user: USER}\n"
	cluster := kubeconfig.NewCluster{Name: "arn", Server: "https://k:6443", CAData: []byte("PEM")}
	for user, code := range map[string]jit.Code{"arn": jit.Invalid, "other": ""} {
		dir, files := list(t, "first:second", map[string]string{"first": before + after, "second": strings.Replace(theirs, "USER", user, 1)})
		path, originals := filepath.Join(dir, "first"), filepath.Join(dir, "originals")
		if _, err := files.AddCluster(t.Context(), cluster, call, originals); err != nil {
			t.Fatal(err)
		}
		if _, err := files.Restore(t.Context(), path, "arn", originals); jit.CodeOf(err) != code {
			t.Errorf("with user %s: %v", user, err)
		}
		if entry, err := files.Entry("theirs"); err != nil || entry.Server != cluster.Server || (entry.Exec != nil) != (user == "arn") {
			t.Errorf("with user %s: %+v, %v", user, entry, err)
		}
		if kept, err := kubeconfig.Originals(originals); err != nil || len(kept) == 0 != (code == "") {
			t.Errorf("with user %s: kept %+v, %v", user, kept, err)
		}
	}
}

// TestRestoreNotDone holds that a login which was killed before its change leaves
// nothing to take back and no error.
func TestRestoreNotDone(t *testing.T) {
	text := before + "- name: u\n  user:\n    token: t\n" + after
	path, files := file(t, text)
	originals := filepath.Join(filepath.Dir(path), "originals")
	point(t, path, files)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if change, err := files.Restore(t.Context(), path, "u", originals); err != nil || change.Wrote || content(t, path) != text {
		t.Errorf("%+v, %v\n%s", change, err, cmp.Diff(text, content(t, path)))
	}
}

// TestRestoreForms holds that the original comes back byte for byte, in whatever
// form it stood there.
func TestRestoreForms(t *testing.T) {
	for name, user := range map[string]string{
		"lines that end otherwise":  "- name: u\r\n  user:\r\n    token: |\r\n      a\r\n      b\r\n",
		"one line that ends so":     "- name: u\n  user:\n    username: a\r\n    token: b\n",
		"a block with empty lines":  "- user:\n    token: |+\n      a\n\n\n  name: u\n",
		"a block that ends in them": "- name: u\n  user:\n    token: |+\n      a\n\n\n",
	} {
		for _, text := range []string{before + user + after, before + user} {
			path, files := file(t, text)
			_, change := point(t, path, files)
			_, err := files.Restore(t.Context(), path, change.User, filepath.Join(filepath.Dir(path), "originals"))
			if got := content(t, path); err != nil || got != text {
				t.Errorf("%s: %v\n%s", name, err, cmp.Diff(strings.Split(text, "\n"), strings.Split(got, "\n")))
			}
		}
	}
}

// TestOriginals holds that they are found in a folder of any name, and that one
// which cannot be read is no reason to say that there is none: who removes the
// folder asks first.
func TestOriginals(t *testing.T) {
	path, files := file(t, before+"- name: u\n  user:\n    token: t\n"+after)
	entry, err := files.Entry("")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(filepath.Dir(path), "a[b]c", "originals")
	if all, err := kubeconfig.Originals(dir); err != nil || len(all) != 0 {
		t.Errorf("where nothing is kept: %+v, %v", all, err)
	}
	if _, err := files.Point(t.Context(), entry, call, dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "other.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if all, err := kubeconfig.Originals(dir); err != nil || len(all) != 1 || all[0].User != "u" {
		t.Errorf("%+v, %v", all, err)
	}
	if err := os.Symlink("loop.json", filepath.Join(dir, "loop.json")); err != nil {
		t.Fatal(err)
	}
	if _, err := kubeconfig.Originals(dir); jit.CodeOf(err) != jit.Unavailable {
		t.Errorf("one that cannot be read: %v", err)
	}
}
