package held_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/held"
)

// now is the moment at which the tests play. Files get it as their time, so that
// the check for a clock that was set back does not see the real one.
var now = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

const token = "k8s-aws-v1.aHR0cHM6Ly9zdHM_eA"

// hold writes a token that ends in 14 minutes and is renewed in 10.
func hold(t *testing.T) (path string) {
	t.Helper()
	path = held.Path(filepath.Join(t.TempDir(), "cache"), "name")
	if err := held.Write(path, token, now.Add(14*time.Minute), now.Add(10*time.Minute)); err != nil {
		t.Fatal(err)
	}
	setTime(t, path, now)
	return path
}

func setTime(t *testing.T, path string, when time.Time) {
	t.Helper()
	if err := os.Chtimes(path, when, when); err != nil {
		t.Fatal(err)
	}
}

func TestWriteThenRead(t *testing.T) {
	status, ok := held.Read(hold(t), now)
	if !ok {
		t.Fatal("a fresh token is not read")
	}
	got, expires, ok := held.Parse(status)
	if !ok || got != token || !expires.Equal(now.Add(14*time.Minute)) {
		t.Errorf("read %q until %v, %v", got, expires, ok)
	}
}

func TestReadInTime(t *testing.T) {
	path := hold(t)
	tests := []struct {
		after time.Duration
		want  bool
	}{
		{0, true},
		{10*time.Minute - time.Second, true},
		{10 * time.Minute, false},
		{15 * time.Minute, false},
		{-59 * time.Second, true},  // clocks are never quite equal
		{-61 * time.Second, false}, // the clock was set back since
	}
	for _, tt := range tests {
		if _, ok := held.Read(path, now.Add(tt.after)); ok != tt.want {
			t.Errorf("after %v: held %v, want %v", tt.after, ok, tt.want)
		}
	}
}

// TestNeverAboutToEnd holds that a file which promises more than its token can
// keep is a miss.
func TestNeverAboutToEnd(t *testing.T) {
	path := hold(t)
	for _, tt := range []struct {
		left time.Duration
		want bool
	}{{11 * time.Second, true}, {10 * time.Second, false}, {-time.Second, false}} {
		status, err := held.Status(token, now.Add(tt.left))
		if err != nil {
			t.Fatal(err)
		}
		overwrite(t, path, "kubectl-jit/1 9999999999\n"+string(status)+"\n")
		if _, ok := held.Read(path, now); ok != tt.want {
			t.Errorf("%v before the end: held %v, want %v", tt.left, ok, tt.want)
		}
	}
}

func overwrite(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	setTime(t, path, now)
}

func TestBadFileIsMiss(t *testing.T) {
	path := hold(t)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{
		"empty":                  "",
		"cut short":              string(good[:len(good)-1]),
		"half":                   string(good[:len(good)/2]),
		"one line":               strings.SplitAfter(string(good), "\n")[0],
		"another form":           strings.Replace(string(good), "jit/1", "jit/2", 1),
		"no number":              strings.Replace(string(good), "jit/1 ", "jit/1 x", 1),
		"more behind":            string(good) + "{}\n",
		"a quote in the token":   strings.Replace(string(good), token, token+`","x":"`, 1),
		"no end":                 strings.Replace(string(good), "2026-01-01T", "2026-99-99T", 1),
		"another field first":    strings.Replace(string(good), `{"exp`, `{"Exp`, 1),
		"too large":              strings.Replace(string(good), token, strings.Repeat("x", 17<<10), 1),
		"binary":                 "\x00\x01\x02",
		"an empty second line":   "kubectl-jit/1 9999999999\n\n",
		"an empty token":         strings.Replace(string(good), token, "", 1),
		"the number overflows":   strings.Replace(string(good), "jit/1 ", "jit/1 99999999999999999999", 1),
		"a NUL inside":           strings.Replace(string(good), token, "a\x00b", 1),
		"an end in another zone": strings.Replace(string(good), "00Z", "00+", 1),
	}
	for name, text := range tests {
		overwrite(t, path, text)
		if _, ok := held.Read(path, now); ok {
			t.Errorf("%s: held", name)
		}
	}
	overwrite(t, path, string(good))
	if _, ok := held.Read(path, now); !ok {
		t.Error("the good file is a miss")
	}
}

func TestReadNothing(t *testing.T) {
	folder := t.TempDir()
	for _, path := range []string{"", folder, filepath.Join(folder, "missing")} {
		if _, ok := held.Read(path, now); ok {
			t.Errorf("Read(%q) finds something", path)
		}
	}
}

func TestClear(t *testing.T) {
	path := hold(t)
	cacheDir := filepath.Dir(filepath.Dir(path))
	for range 2 {
		if err := held.Clear(cacheDir); err != nil {
			t.Fatal(err)
		}
		if _, ok := held.Read(path, now); ok {
			t.Error("a token is left")
		}
	}
	if _, err := os.Stat(cacheDir); err != nil {
		t.Errorf("more than the tokens is gone: %v", err)
	}
	if err := held.Clear(""); err != nil {
		t.Errorf("without a home: %v", err)
	}
}

func TestWriteRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens", "name")
	later := now.Add(time.Minute)
	if err := held.Write(path, token, now, later); err == nil {
		t.Error("a token that ends before its renewal is held")
	}
	if err := held.Write(path, "a\"b", later, now); err == nil {
		t.Error("a token with a quote is held")
	}
	if err := held.Write("", token, later, now); err == nil {
		t.Error("without a home a token is held")
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file is left: %v", err)
	}
}

func TestAnswer(t *testing.T) {
	status, err := held.Status(token, now)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := held.Answer(&out, held.V1beta1, status); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Kind, APIVersion string
		Status           struct {
			Token               string
			ExpirationTimestamp time.Time
		}
	}
	decoder := json.NewDecoder(bytes.NewReader(out.Bytes()))
	if err := decoder.Decode(&got); err != nil {
		t.Fatalf("%s: %v", out.Bytes(), err)
	}
	if got.Kind != "ExecCredential" || got.APIVersion != held.V1beta1 || got.Status.Token != token || !got.Status.ExpirationTimestamp.Equal(now) {
		t.Errorf("answered %+v", got)
	}
	if !bytes.HasSuffix(out.Bytes(), []byte("}\n")) || bytes.Count(out.Bytes(), []byte("\n")) != 1 {
		t.Error("the answer is not one line")
	}
}

func TestVersion(t *testing.T) {
	tests := []struct {
		info, want string
		ok         bool
	}{
		{"", held.V1, true},
		{`{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false}}` + "\n", held.V1, true},
		{`{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","spec":{"interactive":true}}` + "\n", held.V1beta1, true},
		{`{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1alpha1","spec":{"interactive":true}}`, "", false},
		{`{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1`, "", false},
		{`{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"interactive":false}}`, "", false},
		{`{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"cluster":{},"interactive":false}}`, held.V1, true},
		{`{"kind":"Other","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false}}`, "", false},
		{"garbage", "", false},
	}
	for _, tt := range tests {
		if got, ok := held.Version(tt.info); got != tt.want || ok != tt.ok {
			t.Errorf("Version(%q) = %q, %v", tt.info, got, ok)
		}
	}
}

// FuzzParse holds that Parse reads only what Status writes.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"expirationTimestamp":"2026-01-01T00:00:00Z","token":"a"}`))
	f.Add([]byte(`{"expirationTimestamp":"2026-01-01T00:00:00Z","token":""}`))
	f.Fuzz(func(t *testing.T, status []byte) {
		text, expires, ok := held.Parse(status)
		if !ok {
			return
		}
		again, err := held.Status(text, expires)
		if err != nil || !bytes.Equal(again, status) {
			t.Errorf("%q is read, and written as %q (%v)", status, again, err)
		}
	})
}
