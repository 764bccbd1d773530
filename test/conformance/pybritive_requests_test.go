package conformance_test

import (
	"slices"
	"strings"
	"testing"
)

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
	overBoth(t, func(alice, bob *sdk) {
		admin := alice.convert("EKS Cluster Admin")
		path := "/access/" + admin.papID + "/environments/" + admin.envID
		const why = `{"justification": "INC-42"}`
		_, err := alice.checkout(admin, "{}")
		says(alice.T, err, "400 - MA-0010 - ")
		if alice.ours {
			says(alice.T, err, "bob@example.com", "kubectl jit request create")
		}

		_, err = alice.checkout(admin, why)
		says(alice.T, err, "MA-0010")
		asked := alice.must("POST", path+"/approvalRequest", why).(map[string]any)
		id := alice.str(asked, "requestId")
		if status := alice.approvalStatus(id); status != "pending" {
			alice.Errorf("it is %s", status)
		}
		_, err = alice.call("POST", path+"/approvalRequest", why)
		says(alice.T, err, "400 - MA-0011 - ")

		row := bob.newestFirst("myApprovals")[0]
		if bob.str(row, "requestId") != id || bob.str(row, "userId") != "alice@example.com" || bob.str(row, "justification") != "INC-42" {
			alice.Errorf("bob sees %v", row)
		}
		bob.must("PATCH", "/v1/approvals/"+id+"?approveRequest=yes", `{"approverComment": ""}`)
		if status := alice.approvalStatus(id); status != "approved" {
			alice.Errorf("it is %s", status)
		}
		transaction, err := alice.checkout(admin, why)
		if err != nil {
			alice.Fatal(err)
		}
		alice.credentials(transaction)
	})
}

// TestPybritiveRequests replays "request submit", "withdraw" and "reject".
func TestPybritiveRequests(t *testing.T) {
	overBoth(t, func(alice, bob *sdk) {
		admin := alice.convert("EKS Cluster Admin")
		path := "/access/" + admin.papID + "/environments/" + admin.envID + "/approvalRequest"
		submit := func() string {
			return alice.str(alice.must("POST", path, `{"justification": "INC-42"}`).(map[string]any), "requestId")
		}
		id := submit()
		alice.must("DELETE", "/v1/approvals/consumer/papservice/resource?resourceId="+admin.papID+"/"+admin.envID, "")
		if status := alice.approvalStatus(id); status != "withdrawn" {
			alice.Errorf("it is %s", status)
		}
		id = submit()
		alice.must("DELETE", "/v1/approvals/"+id, "") // Ctrl-C
		id = submit()
		_, err := alice.call("PATCH", "/v1/approvals/"+id+"?approveRequest=yes", `{"approverComment": ""}`)
		says(alice.T, err, "403 - PE-0002 - ")
		bob.must("PATCH", "/v1/approvals/"+id+"?approveRequest=no", `{"approverComment": ""}`)
		if status := alice.approvalStatus(id); status != "rejected" {
			alice.Errorf("it is %s", status)
		}
		if rows := alice.newestFirst("myRequests"); len(rows) != 3 {
			alice.Errorf("alice sees %v", rows)
		}
		_, err = alice.call("POST", path, `{"justification": ""}`)
		says(alice.T, err, "400 - MA-0009 - ")
	})
}
