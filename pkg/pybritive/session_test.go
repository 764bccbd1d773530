package pybritive_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/pybritive"
	fake "github.com/kubectl-jit/kubectl-jit/test/fake/pybritive"
)

const (
	jitAt = "https://jit.britive-app.com"
	token = "eyJhbGciOiJub25lIn0.eyJ1c2VybmFtZSI6ImFsaWNlIn0.c2lnbmF0dXJlLW9mLXRoZS1zZXNzaW9u"
)

func vars(pairs ...string) func(string) string {
	values := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		values[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return values[name] }
}

func sessionAt(t *testing.T, dir, address string) (pybritive.Session, bool) {
	t.Helper()
	c, err := pybritive.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, ok, err := c.SessionAt(address)
	if err != nil {
		t.Fatal(err)
	}
	return s, ok
}

func TestSessionAt(t *testing.T) {
	until := time.UnixMilli(1_900_000_000_123)
	dir := folder(t, usual)
	err := fake.Plain(dir,
		fake.Session{Section: "j", Token: token, Until: until},
		fake.Session{Section: "jit", Token: "by-its-name", Until: until.Add(-time.Hour)},
		fake.Session{Section: "elsewhere", Token: "not-configured", Until: until},
	)
	if err != nil {
		t.Fatal(err)
	}
	s, ok := sessionAt(t, dir, jitAt)
	if !ok || !s.Until.Equal(until) || !s.Exposed || s.Tenant != jitAt || s.File != filepath.Join(dir, "pybritive.credentials") {
		t.Errorf("got %+v, %v", s, ok)
	}
	if got, err := s.Open(vars()); err != nil || got.Reveal() != token {
		t.Errorf("opened: %v", err)
	}
	if s, ok := sessionAt(t, dir, "https://elsewhere.britive-app.com"); !ok || !s.Until.Equal(until) {
		t.Errorf("a tenant that is not configured: %+v, %v", s, ok)
	}
	if s, ok := sessionAt(t, dir, "https://lab.britive-app.com"); ok {
		t.Errorf("nobody is signed in there: %+v", s)
	}
}

func TestSealedSession(t *testing.T) {
	dir := folder(t, strings.Replace(usual, "credential_backend=file\n", "", 1))
	if _, ok := sessionAt(t, dir, jitAt); ok {
		t.Error("there is no file, and a session")
	}
	const phrase = "correct horse"
	if err := fake.Sealed(dir, phrase, fake.Session{Section: "j", Token: token, Until: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	s, _ := sessionAt(t, dir, jitAt)
	if got, err := s.Open(vars(pybritive.PassphraseVariable, phrase)); err != nil || got.Reveal() != token {
		t.Errorf("opened: %v", err)
	}
	for _, getenv := range []func(string) string{vars(), vars(pybritive.PassphraseVariable, "wrong")} {
		_, err := s.Open(getenv)
		if jit.CodeOf(err) != jit.Denied || !strings.Contains(err.Error(), pybritive.PassphraseVariable) || strings.Contains(err.Error(), token) {
			t.Errorf("opened: %v", err)
		}
	}
	machine := pybritive.MachinePassphrase(vars("USER", "alice"))
	if err := fake.Sealed(dir, machine, fake.Session{Section: "j", Token: token, Until: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	s, _ = sessionAt(t, dir, jitAt)
	if got, err := s.Open(vars("USER", "alice")); err != nil || got.Reveal() != token {
		t.Errorf("opened by the machine's: %v", err)
	}
	if _, err := s.Open(vars("USER", "bob")); err == nil {
		t.Error("somebody else's opens it")
	}
}

// TestMachinePassphrase asks the program uname, as nothing in the reader does but
// for the processor.
func TestMachinePassphrase(t *testing.T) {
	words := []string{"alice"}
	for _, flag := range []string{"-s", "-n", "-r", "-v", "-m", "-p"} {
		out, err := exec.Command("uname", flag).Output()
		if err != nil {
			t.Fatal(err)
		}
		word := strings.ReplaceAll(strings.TrimSpace(string(out)), " ", "")
		if flag == "-p" && word == "unknown" {
			word = ""
		}
		words = append(words, word)
	}
	sum := sha256.Sum256([]byte(strings.Join(words, "|")))
	if got := pybritive.MachinePassphrase(vars("LOGNAME", "alice", "USER", "bob")); got != hex.EncodeToString(sum[:]) {
		t.Errorf("got %s, want that of %q", got, words)
	}
}

// TestUnseal opens what pybritive's own cipher made.
func TestUnseal(t *testing.T) {
	const (
		inner  = "Z0FBQUFBQmxVX0VBQUFFQ0F3UUZCZ2NJQ1FvTERBME9ENGM3QTd0LUhhMlVuQzlueWdfQkp4N3ZLMUY1dXR0WVRRdWlZdm5EY2VTemJtNENmZVNEODZSQ2dILXZBMzBtT1E9PQ=="
		salt   = ":AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
		phrase = "correct horse"
	)
	if got, ok := pybritive.Unseal(inner+salt, phrase); !ok || got != "hello-token" {
		t.Errorf("got %q, %v", got, ok)
	}
	if _, ok := pybritive.Unseal(inner+salt, "wrong"); ok {
		t.Error("another passphrase opens it")
	}
	for _, broken := range []string{"", ":", inner, "x" + inner + salt, inner + salt + strings.Repeat("AAAA", 100)} {
		if got, ok := pybritive.Unseal(broken, phrase); ok {
			t.Errorf("%.20q… gives %q", broken, got)
		}
	}
	token, err := base64.StdEncoding.DecodeString(inner)
	if err != nil {
		t.Fatal(err)
	}
	box, err := base64.URLEncoding.DecodeString(string(token))
	if err != nil {
		t.Fatal(err)
	}
	key, err := base64.URLEncoding.DecodeString("621cjeX8yFC6lIGGplSHTPPlamgygcle_SRgOg5ykIo=")
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := pybritive.Fernet(string(token), key); !ok || got != "hello-token" {
		t.Errorf("got %q, %v", got, ok)
	}
	for i := range box {
		changed := slices.Clone(box)
		changed[i] ^= 1
		if got, ok := pybritive.Fernet(base64.URLEncoding.EncodeToString(changed), key); ok {
			t.Errorf("with byte %d changed it gives %q", i, got)
		}
		if got, ok := pybritive.Fernet(base64.URLEncoding.EncodeToString(box[:i]), key); ok {
			t.Errorf("its first %d bytes give %q", i, got)
		}
	}
}

func TestBrokenSessions(t *testing.T) {
	dir := folder(t, usual)
	if err := fake.Plain(dir, fake.Session{Section: "j]\nsafeExpirationTime=soon\n[k", Token: "x", Until: time.Now()}, fake.Session{Section: "lab", Until: time.Now()}); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{jitAt, "https://lab.britive-app.com"} {
		if s, ok := sessionAt(t, dir, address); ok {
			t.Errorf("%s has %+v", address, s)
		}
	}
}

func TestPerson(t *testing.T) {
	claims := func(text string) string { return "e30." + base64.RawURLEncoding.EncodeToString([]byte(text)) + ".sig" }
	for text, want := range map[string]string{
		token:                        "pybritive:alice",
		claims(`{"username":"bob"}`): "pybritive:bob",
		claims(`{"username":7}`):     "",
		claims(`{}`):                 "",
		claims(`nonsense`):           "",
		"a.%.c":                      "",
		"jit_opaque":                 "",
	} {
		if got := (pybritive.Session{}).Person(jit.NewSecret(text)); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
