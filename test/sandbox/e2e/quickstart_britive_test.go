package e2e_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/test/fake/tenant"
	"github.com/kubectl-jit/kubectl-jit/test/sandbox"
)

// signInPage is the address that a person is sent to.
var signInPage = regexp.MustCompile(`https://\S+/login\?token=[A-Za-z0-9_-]+`)

// TestQuickStartBritive types what docs/quickstart-britive.md says at a terminal of
// alice's, who signs in at the tenant "sigma" in her browser.
func TestQuickStartBritive(t *testing.T) {
	page, err := os.ReadFile("../../../docs/quickstart-britive.md")
	if err != nil {
		t.Fatal(err)
	}
	alice := newPerson(t, "alice")
	server := sigma(t, alice)
	typed := filepath.Join(alice.home, "page.sh")
	if err := os.WriteFile(typed, []byte("set -eux\n"+strings.Join(blocks(string(page)), "")), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	// script(1) gives it a terminal.
	cmd := world.Command(ctx, alice.home, "env", "-u", "DISPLAY", "-u", "WAYLAND_DISPLAY", "-u", "BROWSER", "script", "-qefc", "/bin/sh "+typed, "/dev/null")
	screen, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	keyboard, err := cmd.StdinPipe() // nobody types, and it stays open
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(fmt.Errorf("%w: Debian's bsdutils has script(1)", err))
	}
	said := readScreen(t, screen, func(address string) error {
		return tenant.Visit(t.Context(), server.Client(), address, tenant.Person{Name: "alice@example.com", Password: "a word"})
	})
	err = cmd.Wait()
	_ = keyboard.Close()
	for _, want := range []string{
		"Signed in as alice@example.com", "EKS Pod Manager is checked out", "web-1", "pods                      ", "EKS Pod Manager is checked in",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if err != nil || t.Failed() {
		t.Fatalf("%v\n%s", err, said)
	}
}

// readScreen reads a screen to its end, and sends a person to the first page that they
// are to sign in at.
func readScreen(t *testing.T, screen io.Reader, visit func(address string) error) string {
	t.Helper()
	var said strings.Builder
	lines := bufio.NewScanner(screen)
	for visited := false; lines.Scan(); {
		fmt.Fprintln(&said, lines.Text())
		if address := signInPage.FindString(lines.Text()); address != "" && !visited {
			visited = true
			if err := visit(address); err != nil {
				t.Errorf("sign in in the browser: %v", err)
			}
		}
	}
	return said.String()
}

// sigma is a Britive tenant with alice's profile, under its name in her
// configuration: the real one would be at sigma.britive-app.com.
func sigma(t *testing.T, alice person) *tenant.Server {
	t.Helper()
	x := tenant.New(tenant.Options{Host: "127.0.0.1", AWS: func(role, session string, lasts time.Duration) tenant.Keys {
		return tenant.Keys(world.AWS.Issue(role, session, lasts))
	}})
	x.AddPerson(tenant.Person{Name: "alice@example.com", Password: "a word"})
	x.AddApp(tenant.App{
		Name: sandbox.Application, Type: "AWS", Environments: []tenant.Environment{{Name: sandbox.Environment, Alternate: "sigma"}},
		Profiles: []tenant.Profile{{Name: "EKS Pod Manager", Role: "EKS-Pod-Manager", Members: []string{"alice@example.com"}}},
	})
	server, err := tenant.Start(x, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	config := fmt.Sprintf("apiVersion: jit.kubectl-jit.dev/v1alpha1\nkind: Config\ntenants:\n  sigma:\n    url: %s\n    certificateAuthority: %s\n", server.URL(), server.CAFile())
	if err := os.WriteFile(filepath.Join(alice.home, ".config", "kubectl-jit", "config.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return server
}
