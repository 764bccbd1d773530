package script_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-jit/kubectl-jit/test/fake/pybritive"
)

type command = func(ts *testscript.TestScript, neg bool, args []string)

// commands are what a script may say beside exec.
func commands(programs *installation) map[string]command {
	return map[string]command{
		"broker":           func(ts *testscript.TestScript, _ bool, args []string) { rigOf(ts).startBroker(ts, args) },
		"tenant":           func(ts *testscript.TestScript, _ bool, args []string) { rigOf(ts).startTenant(ts) },
		"tenant-workloads": func(ts *testscript.TestScript, _ bool, args []string) { rigOf(ts).tenantWorkloads(ts) },
		"tenant-redirects": func(ts *testscript.TestScript, _ bool, args []string) { rigOf(ts).tenantRedirects(args) },
		"tenant-fails":     func(ts *testscript.TestScript, _ bool, args []string) { rigOf(ts).tenantFails(ts, args) },
		"tenant-says":      func(ts *testscript.TestScript, _ bool, args []string) { rigOf(ts).tenantSays(ts, args) },
		"tenant-ends":      func(ts *testscript.TestScript, _ bool, args []string) { rigOf(ts).tenantEnds(ts, args) },
		"cluster":          func(ts *testscript.TestScript, _ bool, args []string) { rigOf(ts).startCluster(ts) },
		"access-entries":   func(ts *testscript.TestScript, _ bool, args []string) { rigOf(ts).accessEntries(args[0]) },
		"aws-user":         func(ts *testscript.TestScript, _ bool, args []string) { rigOf(ts).awsUser(ts, args) },
		"revoke":           func(ts *testscript.TestScript, _ bool, args []string) { rigOf(ts).revoke(ts, args[0]) },
		"await":            await,
		"await-request":    awaitRequest,
		"no-secrets":       noSecrets,
		"harmless":         harmless,
		"private":          private,
		"sealed":           sealed,
		"holds-something":  holdsSomething,
		"install":          programs.install,
		"proxy":            startProxy,
		"pybritive":        signInPybritive,
		"tenant-offers":    func(ts *testscript.TestScript, _ bool, args []string) { rigOf(ts).tenantOffers(ts, args[0]) },
	}
}

// signInPybritive plain|sealed SECTION USER LIFE leaves a session of pybritive's in
// the home folder: a new one of a Britive tenant, else one with a user's token. The
// passphrase of a sealed one is the variable's.
func signInPybritive(ts *testscript.TestScript, _ bool, args []string) {
	life, err := time.ParseDuration(args[3])
	ts.Check(err)
	r := rigOf(ts)
	session := pybritive.Session{Section: args[1], Token: r.tokens[args[2]], Until: time.Now().Add(life)}
	if r.tenant != nil {
		session.Token = r.tenant.NewSession(args[2] + "@example.com")
		r.tokens["pybritive "+args[2]] = session.Token
	}
	folder := filepath.Join(ts.Getenv("HOME"), ".britive")
	if args[0] == "plain" {
		ts.Check(pybritive.Plain(folder, session))
		return
	}
	ts.Check(pybritive.Sealed(folder, ts.Getenv("PYBRITIVE_ENCRYPTED_CREDENTIAL_PASSPHRASE"), session))
}

// awaitRequest USER waits until a request awaits the user's decision.
func awaitRequest(ts *testscript.TestScript, _ bool, args []string) {
	for begin := time.Now(); time.Since(begin) < 20*time.Second; time.Sleep(20 * time.Millisecond) {
		cmd := exec.Command("as", args[0], "kubectl-jit", "requests", "-o", "name")
		cmd.Env = rigOf(ts).environ(ts)
		out, err := cmd.Output()
		ts.Check(err)
		if len(out) > 0 {
			return
		}
	}
	ts.Fatalf("no request awaits %s", args[0])
}

// noSecrets FILE… holds that none of the files shows a token or an AWS key.
func noSecrets(ts *testscript.TestScript, _ bool, args []string) {
	secret := regexp.MustCompile(`jit_[A-Za-z0-9_-]{20}|k8s-aws-v1\.|ASIA[A-Z0-9]{12}|AKIA[A-Z0-9]{12}`)
	for _, name := range args {
		text := ts.ReadFile(name)
		if found := secret.FindString(text); found != "" {
			ts.Fatalf("%s shows %.12s…", name, found)
		}
		for _, token := range rigOf(ts).secrets() {
			if strings.Contains(text, token) {
				ts.Fatalf("%s shows %.12s…", name, token)
			}
		}
	}
}

// harmless FILE… holds that nothing in the files can drive a terminal.
func harmless(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		for _, r := range ts.ReadFile(name) {
			if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
				ts.Fatalf("%s holds %U", name, r)
			}
		}
	}
}

// private DIR… holds that everything below is its owner's alone.
func private(ts *testscript.TestScript, _ bool, args []string) {
	for _, dir := range args {
		walk(ts, dir, func(path string, info fs.FileInfo) {
			if info.Mode().Perm()&0o077 != 0 {
				ts.Fatalf("%s has mode %v", path, info.Mode())
			}
		})
	}
}

// sealed PATH… holds that no file below shows an API token or the AWS keys, in
// the clear or in a simple disguise.
func sealed(ts *testscript.TestScript, _ bool, args []string) {
	secrets := rigOf(ts).secrets()
	keys := regexp.MustCompile(`ASIA[A-Z0-9]{12}`)
	for _, dir := range args {
		walk(ts, dir, func(path string, info fs.FileInfo) {
			if info.IsDir() {
				return
			}
			data, err := os.ReadFile(path)
			ts.Check(err)
			if keys.Match(data) {
				ts.Fatalf("%s holds AWS keys in the clear", path)
			}
			for _, secret := range secrets {
				for _, form := range []string{secret, hex.EncodeToString([]byte(secret)), base64.StdEncoding.EncodeToString([]byte(secret))} {
					if bytes.Contains(data, []byte(strings.TrimRight(form, "="))) {
						ts.Fatalf("%s holds a secret in the clear", path)
					}
				}
			}
		})
	}
}

// holdsSomething DIR holds that there is a file with something in it below.
func holdsSomething(ts *testscript.TestScript, neg bool, args []string) {
	found := ""
	walk(ts, args[0], func(path string, info fs.FileInfo) {
		if !info.IsDir() && info.Size() > 0 {
			found = path
		}
	})
	switch {
	case neg && found != "":
		ts.Fatalf("there is %s", found)
	case !neg && found == "":
		ts.Fatalf("there is nothing in %s", args[0])
	}
}

// walk visits everything below a path; what is not there has nothing below.
func walk(ts *testscript.TestScript, path string, visit func(path string, info fs.FileInfo)) {
	err := filepath.Walk(ts.MkAbs(path), func(path string, info fs.FileInfo, err error) error {
		if err != nil {
			if os.IsNotExist(err) {
				return nil
			}
			return err
		}
		visit(path, info)
		return nil
	})
	ts.Check(err)
}
