package tenant_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-jit/kubectl-jit/test/fake/tenant"
)

const (
	admin = "/api/access/admin/environments/e2"
	why   = `{"justification":"INC-42"}`
	list  = "/api/v1/approvals"
)

func (w *wire) request(id, want string) {
	w.Helper()
	if got := w.field(w.must("GET", list+"/"+id, ""), "status"); got != want {
		w.Errorf("the request is %s, want %s", got, want)
	}
}

func TestApproval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newTenant(tenant.Options{})
		w, lead, carol := alice(t, x), as(t, x, "Bearer "+x.NewSession("bob")), as(t, x, "Bearer "+x.NewSession("carol"))
		w.fails(400, "MA-0010", "POST", admin, why)
		w.fails(400, "MA-0009", "POST", admin+"/approvalRequest", "{}")
		w.fails(400, "E1003", "POST", admin+"/approvalRequest", `{"justification":"x","ticketId":"7"}`)
		asked := w.must("POST", admin+"/approvalRequest", why).(map[string]any)
		id := w.field(asked, "requestId")
		if len(asked) != 1 {
			t.Errorf("asked: %v", asked)
		}
		w.fails(400, "MA-0011", "POST", admin+"/approvalRequest", why)
		w.fails(400, "MA-0010", "POST", admin, why)
		w.fails(403, "PE-0002", "PATCH", list+"/"+id+"?approveRequest=yes", "{}")
		lead.fails(403, "PE-0002", "DELETE", list+"/"+id, "")
		carol.fails(404, "E1004", "GET", list+"/"+id, "")
		carol.fails(404, "E1004", "PATCH", list+"/"+id+"?approveRequest=yes", "{}")
		lead.fails(400, "E1003", "PATCH", list+"/"+id+"?approveRequest=maybe", "{}")
		for _, path := range []string{list + "?requestType=myApprovals", list + "/?requestType=myApprovals&filter=status%20eq%20PENDING&createdWithinDays=1"} {
			rows := lead.must("GET", path, "").([]any)
			if len(rows) != 1 || w.field(rows[0], "userId") != "alice" || w.field(rows[0], "resource") != "admin/e2" || w.field(rows[0], "status") != "PENDING" {
				t.Errorf("the lead sees %v", rows)
			}
		}
		if none := w.must("GET", list+"?requestType=myApprovals", "").([]any); len(none) != 0 {
			t.Errorf("alice may decide %v", none)
		}
		lead.must("PATCH", list+"/"+id+"?approveRequest=yes", `{"approverComment":"go on"}`)
		if got := x.Comment(id); got != "go on" {
			t.Errorf("the comment is %q", got)
		}
		lead.fails(400, "PR-0001", "PATCH", list+"/"+id+"?approveRequest=no", "{}")
		w.fails(400, "PR-0001", "DELETE", list+"/"+id, "")
		if again, body := w.call("POST", admin+"/approvalRequest", why); again != 204 || body != nil {
			t.Errorf("asked beside an approval: %d %v", again, body)
		}
		w.must("POST", admin, why)
		w.listed("checkedOut")
		lead.must("PATCH", list+"/"+id+"?approveRequest=revoke", `{"approverComment":"enough"}`)
		w.request(id, "CANCELLED")
		w.listed()
		w.fails(400, "MA-0010", "POST", admin, why)
	})
}

// TestApprovalEnds holds the other ends of a request, and of an approval.
func TestApprovalEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newTenant(tenant.Options{})
		w, lead := alice(t, x), as(t, x, "Bearer "+x.NewSession("bob"))
		ask := func() string {
			return w.field(w.must("POST", admin+"/approvalRequest", why), "requestId")
		}
		id := ask()
		w.must("DELETE", list+"/consumer/papservice/resource?resourceId=admin/e2", "")
		w.request(id, "WITHDRAWN")
		w.fails(404, "E1004", "DELETE", list+"/consumer/papservice/resource?resourceId=admin/e2", "")
		id = ask()
		lead.must("PATCH", list+"/"+id+"?approveRequest=no", "{}")
		w.request(id, "REJECTED")
		id = ask()
		time.Sleep(5 * time.Minute)
		w.request(id, "TIMEOUT")
		lead.fails(400, "PR-0001", "PATCH", list+"/"+id+"?approveRequest=yes", "{}")
		id = ask()
		time.Sleep(4 * time.Minute)
		lead.must("PATCH", list+"/"+id+"?approveRequest=yes", "{}")
		time.Sleep(2*time.Hour - time.Second)
		row := w.must("POST", admin, why)
		w.must("PUT", "/api/access/"+w.field(row, "transactionId")+"?type=API", "")
		time.Sleep(2 * time.Second)
		w.fails(400, "MA-0010", "POST", admin, why)
		if rows := w.must("GET", list+"?requestType=myRequests", "").([]any); len(rows) != 4 {
			t.Errorf("alice made %v", rows)
		}
		own := w.field(lead.must("POST", admin+"/approvalRequest", why), "requestId")
		lead.fails(403, "PE-0002", "PATCH", list+"/"+own+"?approveRequest=yes", "{}")
		approvers := w.must("POST", "/api/v1/policy-admin/policies/approvers",
			`{"consumer":"papservice","resource":"admin/*","action":"papservice.profile.access"}`).(map[string]any)["approvers"].(map[string]any)["users"].([]any)
		if len(approvers) != 1 || w.field(approvers[0], "name") != "bob" {
			t.Errorf("approvers %v", approvers)
		}
	})
}
