package release_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-jit/kubectl-jit/test/sandbox"
)

// TestManifest has krew's own validator read the manifests of dist, under both
// names: one platform for each target.
func TestManifest(t *testing.T) {
	built, err := sandbox.BuildClients(shared.ctx, "..", os.Stderr, sandbox.ValidateKrewManifest)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"jit", "jit-access"} {
		file := filepath.Join(dist, name+".yaml")
		output, err := exec.Command(built[sandbox.ValidateKrewManifest], "-manifest", file, "-skip-install").CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", file, err, output)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), "sha256:"); n != len(targets()) {
			t.Errorf("%s has %d platforms, want %d", file, n, len(targets()))
		}
	}
}

// TestKrew plays the scripts of testdata with a real krew and a real kubectl, on a
// sandbox whose broker is the released one. Two releases are there: the snapshot
// in dist, and one that is newer.
func TestKrew(t *testing.T) {
	old := metadata(t, dist)
	next, err := shared.newer()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	for _, p := range products() {
		for name, member := range unpack(t, filepath.Join(dist, archive(p, old, here()))) {
			if err := os.WriteFile(filepath.Join(bin, name), member.body, member.mode); err != nil {
				t.Fatal(err)
			}
		}
	}
	programs, err := sandbox.Build(shared.ctx, "..", os.Stderr, sandbox.Krew)
	if err != nil {
		t.Fatal(err)
	}
	world, err := sandbox.Start(shared.ctx, sandbox.Options{Dir: filepath.Join(t.TempDir(), "sandbox"), Bin: bin, Programs: programs})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(world.Stop)
	served := map[string]string{"old": dist, "new": next}
	mux := http.NewServeMux()
	for name, folder := range served {
		mux.Handle("/"+name+"/", http.StripPrefix("/"+name+"/", http.FileServer(http.Dir(folder))))
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	params := testscript.Params{
		Setup: func(env *testscript.Env) error {
			return setup(env, world, map[string]string{"OLD": old.Version, "NEW": newer, "URL": server.URL, "OLD_ARCHIVE": archive(products()[0], old, here())})
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"publish": func(ts *testscript.TestScript, _ bool, args []string) { publish(ts, served, server.URL, args) },
		},
	}
	scripts, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil || len(scripts) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, script := range scripts { // one after the other: alice has one checkout
		t.Run(filepath.Base(script), func(t *testing.T) {
			params.Files = []string{script}
			testscript.Run(t, params)
		})
	}
}

// setup makes the script alice's, with kubectl and krew on her PATH and nothing of
// ours.
func setup(env *testscript.Env, world *sandbox.Sandbox, more map[string]string) error {
	alice := filepath.Join(env.WorkDir, "home", "alice")
	if err := world.AddUser(shared.ctx, alice, "alice"); err != nil {
		return err
	}
	for name, value := range world.Environment(alice) {
		env.Setenv(name, value)
	}
	for name, value := range more {
		env.Setenv(name, value)
	}
	path := filepath.Join(env.WorkDir, "path")
	if err := os.Mkdir(path, 0o755); err != nil {
		return err
	}
	for name, program := range map[string]string{"kubectl": world.Program("kubectl"), "kubectl-krew": world.Program(sandbox.Krew)} {
		if err := os.Symlink(program, filepath.Join(path, name)); err != nil {
			return err
		}
	}
	dist, err := filepath.Abs(dist)
	if err != nil {
		return err
	}
	env.Setenv("DIST", dist)
	env.Setenv("INDEX", filepath.Join(env.WorkDir, "index"))
	env.Setenv("KREW_ROOT", filepath.Join(alice, ".krew"))
	env.Setenv("KREW_NO_UPGRADE_CHECK", "1")
	env.Setenv("PATH", strings.Join([]string{filepath.Join(alice, ".krew", "bin"), path, "/usr/local/bin", "/usr/bin", "/bin"}, ":"))
	env.Defer(func() { _ = world.Command(shared.ctx, alice, "kubectl-jit", "checkin", "eks-pod-manager").Run() })
	return nil
}

// publish puts a release's manifest into the index, a git repository, as
// krew/README.md says: publish old|new NAME.
func publish(ts *testscript.TestScript, served map[string]string, url string, args []string) {
	index := ts.Getenv("INDEX")
	ts.Check(os.MkdirAll(filepath.Join(index, "plugins"), 0o755))
	folder, err := filepath.Abs(served[args[0]])
	ts.Check(err)
	out := filepath.Join(index, "plugins")
	identity := []string{"-C", index, "-c", "user.name=tester", "-c", "user.email=tester@example.com", "-c", "commit.gpgSign=false"}
	ts.Check(play(shared.ctx, nil,
		[]string{"go", "-C", root, "run", "./krew", "-name", args[1], "-dist", folder, "-url", url + "/" + args[0], "-out", out},
		[]string{"git", "-C", index, "init", "--quiet", "--initial-branch=main"},
		[]string{"git", "-C", index, "add", "--all"},
		append(append([]string{"git"}, identity...), "commit", "--quiet", "--message", args[0]),
	))
}
