package tenant_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-jit/kubectl-jit/test/fake/aws"
	"github.com/kubectl-jit/kubectl-jit/test/fake/tenant"
)

const (
	pods   = "/api/access/pods/environments/e1?accessType=PROGRAMMATIC"
	status = "/api/access/app-access-status"
)

// listed holds the statuses of a person's checkouts.
func (w *wire) listed(want ...string) {
	w.Helper()
	rows := w.must("GET", status, "").([]any)
	if len(rows) != len(want) {
		w.Fatalf("%v are listed, want %q", rows, want)
	}
	for i, row := range rows {
		if got := w.field(row, "status"); got != want[i] {
			w.Errorf("%d is %s, want %s", i, got, want[i])
		}
	}
}

func TestCheckout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newTenant(tenant.Options{})
		w := alice(t, x)
		opened := w.must("POST", pods, `{"justification":null}`)
		id := w.field(opened, "transactionId")
		if w.field(opened, "status") != "checkedOut" || w.field(opened, "papId") != "pods" || w.field(opened, "environmentId") != "e1" ||
			w.field(opened, "expiration") != "2000-01-01T01:00:00Z" || opened.(map[string]any)["checkedIn"] != nil {
			t.Errorf("opened %v", opened)
		}
		w.fails(400, "E1001", "POST", pods, "{}")
		w.must("POST", "/api/access/pods/environments/e1?accessType=CONSOLE", "{}") // beside
		w.must("POST", "/api/access/pods/environments/e2", "{}")                    // elsewhere
		as(t, x, "Bearer "+x.NewSession("bob")).must("POST", pods, "{}")            // somebody else
		w.fails(404, "E1004", "POST", "/api/access/none/environments/e1", "{}")
		as(t, x, "Bearer "+x.NewSession("carol")).fails(404, "E1004", "POST", pods, "{}")

		longer := w.must("PATCH", "/api/access/extensions/"+id, "")
		if w.field(longer, "expiration") != "2000-01-01T01:30:00Z" {
			t.Errorf("extended %v", longer)
		}
		w.fails(400, "MA-0004", "PATCH", "/api/access/extensions/"+id, "")
		as(t, x, "Bearer "+x.NewSession("bob")).fails(404, "E1004", "GET", "/api/access/"+id+"/tokens", "")

		w.fails(400, "E1003", "PUT", "/api/access/"+id, "")
		ended := w.must("PUT", "/api/access/"+id+"?type=API", "")
		if w.field(ended, "status") != "checkedIn" || w.field(ended, "checkedIn") == "" {
			t.Errorf("checked in %v", ended)
		}
		w.listed("checkedOut", "checkedOut")
		w.fails(400, "CI-0001", "PUT", "/api/access/"+id+"?type=API", "")
		w.fails(400, "MA-0008", "GET", "/api/access/"+id+"/tokens", "")
		w.fails(400, "MA-0008", "PATCH", "/api/access/extensions/"+id, "")
		time.Sleep(time.Hour)
		w.listed()
	})
}

// TestSetup holds what takes time, and what fails.
func TestSetup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := alice(t, newTenant(tenant.Options{}))
		const slow, broken = "/api/access/slow/environments/e2", "/api/access/broken/environments/e2"
		id := w.field(w.must("POST", slow, "{}"), "transactionId")
		w.listed("checkOutSubmitted")
		w.fails(400, "MA-0001", "GET", "/api/access/"+id+"/tokens", "")
		w.fails(400, "E1001", "POST", slow, "{}")
		time.Sleep(time.Minute)
		w.listed("checkedOut")
		w.must("GET", "/api/access/"+id+"/tokens", "")
		w.must("PUT", "/api/access/"+id+"?type=API", "")
		w.listed("checkInSubmitted")
		w.fails(400, "E1001", "POST", slow, "{}")
		time.Sleep(10 * time.Second)
		w.listed()
		w.must("POST", slow, "{}")

		w.must("POST", broken, "{}")
		time.Sleep(time.Second)
		w.listed("checkOutSubmitted", "checkOutFailed")
		if row := w.must("GET", status, "").([]any)[1]; w.field(row, "errorMessage") != "no such role" {
			t.Errorf("failed: %v", row)
		}
		time.Sleep(time.Minute)
		w.listed("checkedOut")
	})
}

func TestTicket(t *testing.T) {
	w := alice(t, newTenant(tenant.Options{}))
	const path = "/api/access/ticket/environments/e2"
	for body, code := range map[string]string{
		`{}`: "AS-0003", `{"ticketId":"INC-1"}`: "AS-0004", `{"ticketType":"issue"}`: "AS-0005",
		`{"ticketType":"change","ticketId":"INC-1"}`: "AS-0006", `{"ticketType":"issue","ticketId":"INC-2"}`: "AS-0007",
	} {
		w.fails(400, code, "POST", path, body)
	}
	settings := w.must("GET", path+"/settings", "").(map[string]any)["itsmSetting"].(map[string]any)
	if settings["isITSMEnabled"] != true {
		t.Errorf("settings %v", settings)
	}
	w.must("POST", path, `{"ticketType":"issue","ticketId":"INC-1"}`)
}

func TestJustification(t *testing.T) {
	w := alice(t, newTenant(tenant.Options{}))
	const path = "/api/access/reason/environments/e2"
	w.fails(400, "AS-0001", "POST", path, `{"justification":""}`)
	w.fails(400, "AS-0002", "POST", path, `{"justification":"just because"}`)
	settings := w.must("GET", path+"/settings", "").(map[string]any)["justificationSetting"]
	if w.field(settings, "justificationRegex") != "^INC-" {
		t.Errorf("settings %v", settings)
	}
	w.must("POST", path, `{"justification":"INC-42"}`)
}

// TestCredentials holds the three forms.
func TestCredentials(t *testing.T) {
	account, err := aws.Start(aws.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = account.Close() })
	account.AddRole(aws.Role{Name: "EKS-Pod-Manager"})
	x := newTenant(tenant.Options{AWS: func(role, session string, lasts time.Duration) tenant.Keys {
		return tenant.Keys(account.Issue(role, session, lasts))
	}})
	w := alice(t, x)
	id := w.field(w.must("POST", pods, "{}"), "transactionId")
	keys := w.must("GET", "/api/access/"+id+"/tokens", "")
	if got := w.field(keys, "accessKeyID"); len(got) != 20 || w.field(keys, "secretAccessKey") == "" || w.field(keys, "sessionToken") == "" {
		t.Errorf("keys %v", keys)
	}
	w.fails(400, "E1003", "GET", "/api/access/"+id+"/url", "")

	id = w.field(w.must("POST", "/api/access/view/environments/e3", "{}"), "transactionId")
	token := w.field(w.must("GET", "/api/access/"+id+"/tokens", ""), "jwt")
	claims := claimsOf(t, token)
	if claims["sub"] != "alice" || claims["aud"] != "k8s" || claims["iss"] != host || claims["groups"].([]any)[0] != "viewers" {
		t.Errorf("the cluster reads %v", claims)
	}

	w.fails(400, "E1000", "POST", "/api/access/web/environments/e2", "{}")
	w.fails(400, "E1000", "POST", "/api/access/slow/environments/e2?accessType=CONSOLE", "{}")
	id = w.field(w.must("POST", "/api/access/web/environments/e2?accessType=CONSOLE", "{}"), "transactionId")
	w.field(w.must("GET", "/api/access/"+id+"/url", ""), "url")
	w.fails(400, "E1003", "GET", "/api/access/"+id+"/tokens", "")
}
