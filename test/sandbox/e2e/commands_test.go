package e2e_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-jit/kubectl-jit/test/sandbox"
)

// commands are what a script can say beside testscript's own commands.
func commands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"administrator": administrator, "broker": broker, "clock": clock, "dated": dated, "fails": fails, "issuer": issuer, "keep": keep,
		"machine": machine, "mode": mode, "renew": renew, "role": role, "trust": trust,
	}
}

// broker stop|start ends the broker and starts it again, at the same address and
// with the same data; the end of the script starts one that is stopped.
func broker(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 || args[0] != "stop" && args[0] != "start" {
		ts.Fatalf("usage: broker stop|start")
	}
	start := func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		ts.Check(world.ResumeBroker(ctx))
	}
	if args[0] == "start" {
		start()
		return
	}
	world.StopBroker()
	ts.Defer(start)
}

// machine NAME gives alice another home, on a machine with nothing of hers but
// her sign-in. `as NAME` runs a command there.
func machine(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 || sandbox.Users()[args[0]] != "" {
		ts.Fatalf("usage: machine NAME, which is no user's")
	}
	ts.Check(world.AddUser(context.Background(), ts.MkAbs(filepath.Join("home", args[0])), "alice"))
}

// mode MODE has EKS say that the cluster learns in this way who a role is; the end
// of the script changes it back. Access entries are EKS's alone: the authenticator
// here knows aws-auth only.
func mode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: mode CONFIG_MAP|API_AND_CONFIG_MAP|API")
	}
	world.AWS.SetAuthenticationMode(sandbox.Region, sandbox.ClusterName, args[0])
	ts.Defer(func() { world.AWS.SetAuthenticationMode(sandbox.Region, sandbox.ClusterName, "CONFIG_MAP") })
}

// renew throws alice's held tokens away: the next call asks the broker whether
// the checkout stands, and signs a new one, as it does after 14 minutes.
func renew(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: renew")
	}
	tokens, err := filepath.Glob(filepath.Join(heldTokens(ts.Getenv("HOME")), "*"))
	ts.Check(err)
	if len(tokens) == 0 {
		ts.Fatalf("no token is held: nothing to renew")
	}
	for _, token := range tokens {
		ts.Check(os.Remove(token))
	}
}

// clock OFFSET moves the clock of AWS, and of nothing else, this far ahead; the
// end of the script moves it back.
func clock(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: clock OFFSET")
	}
	offset, err := time.ParseDuration(args[0])
	ts.Check(err)
	world.AWS.SetClock(offset)
	ts.Defer(func() { world.AWS.SetClock(0) })
}

// dated OFFSET starts a broker whose clock is so far off, in front of the real one:
// $DATED is its address, dated.crt what signed it. broker.crt is the real one's.
func dated(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: dated OFFSET")
	}
	offset, err := time.ParseDuration(args[0])
	ts.Check(err)
	authority, err := os.ReadFile(world.Broker.CAFile)
	ts.Check(err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	address, err := url.Parse(world.Broker.URL)
	ts.Check(err)
	server := httptest.NewTLSServer(&httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(address) },
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}},
		ModifyResponse: func(r *http.Response) error {
			r.Header.Set("Date", time.Now().Add(offset).UTC().Format(http.TimeFormat))
			return nil
		},
	})
	ts.Defer(server.Close)
	own := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	ts.Check(os.WriteFile(ts.MkAbs("dated.crt"), own, 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("broker.crt"), authority, 0o600))
	ts.Setenv("DATED", server.URL)
}

// trust AUDIENCE changes the condition in the trust policy of EKS-Pod-Manager, and
// "trust -" back; so does the end of the script.
func trust(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: trust AUDIENCE")
	}
	if args[0] == "-" {
		args[0] = ""
	}
	world.Trust("EKS-Pod-Manager", args[0])
	ts.Defer(func() { world.Trust("EKS-Pod-Manager", "") })
}

// keep FILE writes the token that alice's kubeconfig user gets into a file, as a
// thief would.
func keep(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: keep FILE")
	}
	token, err := heldToken(ts.Getenv("HOME"))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(token), 0o600))
}
