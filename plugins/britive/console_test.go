package britive_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const consoleAddress = "https://signin.example.com/federation?Action=login&SigninToken=canary"

// consoleRow is the checkout of a console.
func consoleRow() string {
	return strings.NewReplacer("PROGRAMMATIC", "CONSOLE", `"t1"`, `"t2"`).Replace(row("checkedOut"))
}

// TestConsole holds that a console has a checkout of its own.
func TestConsole(t *testing.T) {
	var query string
	x := newTenant(t).on("GET /api/access", says(listing)).on(statusPath, list(row("checkedOut")), list(row("checkedOut"), consoleRow())).
		on(openPath, func(w http.ResponseWriter, r *http.Request) {
			query = r.URL.RawQuery
			says(consoleRow())(w, r)
		}).on("GET /api/access/t2/url", says(`{"url":"`+consoleAddress+`"}`))
	client := x.client()
	for range 2 { // what stands is used
		grant, err := client.CheckoutConsole(t.Context(), sigma(), jit.Reason{})
		if err != nil || grant.ID != "t2" || grant.State != jit.GrantActive {
			t.Fatalf("%+v, %v", grant, err)
		}
		address, err := client.ConsoleURL(t.Context(), grant.ID)
		if err != nil || address.Reveal() != consoleAddress {
			t.Errorf("%q, %v", address.Reveal(), err)
		}
	}
	if query != "accessType=CONSOLE" {
		t.Errorf("sent ?%s", query)
	}
	x.wants("POST", 1)
	grants, err := client.Grants(t.Context())
	if err != nil || len(grants) != 1 || grants[0].ID != "t1" {
		t.Errorf("a console is listed among what gives credentials: %+v, %v", grants, err)
	}
	if grant, err := client.Checkout(t.Context(), sigma(), jit.Reason{}); err != nil || grant.ID != "t1" {
		t.Errorf("a console is taken for what gives credentials: %+v, %v", grant, err)
	}
}

func TestConsoleSettles(t *testing.T) {
	submitted := strings.Replace(consoleRow(), "checkedOut\"", "checkOutSubmitted\"", 1)
	x := newTenant(t).on("GET /api/access", says(listing)).on(statusPath, list(), list(consoleRow())).on(openPath, says(submitted))
	if grant, err := x.client().CheckoutConsole(t.Context(), sigma(), jit.Reason{}); err != nil || grant.ID != "t2" || grant.State != jit.GrantActive {
		t.Errorf("%+v, %v", grant, err)
	}
}

// TestConsoleOfOthers holds that an application whose credentials are of no use here
// has a console all the same, and that this opens no way to its credentials.
func TestConsoleOfOthers(t *testing.T) {
	azure := strings.Replace(listing, `"catalogAppName":"AWS"`, `"catalogAppName":"Azure"`, 1)
	x := newTenant(t).on("GET /api/access", says(azure)).on(statusPath, list()).on(openPath, says(consoleRow()))
	client := x.client()
	if grant, err := client.CheckoutConsole(t.Context(), sigma(), jit.Reason{}); err != nil || grant.ID != "t2" {
		t.Errorf("%+v, %v", grant, err)
	}
	_, err := client.Checkout(t.Context(), sigma(), jit.Reason{})
	expect(t, err, jit.Invalid, "of type Azure")
	x.wants("POST", 1)
}

// TestConsoleURL holds that the three forms of the address are read, that nothing
// but a web address is taken for one, and that no error shows what was sent.
func TestConsoleURL(t *testing.T) {
	plain := func(body string) http.HandlerFunc { return status(http.StatusOK, body, "Content-Type", "text/plain") }
	tests := []struct {
		name   string
		answer http.HandlerFunc
		code   jit.Code
	}{
		{"an object", says(`{"url":"` + consoleAddress + `"}`), ""},
		{"a JSON string", says(`"` + consoleAddress + `"`), ""},
		{"plain text", plain(consoleAddress + "\n"), ""},
		{"nothing", status(http.StatusOK, ""), jit.Unavailable},
		{"no address", says(`{"canary":1}`), jit.Unavailable},
		{"a program", says(`{"url":"javascript:canary"}`), jit.Unavailable},
		{"a file", says(`"file:///canary"`), jit.Unavailable},
		{"not encrypted", says(`"http://canary.example.com"`), jit.Unavailable},
		{"a password", says(`"https://u:canary@example.com"`), jit.Unavailable},
		{"two lines", says(`"https://canary.example.com/\nkubectl delete"`), jit.Unavailable},
		{"an escape", says(`"https://canary.example.com/\u001b[2J"`), jit.Unavailable},
		{"a page", page(http.StatusOK), jit.Unavailable},
		{"a refusal", fails(http.StatusBadRequest, "MA-0008", "ended"), jit.Denied},
	}
	for _, tt := range tests {
		x := newTenant(t).on("GET /api/access/t2/url", tt.answer)
		address, err := x.client().ConsoleURL(t.Context(), "t2")
		if tt.code == "" {
			if err != nil || address.Reveal() != consoleAddress {
				t.Errorf("%s: %q, %v", tt.name, address.Reveal(), err)
			}
			continue
		}
		if expect(t, err, tt.code); strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
