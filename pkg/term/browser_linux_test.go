package term_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/term"
)

// TestBrowse holds which program opens an address where, that it sees the address
// as one word, and that it has neither our streams nor our secrets.
func TestBrowse(t *testing.T) {
	const address = "https://acme.britive-app.com/sso?idp=$(id)&token=a;b"
	programs := t.TempDir()
	const script = "#!/bin/sh\n{ echo \"${0##*/}\"; for word; do echo \"$word\"; done; readlink /proc/self/fd/0 /proc/self/fd/1 /proc/$$/fd/2; env; echo end; } >\"$OPENED.part\"\n/bin/mv \"$OPENED.part\" \"$OPENED\"\n"
	for _, name := range []string{"xdg-open", "wslview", "rundll32.exe", "mine"} {
		if err := os.WriteFile(filepath.Join(programs, name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name, address string
		vars          map[string]string
		want          string // the program and its words; empty: none
	}{
		{"a desktop", address, map[string]string{"DISPLAY": ":0"}, "xdg-open\n" + address},
		{"another desktop", address, map[string]string{"WAYLAND_DISPLAY": "wayland-0"}, "xdg-open\n" + address},
		{"no desktop", address, nil, ""},
		{"named", address, map[string]string{"BROWSER": filepath.Join(programs, "mine")}, "mine\n" + address},
		{"named, and not there", address, map[string]string{"BROWSER": "firefox %s:lynx", "DISPLAY": ":0"}, "xdg-open\n" + address},
		{"Windows' Linux", address, map[string]string{"WSL_DISTRO_NAME": "Debian", "DISPLAY": ":0"}, "wslview\n" + address},
		{"not over TLS", "http://acme.britive-app.com", map[string]string{"DISPLAY": ":0"}, ""},
		{"a page of our own", "http://127.0.0.1:4711/QX", map[string]string{"DISPLAY": ":0"}, "xdg-open\nhttp://127.0.0.1:4711/QX"},
		{"one that looks like it", "http://127.0.0.1.example.com/", map[string]string{"DISPLAY": ":0"}, ""},
		{"an option", "--help", map[string]string{"DISPLAY": ":0"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opened := filepath.Join(t.TempDir(), "opened")
			t.Setenv("OPENED", opened)
			t.Setenv("PATH", programs+":/usr/bin:/bin")
			t.Setenv("BRITIVE_API_TOKEN", "canary")
			t.Setenv("AWS_SECRET_ACCESS_KEY", "canary")
			t.Setenv("GRAFANA_API_KEY", "canary")
			t.Setenv("SSH_PRIVATE_KEY", "canary")
			for _, name := range []string{"DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME"} {
				t.Setenv(name, tt.vars[name])
			}
			if got := term.Browse(tt.address); got != (tt.want != "") {
				t.Fatalf("opened: %v", got)
			}
			if tt.want == "" {
				return
			}
			var text []byte
			for end := time.Now().Add(20 * time.Second); text == nil && time.Now().Before(end); time.Sleep(time.Millisecond) {
				text, _ = os.ReadFile(opened)
			}
			if got := string(text); !strings.HasPrefix(got, tt.want+"\n/dev/null\n") || strings.Contains(got, "canary") || !strings.Contains(got, "\nHOME=") {
				t.Errorf("%s", got)
			}
		})
	}
}
