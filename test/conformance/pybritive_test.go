package conformance_test

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/britiveapi"
)

// checkedOut looks for an open checkout as the SDK does. A row that is checked in
// would make it look again for ever.
func (s *sdk) checkedOut(p profile) map[string]any {
	s.Helper()
	for _, row := range s.rows(s.must("GET", "/access/app-access-status", "")) {
		if s.str(row, "papId") == p.papID && s.str(row, "environmentId") == p.envID && s.str(row, "accessType") == "PROGRAMMATIC" {
			if in, ok := row["checkedIn"]; !ok || in != nil {
				s.Fatalf("an endless loop: %v", row)
			}
			return row
		}
	}
	return nil
}

// checkout is "pybritive checkout", without an approval.
func (s *sdk) checkout(p profile, body string) (map[string]any, error) {
	s.Helper()
	transaction := s.checkedOut(p)
	if transaction == nil {
		answer, err := s.call("POST", "/access/"+p.papID+"/environments/"+p.envID+"?accessType=PROGRAMMATIC", body)
		if err != nil {
			return nil, err
		}
		transaction = answer.(map[string]any)
	}
	if s.str(transaction, "status") != "checkedOut" {
		s.Fatalf("it would be polled for: %v", transaction)
	}
	s.when(transaction, "expiration")
	if s.str(transaction, "appContainerId") != p.appID {
		s.Fatalf("Application %s not found", transaction["appContainerId"])
	}
	return transaction, nil
}

// credentials reads them as the printer for AWS does.
func (s *sdk) credentials(transaction map[string]any) time.Time {
	s.Helper()
	keys := s.must("GET", "/access/"+s.str(transaction, "transactionId")+"/tokens", "").(map[string]any)
	for _, key := range []string{"accessKeyID", "secretAccessKey", "sessionToken"} {
		if s.str(keys, key) == "" {
			s.Errorf("%s is empty", key)
		}
	}
	return s.when(keys, "expirationTime")
}

// says holds the text of an exception.
func says(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not say %q", err, part)
		}
	}
}

// overBoth plays a test against a jit-broker with every extra on, and against the
// stand-in for a tenant: what a client of Britive's does not notice is no
// difference.
func overBoth(t *testing.T, test func(alice, bob *sdk)) {
	t.Run("jit-broker", func(t *testing.T) {
		engine, _ := newEngine(t)
		server := httptest.NewTLSServer(britiveapi.Handler(engine, britiveapi.Options{}))
		t.Cleanup(server.Close)
		as := func(name string) *sdk { return &sdk{T: t, server: server, token: tokenOf(t, engine, name), ours: true} }
		test(as("alice@example.com"), as("bob@example.com"))
	})
	t.Run("tenant", func(t *testing.T) {
		x := newTenant()
		server := httptest.NewTLSServer(x)
		t.Cleanup(server.Close)
		test(
			&sdk{T: t, server: server, token: x.NewSession("alice@example.com")},
			&sdk{T: t, server: server, token: x.NewAPIToken("bob@example.com", time.Hour)},
		)
	})
}

func TestPybritiveDaily(t *testing.T) {
	overBoth(t, func(alice, _ *sdk) {
		alice.start()
		pods := alice.convert("eks pod manager")
		if pods.kind != "AWS" {
			alice.Errorf("the type is %q", pods.kind)
		}
		first, err := alice.checkout(pods, `{"justification": null}`)
		if err != nil {
			alice.Fatal(err)
		}
		if end := alice.credentials(first); end.Before(time.Now()) {
			alice.Errorf("the keys ended %s", end)
		}
		second, err := alice.checkout(pods, "{}")
		if err != nil || second["transactionId"] != first["transactionId"] {
			alice.Errorf("checked out again: %v, %v", second, err)
		}
		// ls profiles --checked-out
		if rows := alice.rows(alice.must("GET", "/resource-manager/my-resources", "")); len(rows) != 0 {
			alice.Errorf("resources %v", rows)
		}
		alice.when(alice.checkedOut(pods), "expiration")
		// checkin, and all is as before
		back := alice.must("PUT", "/access/"+alice.str(first, "transactionId")+"?type=API", "").(map[string]any)
		if status := alice.str(back, "status"); status != "checkedIn" && status != "checkInSubmitted" {
			alice.Errorf("checked in: %v", back)
		}
		if row := alice.checkedOut(pods); row != nil {
			alice.Errorf("it still stands: %v", row)
		}
		_, err = alice.call("GET", "/access/"+alice.str(first, "transactionId")+"/tokens", "")
		says(alice.T, err, "400 - MA-0008 - ")
		if logout := alice.must("DELETE", "/auth", ""); logout != nil {
			alice.Errorf("logout %v", logout)
		}
		if alice.ours { // by an API token, which lives on; the tenant's session has ended
			alice.must("GET", "/access/app-access-status", "")
		}
	})
}

// TestPybritiveExtend replays "checkout -e", which finds its ids in the older
// listing.
func TestPybritiveExtend(t *testing.T) {
	overBoth(t, func(alice, _ *sdk) {
		pods := alice.convert("EKS Pod Manager")
		transaction, err := alice.checkout(pods, "{}")
		if err != nil {
			alice.Fatal(err)
		}
		var found bool
		for _, app := range alice.rows(alice.must("GET", "/access", "")) {
			for _, p := range alice.rows(app["profiles"]) {
				for _, e := range alice.rows(p["environments"]) {
					found = found || alice.str(app, "appName") == pods.app && alice.str(p, "profileName") == pods.name &&
						alice.str(e, "environmentName") == pods.env && alice.str(p, "profileId") == pods.papID
				}
			}
		}
		if !found {
			alice.Error("the older listing does not have it")
		}
		longer := alice.must("PATCH", "/access/extensions/"+alice.str(transaction, "transactionId"), "").(map[string]any)
		if got := alice.when(longer, "expiration").Sub(alice.when(transaction, "expiration")); got != 30*time.Minute {
			alice.Errorf("extended by %s", got)
		}
	})
}

func TestPybritiveSignedOut(t *testing.T) {
	overBoth(t, func(alice, _ *sdk) {
		for _, token := range []string{"short", strings.Repeat("x", 60), "OIDC::" + strings.Repeat("x", 60)} {
			alice.token = token
			for _, path := range []string{"/features", "/access?type=sdk", "/nothing/at/all"} {
				_, err := alice.call("GET", path, "")
				f, ok := errors.AsType[failure](err)
				if known := path != "/nothing/at/all"; !ok || f.unauthorized != known {
					alice.Errorf("%s with a bad token: %v", path, err)
				}
			}
		}
	})
}

// TestPybritiveRefusals replays what a person gets wrong.
func TestPybritiveRefusals(t *testing.T) {
	overBoth(t, func(alice, _ *sdk) {
		reader := alice.convert("EKS Reader")
		_, err := alice.checkout(reader, "{}")
		says(alice.T, err, "400 - AS-0001 - ")
		if alice.ours { // pybritive does not send it, and a tenant may take it
			_, err = alice.checkout(reader, `{"justification": "`+strings.Repeat("x", 256)+`"}`)
			says(alice.T, err, "400 - AS-0002 - ")
		}
		_, err = alice.call("POST", "/access/"+reader.papID+"/environments/"+reader.envID+"?accessType=CONSOLE", `{"justification": "x"}`)
		says(alice.T, err, "400 - ", "console access is not enabled")
		if strings.Contains(strings.ToLower(err.Error()), "programmatic access is not enabled") {
			alice.Errorf("an endless recursion: %v", err)
		}
		// A name that is not listed makes it ask for everything once more.
		for _, path := range []string{"/access/apps", "/access/apps/" + reader.appID + "/environments", "/access/apps/" + reader.appID + "/environments/" + reader.envID + "/paps"} {
			if rows := alice.rows(alice.must("GET", path, "")); len(rows) == 0 {
				alice.Errorf("%s lists nothing", path)
			}
		}
		_, err = alice.call("POST", "/access/none/environments/none?accessType=PROGRAMMATIC", "{}")
		says(alice.T, err, "404 - E1004 - ")
	})
}

// TestBritivectl holds what bctl reads: only the status of whoami, and credentials
// by the end that it looks for.
func TestBritivectl(t *testing.T) {
	overBoth(t, func(alice, _ *sdk) {
		alice.must("GET", "/v1/users/whoami", "")
		transaction, err := alice.checkout(alice.convert("EKS Pod Manager"), "{}")
		if err != nil {
			alice.Fatal(err)
		}
		keys := alice.must("GET", "/access/"+alice.str(transaction, "transactionId")+"/tokens", "").(map[string]any)
		if alice.ours { // where a tenant does not say it, bctl has no end
			alice.when(keys, "expiration")
		}
		ids := 0
		for key := range keys {
			if strings.EqualFold(key, "accessKeyId") {
				ids++
			}
		}
		if ids != 1 {
			alice.Errorf("%d keys are spelled like an id", ids)
		}
	})
}
