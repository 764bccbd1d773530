package cli_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/cli"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// TestOnce holds that the first who comes is sent on, and nobody else: neither who
// guesses nor who looks.
func TestOnce(t *testing.T) {
	const address = "https://console.example.com/?SigninToken=canary"
	handler, came := cli.Once("/right", address)
	for _, visit := range []struct {
		method, path string
		goes         bool
	}{{"GET", "/", false}, {"GET", "/wrong", false}, {"HEAD", "/right", false}, {"GET", "/right", true}, {"GET", "/right", false}} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(visit.method, visit.path, nil))
		if sent := w.Header().Get("Location") == address; sent != visit.goes {
			t.Errorf("%s %s is sent to %q", visit.method, visit.path, w.Header().Get("Location"))
		}
	}
	<-came
}

// TestBrowse holds that a browser is sent to the address, and that this is in no
// argument.
func TestBrowse(t *testing.T) {
	const address = "https://console.example.com/?SigninToken=canary"
	told := filepath.Join(t.TempDir(), "told")
	ended := make(chan error, 1)
	browserIs(t, `echo "$1" >"`+told+`"`)
	go func() { ended <- cli.Browse(t.Context(), address) }()
	var link string
	for begin := time.Now(); !strings.HasSuffix(link, "\n"); time.Sleep(time.Millisecond) {
		if text, err := os.ReadFile(told); err == nil {
			link = string(text)
		}
		if time.Since(begin) > 20*time.Second {
			t.Fatal("the browser was not started")
		}
	}
	link = strings.TrimSpace(link)
	if !strings.HasPrefix(link, "http://127.0.0.1:") || strings.Contains(link, "canary") {
		t.Fatalf("the browser was told %s", link)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	host, _, _ := strings.Cut(strings.TrimPrefix(link, "http://"), "/")
	if got := come(t, client, "http://"+host+"/"); got != "" {
		t.Errorf("who guesses is sent to %s", got)
	}
	if got := come(t, client, link); got != address {
		t.Errorf("the browser is sent to %q", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// browserIs makes a script the person's browser; the address is its first word.
func browserIs(t *testing.T, script string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "browser")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("BROWSER", path)
}

// come is where a visitor is sent; empty where nowhere.
func come(t *testing.T, client http.Client, link string) string {
	t.Helper()
	answer, err := client.Get(link)
	if err != nil {
		return ""
	}
	defer answer.Body.Close()
	return answer.Header.Get("Location")
}

// TestBrowseAlone holds that the browser, which outlives the command, gets none of the
// variables that hold secrets.
func TestBrowseAlone(t *testing.T) {
	t.Setenv("BRITIVE_API_TOKEN", "canary")
	t.Setenv("DISPLAY", ":7")
	told := filepath.Join(t.TempDir(), "told")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	browserIs(t, `env >"`+told+`"`)
	_ = cli.Browse(ctx, "https://console.example.com/")
	text, err := os.ReadFile(told)
	if err != nil || strings.Contains(string(text), "canary") || !strings.Contains(string(text), "DISPLAY=:7") {
		t.Errorf("it was started with the token, or without the display: %v", err)
	}
}

func TestBrowseFails(t *testing.T) {
	for _, name := range []string{"DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"} {
		t.Setenv(name, "")
	}
	t.Setenv("BROWSER", "/no/such/browser")
	if err := cli.Browse(t.Context(), "https://canary"); jit.CodeOf(err) != jit.NotFound || strings.Contains(err.Error(), "canary") {
		t.Errorf("no browser: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	browserIs(t, "true")
	if err := cli.Browse(ctx, "https://canary"); jit.CodeOf(err) != jit.Unavailable || strings.Contains(err.Error(), "canary") {
		t.Errorf("one that does not come: %v", err)
	}
}
