package conformance_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
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

func TestPybritiveDaily(t *testing.T) {
	alice, _ := newSDK(t)
	alice.start()
	pods := alice.convert("eks pod manager")
	if pods.kind != "AWS" {
		t.Errorf("the type is %q", pods.kind)
	}
	first, err := alice.checkout(pods, `{"justification": null}`)
	if err != nil {
		t.Fatal(err)
	}
	if end := alice.credentials(first); end.Before(time.Now()) {
		t.Errorf("the keys ended %s", end)
	}
	second, err := alice.checkout(pods, "{}")
	if err != nil || second["transactionId"] != first["transactionId"] {
		t.Errorf("checked out again: %v, %v", second, err)
	}
	// ls profiles --checked-out
	if rows := alice.rows(alice.must("GET", "/resource-manager/my-resources", "")); len(rows) != 0 {
		t.Errorf("resources %v", rows)
	}
	alice.when(alice.checkedOut(pods), "expiration")
	// checkin, and all is as before
	back := alice.must("PUT", "/access/"+alice.str(first, "transactionId")+"?type=API", "").(map[string]any)
	if status := alice.str(back, "status"); status != "checkedIn" && status != "checkInSubmitted" {
		t.Errorf("checked in: %v", back)
	}
	if row := alice.checkedOut(pods); row != nil {
		t.Errorf("it still stands: %v", row)
	}
	_, err = alice.call("GET", "/access/"+alice.str(first, "transactionId")+"/tokens", "")
	says(t, err, "400 - MA-0008 - ")
	if logout := alice.must("DELETE", "/auth", ""); logout != nil {
		t.Errorf("logout %v", logout)
	}
}

// TestPybritiveExtend replays "checkout -e", which finds its ids in the older
// listing.
func TestPybritiveExtend(t *testing.T) {
	alice, _ := newSDK(t)
	pods := alice.convert("EKS Pod Manager")
	transaction, err := alice.checkout(pods, "{}")
	if err != nil {
		t.Fatal(err)
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
		t.Error("the older listing does not have it")
	}
	longer := alice.must("PATCH", "/access/extensions/"+alice.str(transaction, "transactionId"), "").(map[string]any)
	if got := alice.when(longer, "expiration").Sub(alice.when(transaction, "expiration")); got != 30*time.Minute {
		t.Errorf("extended by %s", got)
	}
}

func TestPybritiveSignedOut(t *testing.T) {
	alice, _ := newSDK(t)
	for _, token := range []string{"short", strings.Repeat("x", 60), "OIDC::" + strings.Repeat("x", 60)} {
		alice.token = token
		for _, path := range []string{"/features", "/access?type=sdk", "/nothing/at/all"} {
			_, err := alice.call("GET", path, "")
			f, ok := errors.AsType[failure](err)
			if known := path != "/nothing/at/all"; !ok || f.unauthorized != known {
				t.Errorf("%s with a bad token: %v", path, err)
			}
		}
	}
}

// approvalStatuses are all that pybritive knows. Any other is a KeyError.
var approvalStatuses = []string{"pending", "approved", "rejected", "cancelled", "timeout", "withdrawn"}

func (s *sdk) approvalStatus(id string) string {
	s.Helper()
	status := strings.ToLower(s.str(s.must("GET", "/v1/approvals/"+id, "").(map[string]any), "status"))
	if !slices.Contains(approvalStatuses, status) {
		s.Fatalf("KeyError: %q", status)
	}
	return status
}

// newestFirst lists requests as "ls approvals" does.
func (s *sdk) newestFirst(kind string) []map[string]any {
	s.Helper()
	rows := s.rows(s.must("GET", "/v1/approvals?requestType="+kind, ""))
	slices.SortStableFunc(rows, func(a, b map[string]any) int {
		return strings.Compare(s.str(b, "createdAt"), s.str(a, "createdAt"))
	})
	return rows
}

// TestPybritiveApproval replays "checkout -j", bob's "ls approvals" and "request
// approve", and the checkout that goes on.
func TestPybritiveApproval(t *testing.T) {
	alice, bob := newSDK(t)
	admin := alice.convert("EKS Cluster Admin")
	path := "/access/" + admin.papID + "/environments/" + admin.envID
	const why = `{"justification": "INC-42"}`
	_, err := alice.checkout(admin, "{}")
	says(t, err, "400 - MA-0010 - ", "bob@example.com", "kubectl jit request create")

	_, err = alice.checkout(admin, why)
	says(t, err, "MA-0010")
	asked := alice.must("POST", path+"/approvalRequest", why).(map[string]any)
	id := alice.str(asked, "requestId")
	if status := alice.approvalStatus(id); status != "pending" {
		t.Errorf("it is %s", status)
	}
	_, err = alice.call("POST", path+"/approvalRequest", why)
	says(t, err, "400 - MA-0011 - ")

	row := bob.newestFirst("myApprovals")[0]
	if bob.str(row, "requestId") != id || bob.str(row, "userId") != "alice@example.com" || bob.str(row, "justification") != "INC-42" {
		t.Errorf("bob sees %v", row)
	}
	bob.must("PATCH", "/v1/approvals/"+id+"?approveRequest=yes", `{"approverComment": ""}`)
	if status := alice.approvalStatus(id); status != "approved" {
		t.Errorf("it is %s", status)
	}
	transaction, err := alice.checkout(admin, why)
	if err != nil {
		t.Fatal(err)
	}
	alice.credentials(transaction)
}

// TestPybritiveRequests replays "request submit", "withdraw" and "reject".
func TestPybritiveRequests(t *testing.T) {
	alice, bob := newSDK(t)
	admin := alice.convert("EKS Cluster Admin")
	path := "/access/" + admin.papID + "/environments/" + admin.envID + "/approvalRequest"
	submit := func() string {
		return alice.str(alice.must("POST", path, `{"justification": "INC-42"}`).(map[string]any), "requestId")
	}
	id := submit()
	alice.must("DELETE", "/v1/approvals/consumer/papservice/resource?resourceId="+admin.papID+"/"+admin.envID, "")
	if status := alice.approvalStatus(id); status != "withdrawn" {
		t.Errorf("it is %s", status)
	}
	id = submit()
	alice.must("DELETE", "/v1/approvals/"+id, "") // Ctrl-C
	id = submit()
	_, err := alice.call("PATCH", "/v1/approvals/"+id+"?approveRequest=yes", `{"approverComment": ""}`)
	says(t, err, "403 - PE-0002 - ")
	bob.must("PATCH", "/v1/approvals/"+id+"?approveRequest=no", `{"approverComment": ""}`)
	if status := alice.approvalStatus(id); status != "rejected" {
		t.Errorf("it is %s", status)
	}
	if rows := alice.newestFirst("myRequests"); len(rows) != 3 {
		t.Errorf("alice sees %v", rows)
	}
	_, err = alice.call("POST", path, `{"justification": ""}`)
	says(t, err, "400 - MA-0009 - ")
}

// TestPybritiveRefusals replays what a person gets wrong.
func TestPybritiveRefusals(t *testing.T) {
	alice, _ := newSDK(t)
	reader := alice.convert("EKS Reader")
	_, err := alice.checkout(reader, "{}")
	says(t, err, "400 - AS-0001 - ")
	_, err = alice.checkout(reader, `{"justification": "`+strings.Repeat("x", 256)+`"}`)
	says(t, err, "400 - AS-0002 - ")
	_, err = alice.call("POST", "/access/"+reader.papID+"/environments/"+reader.envID+"?accessType=CONSOLE", `{"justification": "x"}`)
	says(t, err, "400 - ", "console access is not enabled")
	if strings.Contains(strings.ToLower(err.Error()), "programmatic access is not enabled") {
		t.Errorf("an endless recursion: %v", err)
	}
	// A name that is not listed makes it ask for everything once more.
	for _, path := range []string{"/access/apps", "/access/apps/" + reader.appID + "/environments", "/access/apps/" + reader.appID + "/environments/" + reader.envID + "/paps"} {
		if rows := alice.rows(alice.must("GET", path, "")); len(rows) == 0 {
			t.Errorf("%s lists nothing", path)
		}
	}
	_, err = alice.call("POST", "/access/none/environments/none?accessType=PROGRAMMATIC", "{}")
	says(t, err, "404 - E1004 - ")
}

// TestBritivectl holds what bctl reads: only the status of whoami, and credentials
// by the end that it looks for.
func TestBritivectl(t *testing.T) {
	alice, _ := newSDK(t)
	alice.must("GET", "/v1/users/whoami", "")
	transaction, err := alice.checkout(alice.convert("EKS Pod Manager"), "{}")
	if err != nil {
		t.Fatal(err)
	}
	keys := alice.must("GET", "/access/"+alice.str(transaction, "transactionId")+"/tokens", "").(map[string]any)
	alice.when(keys, "expiration")
	ids := 0
	for key := range keys {
		if strings.EqualFold(key, "accessKeyId") {
			ids++
		}
	}
	if ids != 1 {
		t.Errorf("%d keys are spelled like an id", ids)
	}
}
