package britive_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// approval is a request as a plain tenant sends it.
func approval(status string) string {
	return fmt.Sprintf(`{"requestId":"r1","userId":"alice@example.com","status":%q,"justification":"INC-42","createdAt":"2026-01-01T10:00:00.123Z",
		"resource":"p1/e1","resourceName":"Sigma/196 (Labs)/Pods","consumer":"papservice","approvers":{"userIds":["bob"],"tags":["sre"]},
		"timeToApprove":5,"expirationTimeApproval":"2026-01-01T12:00:00Z"}`, status)
}

const approvalsPath = "GET /api/v1/approvals/r1"

func TestAsk(t *testing.T) {
	tests := []struct {
		name  string
		asked http.HandlerFunc
		look  http.HandlerFunc
		want  string // a justification that tells where the request was read
		code  jit.Code
	}{
		{"the request is answered", says(approval("PENDING")), fails(500, "E1000", "no"), "INC-42", ""},
		{"an id is answered", says(`{"requestId":"r1"}`), says(approval("PENDING")), "INC-42", ""},
		{"an id, and no look at it", says(`{"requestId":"r1"}`), fails(403, "PE-0002", "no"), "mine", ""},
		{"nothing is answered", status(204, ""), nil, "", jit.Invalid},
		{"one is pending", fails(400, "MA-0011", "pending"), nil, "", jit.Waiting},
		{"no justification", fails(400, "MA-0009", "why?"), nil, "", jit.Justification},
	}
	for _, tt := range tests {
		x := newTenant(t).on("GET /api/access", says(listing)).on("POST /api/access/p1/environments/e1/approvalRequest", tt.asked).on(approvalsPath, tt.look)
		r, err := x.client().Ask(t.Context(), sigma(), jit.Reason{Justification: "mine"})
		switch {
		case tt.code != "":
			expect(t, err, tt.code, "request Sigma/labs/Pods")
		case err != nil || r.ID != "r1" || r.State != jit.RequestPending || r.Justification != tt.want || r.Access.Path() != "Sigma/196 (Labs)/Pods":
			t.Errorf("%s: %+v, %v", tt.name, r, err)
		}
		x.wants("POST /api/access/", 1)
	}
}

func TestRequestIsRead(t *testing.T) {
	requests, err := newTenant(t).on("GET /api/v1/approvals", says("["+approval("APPROVED")+"]")).client().Requests(t.Context(), jit.MyRequests)
	if err != nil || len(requests) != 1 {
		t.Fatalf("%+v, %v", requests, err)
	}
	r := requests[0]
	created := time.Date(2026, 1, 1, 10, 0, 0, 123e6, time.UTC)
	if !r.Created.Equal(created) || !r.Expires.Equal(created.Add(5*time.Minute)) || r.ValidUntil.Hour() != 12 || fmt.Sprint(r.Approvers) != "[bob tag:sre]" || r.Access.ProfileID != "p1" {
		t.Errorf("%+v", r)
	}
}

// TestRequestsWithoutListing holds that a listing which cannot be read is asked for
// once, however many requests name a profile by its id alone.
func TestRequestsWithoutListing(t *testing.T) {
	row := func(id string) string {
		return fmt.Sprintf(`{"requestId":%q,"status":"PENDING","resource":"p1/e1","resourceName":"Pods"}`, id)
	}
	x := newTenant(t).on("GET /api/access", fails(403, "E1004", "no")).on("GET /api/v1/approvals", says("["+row("r1")+","+row("r2")+","+row("r3")+"]"))
	requests, err := x.client().Requests(t.Context(), jit.MyRequests)
	if err != nil || len(requests) != 3 || requests[2].Access.Profile != "Pods" {
		t.Errorf("%+v, %v", requests, err)
	}
	x.wants("GET /api/access", 1)
}

// TestStates holds that every status but one is an end.
func TestStates(t *testing.T) {
	for status, want := range map[string]jit.RequestState{
		"APPROVED": jit.RequestApproved, "Rejected": jit.RequestRejected, "WITHDRAWN": jit.RequestWithdrawn, "TIMEOUT": jit.RequestTimedOut,
		"EXPIRED": jit.RequestTimedOut, "CANCELLED": jit.RequestCancelled, "REVOKED": jit.RequestCancelled, "NO_ACTION_REQUIRED": "no_action_required",
	} {
		x := newTenant(t).on("GET /api/features", fails(404, "E1004", "no")).on(approvalsPath, says(approval(status)))
		if r, err := x.client().Await(t.Context(), "r1"); err != nil || r.State != want {
			t.Errorf("%s is %+v, %v", status, r, err)
		}
	}
}

// TestPolling holds how often a tenant is asked that can only be asked.
func TestPolling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		began := time.Now()
		x := newTenant(t).on("GET /api/features", says("[]")).on(approvalsPath, func(w http.ResponseWriter, r *http.Request) {
			at = append(at, time.Now())
			if r.URL.RawQuery != "" {
				t.Errorf("asked ?%s", r.URL.RawQuery)
			}
			says(approval("PENDING"))(w, r)
		})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		_, err := x.client().Await(ctx, "r1")
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 10*time.Minute {
			t.Errorf("%v after %s", err, time.Since(began))
		}
		if first := at[1].Sub(at[0]); first > time.Second {
			t.Errorf("asked again after %s", first)
		}
		for i := range at[1:] {
			if gap := at[i+1].Sub(at[i]); gap > 3*time.Second || gap < 500*time.Millisecond {
				t.Errorf("asked again after %s", gap)
			}
		}
		if len(at) > 420 {
			t.Errorf("asked %d times in ten minutes", len(at))
		}
		x.wants("GET /api/features", 1)
	})
}

// TestLongPoll holds that a broker which can hold its answer back is asked so, and
// that one which says it can and does not is no reason to hammer it.
func TestLongPoll(t *testing.T) {
	const offers = `[{"name":"jit-wait","enabled":true}]`
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		x := newTenant(t).on("GET /api/features", says(offers)).on(approvalsPath, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.RawQuery != "wait=25" {
				t.Errorf("asked ?%s", r.URL.RawQuery)
			}
			left := time.Until(began.Add(90 * time.Second))
			time.Sleep(min(left, 25*time.Second))
			if left <= 25*time.Second {
				says(approval("APPROVED"))(w, r)
				return
			}
			says(approval("PENDING"))(w, r)
		})
		if r, err := x.client().Await(t.Context(), "r1"); err != nil || r.State != jit.RequestApproved || time.Since(began) != 90*time.Second {
			t.Errorf("%+v, %v after %s", r, err, time.Since(began))
		}
		x.wants(approvalsPath, 4)
	})
	synctest.Test(t, func(t *testing.T) {
		x := newTenant(t).on("GET /api/features", says(offers)).on(approvalsPath, says(approval("PENDING")))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, _ = x.client().Await(ctx, "r1")
		if n := x.called(approvalsPath); n > 60 {
			t.Errorf("asked %d times in a minute", n)
		}
	})
}

// TestAwaitThroughLosses holds that a broker may be restarted while it is waited
// for, but not be away for good.
func TestAwaitThroughLosses(t *testing.T) {
	away := breaks(syscall.ECONNREFUSED)
	synctest.Test(t, func(t *testing.T) {
		answers := []http.HandlerFunc{says(approval("PENDING"))}
		for range 12 { // three calls of four tries each
			answers = append(answers, away)
		}
		x := newTenant(t).on("GET /api/features", says("[]")).on(approvalsPath, append(answers, says(approval("APPROVED")))...)
		if r, err := x.client().Await(t.Context(), "r1"); err != nil || r.State != jit.RequestApproved {
			t.Errorf("%+v, %v", r, err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		x := newTenant(t).on("GET /api/features", says("[]")).on(approvalsPath, away)
		began := time.Now()
		_, err := x.client().Await(t.Context(), "r1")
		expect(t, err, jit.Unavailable, "wait for request r1", "cannot be reached")
		if took := time.Since(began); took > time.Minute {
			t.Errorf("given up after %s", took)
		}
	})
	x := newTenant(t).on("/", fails(401, "E0000", "signed out"))
	_, err := x.client().Await(t.Context(), "r1")
	expect(t, err, jit.SignIn, "signed out")
	x.wants(approvalsPath, 1)
}

// TestDecideOnPlainTenant holds that a decision which is answered with nothing is
// read, and told in any case.
func TestDecideOnPlainTenant(t *testing.T) {
	x := newTenant(t).on("PATCH /api/v1/approvals/r1", status(204, "")).on(approvalsPath, says(approval("APPROVED")), fails(403, "PE-0002", "no"))
	for range 2 {
		r, err := x.client().Decide(t.Context(), "r1", jit.Decision{Approve: true})
		if err != nil || r.ID != "r1" || r.State != jit.RequestApproved {
			t.Errorf("%+v, %v", r, err)
		}
	}
	x = newTenant(t).on("DELETE /api/v1/approvals/r1", status(503, ""))
	_, err := x.client().Withdraw(t.Context(), "r1")
	expect(t, err, jit.Unavailable, "withdraw request r1")
	x.wants("DELETE", 1)
}

// TestNewestFirst holds the order of requests, however a tenant lists them.
func TestNewestFirst(t *testing.T) {
	at := func(id, created string) string {
		return fmt.Sprintf(`{"requestId":%q,"status":"PENDING","createdAt":%q}`, id, created)
	}
	list := list(at("old", "2026-01-01T10:00:00Z"), at("new", "2026-01-03T10:00:00Z"), at("same", "2026-01-03T10:00:00Z"), at("middle", "2026-01-02T10:00:00Z"))
	client := newTenant(t).on("GET /api/access", says(listing)).on("GET /api/v1/approvals", list).client()
	requests, err := client.Requests(t.Context(), jit.MyRequests)
	if err != nil || len(requests) != 4 {
		t.Fatalf("%+v, %v", requests, err)
	}
	for i, want := range []string{"new", "same", "middle", "old"} {
		if requests[i].ID != want {
			t.Errorf("%s is at %d", requests[i].ID, i)
		}
	}
	_, err = client.Requests(t.Context(), "all")
	expect(t, err, jit.Invalid, `no scope "all"`)
}
