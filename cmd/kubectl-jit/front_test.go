//go:build unix

package main

import (
	"bytes"
	"cmp"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/held"
)

// TestMain makes the test program the front itself when a test runs it so.
func TestMain(m *testing.M) {
	if os.Getenv("RUN_AS_FRONT") != "" {
		os.Unsetenv("RUN_AS_FRONT")
		version = cmp.Or(os.Getenv("RUN_AS_VERSION"), version)
		main()
		return
	}
	os.Exit(m.Run())
}

const heldText = "k8s-aws-v1.aHR0cHM6Ly9zdHM_eA"

var entry = []string{"--tenant", "https://127.0.0.1:8443", "--profile", "A/E/P", "--cluster", "sandbox", "--region", "eu-central-1"}

// install puts the front into prefix/bin and returns its path.
func install(t *testing.T) (prefix, front string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	prefix, err = filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	front = filepath.Join(prefix, "bin", "kubectl-jit")
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	write(t, front, string(program))
	return prefix, front
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

// run calls the front in the prefix's home.
func run(prefix, front string, env []string, args ...string) (stdout, stderr string, status int) {
	var out, errs bytes.Buffer
	cmd := command(prefix, front, env, args...)
	cmd.Stdin = strings.NewReader("what was piped in")
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.Run()
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func command(prefix, front string, env []string, args ...string) *exec.Cmd {
	cmd := exec.Command(front, args...)
	cmd.Env = append([]string{"RUN_AS_FRONT=1", "HOME=" + prefix, "PATH=/usr/bin:/bin", "GORACE=atexit_sleep_ms=0"}, env...)
	return cmd
}

// hold writes the token that the entry holds for a person at home in prefix.
func hold(t *testing.T, prefix string) {
	t.Helper()
	t.Setenv("HOME", prefix)
	for _, variable := range []string{"XDG_CACHE_HOME", "XDG_CONFIG_HOME"} {
		t.Setenv(variable, "")
	}
	path := held.Path(held.CacheDir(), held.Name(entry, held.ConfigDir(), ""))
	if err := held.Write(path, heldText, time.Now().Add(14*time.Minute), time.Now().Add(10*time.Minute)); err != nil {
		t.Fatal(err)
	}
}

func asks(version string) string {
	return `KUBERNETES_EXEC_INFO={"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/` + version + `","spec":{"interactive":false}}` + "\n"
}

func TestAnswersFromHeld(t *testing.T) {
	prefix, front := install(t)
	hold(t, prefix)
	for version, env := range map[string][]string{"v1": {asks("v1")}, "v1beta1": {asks("v1beta1")}, "v1 ": nil} {
		out, errs, status := run(prefix, front, env, append([]string{"get-token"}, entry...)...)
		if status != 0 || errs != "" {
			t.Fatalf("%s: status %d, stderr %q", version, status, errs)
		}
		if !strings.Contains(out, heldText) || !strings.Contains(out, "k8s.io/"+strings.TrimSpace(version)+`"`) {
			t.Errorf("%s: answered %q", version, out)
		}
	}
}

// TestHandsOver holds what goes to jit-core, and how.
func TestHandsOver(t *testing.T) {
	prefix, front := install(t)
	hold(t, prefix)
	for _, partner := range []string{jitCore, jitToken} {
		write(t, filepath.Join(prefix, "bin", partner), "#!/bin/sh\necho \""+partner+" front $KUBECTL_JIT_FRONT args $* stdin $(cat)\"\necho said >&2\nexit 7\n")
	}
	get := append([]string{"get-token"}, entry...)
	tests := map[string]struct {
		env, args []string
		to        string
	}{
		"another command":        {nil, []string{"version"}, jitCore},
		"no command":             {nil, nil, jitCore},
		"another entry, by hand": {nil, append(get, "--unattended"), jitCore},
		"help":                   {nil, append(get, "--help"), jitCore},
		"another entry":          {[]string{asks("v1")}, append(get, "--unattended"), jitToken},
		"another person":         {[]string{asks("v1"), "BRITIVE_API_TOKEN=jit_x"}, get, jitToken},
		"another configuration":  {[]string{asks("v1beta1"), "XDG_CONFIG_HOME=/elsewhere"}, get, jitToken},
		"another cache":          {[]string{asks("v1"), "XDG_CACHE_HOME=" + filepath.Join(prefix, "elsewhere")}, get, jitToken},
		"a cache that cannot be": {[]string{asks("v1"), "XDG_CACHE_HOME=/proc/elsewhere"}, get, jitToken},
		"no home":                {[]string{asks("v1"), "HOME="}, get, jitToken},
		"a version that ended":   {[]string{asks("v1alpha1")}, get, jitToken},
		"garbage asked":          {[]string{"KUBERNETES_EXEC_INFO={"}, get, jitToken},
	}
	for name, tt := range tests {
		out, errs, status := run(prefix, front, append(tt.env, "KUBECTL_JIT_FRONT=forged"), tt.args...)
		want := tt.to + " front " + version + " args " + strings.Join(tt.args, " ") + " stdin what was piped in\n"
		if out != want || errs != "said\n" || status != 7 {
			t.Errorf("%s: stdout %q, stderr %q, status %d; want %q", name, out, errs, status, want)
		}
	}
}

func TestFindsPartner(t *testing.T) {
	const script = "#!/bin/sh\necho here\n"
	t.Run("in libexec", func(t *testing.T) {
		prefix, front := install(t)
		write(t, filepath.Join(prefix, "libexec", "kubectl-jit", jitCore), script)
		finds(t, prefix, front)
	})
	t.Run("beside what a link names", func(t *testing.T) {
		prefix, front := install(t)
		write(t, filepath.Join(prefix, "bin", jitCore), script)
		link := filepath.Join(t.TempDir(), "kubectl-jit_access")
		if err := os.Symlink(front, link); err != nil {
			t.Fatal(err)
		}
		finds(t, prefix, link)
	})
	t.Run("nowhere", func(t *testing.T) {
		prefix, front := install(t)
		out, errs, status := run(prefix, front, nil, "version")
		lines := strings.Split(errs, "\n")
		if status != 1 || out != "" || len(lines) != 3 {
			t.Fatalf("status %d, stdout %q, stderr %q", status, out, errs)
		}
		if !strings.HasPrefix(lines[0], "kubectl-jit: error: ") || !strings.Contains(lines[0], prefix+"/libexec/kubectl-jit/jit-core") {
			t.Errorf("said %q", lines[0])
		}
		if !strings.HasPrefix(lines[1], "kubectl-jit: next: go install ") {
			t.Errorf("said %q", lines[1])
		}
		if _, errs, _ := run(prefix, front, []string{"RUN_AS_VERSION=v1.2.3"}, "version"); !strings.Contains(errs, "next: install kubectl-jit v1.2.3 again,") {
			t.Errorf("of a release: said %q", errs)
		}
	})
	t.Run("not to be run", func(t *testing.T) {
		prefix, front := install(t)
		if err := os.Mkdir(filepath.Join(prefix, "bin", jitCore), 0o755); err != nil {
			t.Fatal(err)
		}
		if _, errs, status := run(prefix, front, nil, "version"); status != 1 || !strings.Contains(errs, "permission denied") {
			t.Errorf("status %d, stderr %q", status, errs)
		}
	})
}

func finds(t *testing.T, prefix, front string) {
	t.Helper()
	if out, errs, status := run(prefix, front, nil, "version"); out != "here\n" || status != 0 {
		t.Errorf("stdout %q, stderr %q, status %d", out, errs, status)
	}
}

// TestNobodyListens holds that an answer which goes nowhere is no success, and
// no panic.
func TestNobodyListens(t *testing.T) {
	prefix, front := install(t)
	hold(t, prefix)
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	reader.Close()
	outputs := map[string]*os.File{"a closed pipe": writer}
	if full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0); err == nil {
		outputs["a full device"] = full
	} else if !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	for name, output := range outputs {
		var errs bytes.Buffer
		cmd := command(prefix, front, nil, append([]string{"get-token"}, entry...)...)
		cmd.Stdout, cmd.Stderr = output, &errs
		if err := cmd.Run(); err == nil || strings.Contains(errs.String(), "goroutine") {
			t.Errorf("%s: error %v, stderr %q", name, err, errs.String())
		}
		output.Close()
	}
}
