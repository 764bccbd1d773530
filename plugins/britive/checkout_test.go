package britive_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const (
	statusPath = "GET /api/access/app-access-status"
	openPath   = "POST /api/access/p1/environments/e1"
)

// list answers with transactions.
func list(rows ...string) http.HandlerFunc { return says("[" + strings.Join(rows, ",") + "]") }

func TestCheckout(t *testing.T) {
	var query string
	var body map[string]any
	x := newTenant(t).on("GET /api/access", says(listing)).on(statusPath, list()).
		on(openPath, func(w http.ResponseWriter, r *http.Request) {
			query = r.URL.RawQuery
			if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
				t.Error(err)
			}
			says(row("checkedOut"))(w, r)
		})
	client := x.client()
	grant, err := client.Checkout(t.Context(), sigma(), jit.Reason{Justification: "why", TicketType: "issue", TicketID: "INC-1"})
	if err != nil {
		t.Fatal(err)
	}
	if grant.ID != "t1" || grant.State != jit.GrantActive || grant.Access.Path() != "Sigma/196 (Labs)/Pods" || grant.NotAfter.Sub(grant.NotBefore) != time.Hour {
		t.Errorf("%+v", grant)
	}
	if query != "accessType=PROGRAMMATIC" || len(body) != 3 || body["justification"] != "why" || body["ticketType"] != "issue" || body["ticketId"] != "INC-1" {
		t.Errorf("sent ?%s %v", query, body)
	}
	x.wants("GET /api/access/app", 1)
	x.wants("", 3)
}

// TestReuse holds that what stands is not asked for again, and what does not
// stand is not taken for it.
func TestReuse(t *testing.T) {
	console := strings.Replace(row("checkedOut"), "PROGRAMMATIC", "CONSOLE", 1)
	other := strings.Replace(row("checkedOut"), `"e1"`, `"e2"`, 1)
	tests := []struct {
		name  string
		rows  []string
		opens int
	}{
		{"it stands", []string{console, other, row("checkedOut")}, 0},
		{"another access type", []string{console}, 1},
		{"another environment", []string{other}, 1},
		{"it failed", []string{row("checkOutFailed")}, 1},
		{"a status nobody knows", []string{row("strange")}, 1},
		{"its check-in failed", []string{row("checkInFailed")}, 1},
	}
	for _, tt := range tests {
		x := newTenant(t).on("GET /api/access", says(listing)).on(statusPath, list(tt.rows...)).on(openPath, says(row("checkedOut")))
		if _, err := x.client().Checkout(t.Context(), sigma(), jit.Reason{}); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		x.wants("POST", tt.opens)
	}
}

// TestSettling holds that a checkout is waited for while it is made, and no
// longer.
func TestSettling(t *testing.T) {
	tests := []struct {
		name  string
		first string
		then  []http.HandlerFunc
		code  jit.Code
		says  string
		took  time.Duration
	}{
		{"submitted, in progress, ready", "checkOutSubmitted", []http.HandlerFunc{list(), list(row("checkOutSubmitted")), list(row("checkOutInProgress")), list(row("checkedOut"))}, "", "", 3 * time.Second},
		{"failed", "checkOutSubmitted", []http.HandlerFunc{list(), list(strings.Replace(row("checkOutFailed"), `"accessType"`, `"errorMessage":"AWS said no","accessType"`, 1))}, jit.Denied, "AWS said no", time.Second},
		{"timed out", "checkOutTimeOut", []http.HandlerFunc{list()}, jit.Denied, "checkOutTimeOut", 0},
		{"vanished", "checkOutInProgress", []http.HandlerFunc{list()}, jit.Denied, "dropped", time.Second},
		{"never ready", "checkOutSubmitted", []http.HandlerFunc{list(), list(row("checkOutSubmitted"))}, jit.Unavailable, "after 2m0s", 2 * time.Minute},
		{"without an id", "", []http.HandlerFunc{list()}, jit.Unavailable, "names no checkout", 0},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			opened := says(row(tt.first))
			if tt.first == "" {
				opened = says("{}")
			}
			x := newTenant(t).on("GET /api/access", says(listing)).on(statusPath, tt.then...).on(openPath, opened)
			began := time.Now()
			_, err := x.client().Checkout(t.Context(), sigma(), jit.Reason{})
			if tt.code != "" {
				expect(t, err, tt.code, "check out Sigma/labs/Pods", tt.says)
			} else if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			if took := time.Since(began); took > tt.took || took < tt.took-time.Second {
				t.Errorf("%s: it took %s", tt.name, took)
			}
			x.wants("POST", 1)
		})
	}
}

func TestSettlingEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newTenant(t).on("GET /api/access", says(listing)).on(statusPath, list(row("checkOutSubmitted")))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(5*time.Second, cancel)
		_, err := x.client().Checkout(ctx, sigma(), jit.Reason{})
		expect(t, err, jit.Unavailable, "it is not ready (checkOutSubmitted)", "next: kubectl jit status")
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

// TestLeaving holds that a check-in which is under way is waited for, a while.
func TestLeaving(t *testing.T) {
	leaving := strings.Replace(row("checkedOut"), `"checkedIn":null`, `"checkedIn":"2000-01-01T00:30:00Z"`, 1)
	synctest.Test(t, func(t *testing.T) {
		x := newTenant(t).on("GET /api/access", says(listing)).on(statusPath, list(leaving), list(row("checkInSubmitted")), list()).on(openPath, says(row("checkedOut")))
		if _, err := x.client().Checkout(t.Context(), sigma(), jit.Reason{}); err != nil {
			t.Error(err)
		}
		x.wants(statusPath, 3)
		x.wants("POST", 1)
	})
	synctest.Test(t, func(t *testing.T) {
		x := newTenant(t).on("GET /api/access", says(listing)).on(statusPath, list(leaving)).on(openPath, fails(400, "MA-0004", "a check-in is in progress"))
		began := time.Now()
		_, err := x.client().Checkout(t.Context(), sigma(), jit.Reason{})
		expect(t, err, jit.Denied, "a check-in is in progress [MA-0004]")
		if took := time.Since(began); took > 21*time.Second {
			t.Errorf("it took %s", took)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		x := newTenant(t).on("GET /api/access", says(listing)).on(statusPath, list(row("checkInInProgress")))
		_, err := x.client().Checkout(t.Context(), sigma(), jit.Reason{})
		expect(t, err, jit.Unavailable, "a check-in of it is still under way after 20s: try again in a minute\nnext: kubectl jit status")
		x.wants("POST", 0)
	})
}

// TestRace holds that a checkout which another one overtakes uses that one.
func TestRace(t *testing.T) {
	taken := fails(400, "E1001", "user has already CHECKED OUT profile for this environment.")
	synctest.Test(t, func(t *testing.T) {
		x := newTenant(t).on("GET /api/access", says(listing)).on(statusPath, list(), list(row("checkedOut"))).on(openPath, taken)
		if grant, err := x.client().Checkout(t.Context(), sigma(), jit.Reason{}); err != nil || grant.ID != "t1" {
			t.Errorf("%+v, %v", grant, err)
		}
		x.wants("POST", 1)
	})
	synctest.Test(t, func(t *testing.T) {
		x := newTenant(t).on("GET /api/access", says(listing)).on(statusPath, list()).on(openPath, taken)
		_, err := x.client().Checkout(t.Context(), sigma(), jit.Reason{})
		expect(t, err, jit.Unavailable, "already CHECKED OUT")
		x.wants("POST", 3)
	})
	x := newTenant(t).on("GET /api/access", says(listing)).on(statusPath, list()).on(openPath, fails(400, "E1001", "something else"))
	_, err := x.client().Checkout(t.Context(), sigma(), jit.Reason{})
	expect(t, err, jit.Unavailable, "something else")
	x.wants("POST", 1)
}

// TestCheckoutIsSentOnce holds that no checkout is sent again by itself.
func TestCheckoutIsSentOnce(t *testing.T) {
	for _, answer := range []http.HandlerFunc{status(503, ""), status(429, "", "Retry-After", "0"), breaks(errors.New("broken pipe")), status(200, "{", "X-Cut-Off", "1")} {
		x := newTenant(t).on("GET /api/access", says(listing)).on(statusPath, list()).on(openPath, answer)
		_, err := x.client().Checkout(t.Context(), sigma(), jit.Reason{})
		expect(t, err, jit.Unavailable, "check out Sigma/labs/Pods")
		x.wants("POST", 1)
	}
}

func TestCheckoutRefusals(t *testing.T) {
	tests := []struct {
		answer http.HandlerFunc
		code   jit.Code
		says   string
	}{
		{fails(400, "MA-0010", "approval is needed"), jit.Approval, "approval is needed"},
		{fails(403, "MA-0010", "approval is needed"), jit.Approval, ""},
		{fails(400, "MA-0009", "justification for the approver"), jit.Approval, "check out Sigma/labs/Pods: justification for the approver"},
		{fails(400, "MA-0011", "pending"), jit.Waiting, ""},
		{fails(400, "AS-0001", "why?"), jit.Justification, ""},
		{fails(400, "AS-0002", "not in the form"), jit.Justification, ""},
		{fails(403, "PE-0028", "step up"), jit.StepUp, "step up"},
		{fails(403, "PE-0002", "not now"), jit.Denied, ""},
		{fails(401, "E0000", "signed out"), jit.SignIn, "next: kubectl jit login"},
		{status(401, ""), jit.SignIn, "401 Unauthorized"},
		{fails(404, "E1004", "gone"), jit.NotFound, ""},
		{fails(400, "XX-0001", "odd"), jit.Invalid, "odd [XX-0001]"},
		{status(403, `{"message":"Forbidden"}`), jit.Denied, "Forbidden"},
	}
	for _, tt := range tests {
		x := newTenant(t).on("GET /api/access", says(listing)).on(statusPath, list()).on(openPath, tt.answer)
		_, err := x.client().Checkout(t.Context(), sigma(), jit.Reason{})
		expect(t, err, tt.code, tt.says)
	}
}

func TestCredential(t *testing.T) {
	tests := []struct {
		answer http.HandlerFunc
		code   jit.Code
		says   string
	}{
		{says(`{"accessKeyId":"A","secretAccessKey":"canary","sessionToken":"canary","expirationTime":"2026-01-01T10:00:00Z"}`), "", ""},
		{says(`{"tenantId":"canary"}`), jit.Invalid, "gives neither AWS keys nor a token for a cluster"},
		{says(`{"accessKeyID":"A","secretAccessKey":"canary","sessionToken":"canary"}`), jit.Unavailable, "when the credentials end"},
		{says(`{"accessKeyID":"A","secretAccessKey":"s","sessionToken":"t","expirationTime":"canary"}`), jit.Unavailable, "cannot be read"},
		{says(`{"accessKeyID":"A","secretAccessKey":["canary"]}`), jit.Unavailable, "cannot be read"},
		{fails(400, "MA-0008", "checked in"), jit.Denied, "checked in"},
	}
	for _, tt := range tests {
		credential, err := newTenant(t).on("GET /api/access/t1/tokens", tt.answer).client().Credential(t.Context(), "t1")
		switch {
		case tt.code != "":
			expect(t, err, tt.code, "get credentials for checkout t1", tt.says)
		case err != nil || credential.AccessKeyID != "A" || credential.SessionToken.Reveal() != "canary" || !credential.Issued.IsZero():
			t.Errorf("%+v, %v", credential, err)
		}
	}
}

func TestCheckin(t *testing.T) {
	done := strings.Replace(row("checkInSubmitted"), `"accessType"`, `"statusText":"Check In Submitted","accessType"`, 1)
	tests := []struct {
		name   string
		answer http.HandlerFunc
		rows   []string
		code   jit.Code
	}{
		{"submitted", says(done), nil, ""},
		{"nothing is answered", status(204, ""), nil, ""},
		{"it had ended", fails(400, "MA-0003", "not checked out"), nil, jit.NotFound},
		{"it is refused", fails(400, "MA-0003", "not now"), []string{row("checkedOut")}, jit.Denied},
		{"it is unknown", fails(404, "E1004", "no"), nil, jit.NotFound},
	}
	for _, tt := range tests {
		x := newTenant(t).on("GET /api/access", says(listing)).on("PUT /api/access/t1", tt.answer).on(statusPath, list(tt.rows...))
		grant, err := x.client().Checkin(t.Context(), "t1")
		switch {
		case tt.code != "":
			expect(t, err, tt.code, "check in t1")
		case err != nil || grant.ID != "t1" || grant.State != jit.GrantEnded || grant.Why == "":
			t.Errorf("%s: %+v, %v", tt.name, grant, err)
		}
	}
}

func TestExtendWithoutAnswer(t *testing.T) {
	x := newTenant(t).on("GET /api/access", says(listing)).on("PATCH /api/access/extensions/t1", status(204, "")).on(statusPath, list(row("checkedOut")), list())
	if grant, err := x.client().Extend(t.Context(), "t1"); err != nil || grant.ID != "t1" || grant.NotAfter.IsZero() {
		t.Errorf("%+v, %v", grant, err)
	}
	_, err := x.client().Extend(t.Context(), "t1")
	expect(t, err, jit.NotFound, "it has ended")
}
