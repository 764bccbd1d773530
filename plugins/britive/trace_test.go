package britive_test

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/plugins/britive"
)

// TestTrace holds what each level shows, and that none shows a secret, under
// whatever key it comes.
func TestTrace(t *testing.T) {
	const canary = "canary-canary-canary-canary-canary-canary-canary"
	answer := fmt.Sprintf(`{"accessKeyID":"ASIACANARY","secretAccessKey":"canary","sessionToken":"canary","expirationTime":"2030-01-01T00:00:00Z",
		"credentials":{"inner":["canary",{"deep":"canary"}],"number":4711},"unknown":"see https://x.example.com/?a=%s","name":"EKS Pod Manager",
		"status":"checkedOut","other":"AKIACANARY","description":%q}`, canary, strings.Repeat("many words ", 200))
	tests := []struct {
		level   int
		shows   []string
		hides   []string
		longest int
	}{
		{0, nil, []string{"GET"}, 0},
		{5, nil, []string{"GET"}, 0},
		{6, []string{"GET https://acme.britive-app.com/api/access/t1/tokens 200 OK (request r-7) in "}, []string{"Authorization", "EKS Pod Manager"}, 200},
		{7, []string{"Authorization: TOKEN [hidden]", "User-Agent: kubectl-jit/1.2.3"}, []string{"EKS Pod Manager"}, 200},
		{8, []string{"Authorization", `"accessKeyID":"[hidden]"`, "bytes)"}, []string{"checkedOut"}, 1200},
		{9, []string{`"status":"checkedOut"`, `"name":"EKS Pod Manager"`, `"inner":["[hidden]",{"deep":"[hidden]"}]`, `"number":"[hidden]"`, `"unknown":"[hidden]"`, `"other":"[hidden]"`}, []string{"bytes)"}, 4000},
	}
	for _, tt := range tests {
		x := newTenant(t).on("GET /api/access/t1/tokens", status(200, answer, "X-Request-Id", "r-7"))
		client := x.client()
		var b strings.Builder
		client.Verbosity, client.Log = tt.level, func(line string) {
			if len(line) > tt.longest {
				t.Errorf("level %d: a line of %d bytes", tt.level, len(line))
			}
			b.WriteString(line + "\n")
		}
		_, _ = client.Credential(t.Context(), "t1")
		got := b.String()
		for _, text := range tt.shows {
			if !strings.Contains(got, text) {
				t.Errorf("level %d does not show %q: %s", tt.level, text, got)
			}
		}
		for _, text := range append(tt.hides, "canary", "CANARY", "4711", token) {
			if strings.Contains(got, text) {
				t.Errorf("level %d shows %q: %s", tt.level, text, got)
			}
		}
	}
}

// TestTraceHides holds that what the contract does not name is not shown, wherever in
// an answer a secret comes.
func TestTraceHides(t *testing.T) {
	const key = "c4nary"
	tests := []struct{ name, answer, want string }{
		{"the whole answer", `"canary"`, `answer: "[hidden]"`},
		{"a number", `424242`, `answer: "[hidden]"`},
		{"a list", `["canary",["canary",424242]]`, `answer: ["[hidden]",["[hidden]","[hidden]"]]`},
		{"a key nobody knows", `{"pin":"canary","seed":424242,"on":true,"none":null}`, `answer: {"none":null,"on":true,"pin":"[hidden]","seed":"[hidden]"}`},
		{"a known key, written otherwise", `{"Status":"canary"}`, `answer: {"Status":"[hidden]"}`},
		{"below a key nobody knows", `{"vault":{"name":"canary","list":[{"status":"canary"}]}}`, `answer: {"vault":{"list":[{"status":"[hidden]"}],"name":"[hidden]"}}`},
		{"in the place of an object", `{"data":"canary","result":["canary"]}`, `answer: {"data":"[hidden]","result":["[hidden]"]}`},
		{"a key", `{"` + key + `":{"` + key + `":1},"data":[{"` + key + `":1}]}`, `answer: {"[hidden]":{"[hidden]":"[hidden]"},"data":[{"[hidden]":"[hidden]"}]}`},
		{"in a text", `{"message":"no such key: ASIACANARY","details":"` + token + ` is refused"}`, `answer: {"details":"[hidden]","message":"[hidden]"}`},
		{"a text, not JSON", `canary`, "answer: 6 bytes of application/json"},
		{"two answers in one", `{"status":1} "canary"`, "answer: 21 bytes of application/json"},
		{"what is known", `{"data":[{"papName":"EKS Reader","page":1}],"count":1}`, `answer: {"count":1,"data":[{"page":1,"papName":"EKS Reader"}]}`},
	}
	for _, tt := range tests {
		var got strings.Builder
		client := newTenant(t).on("POST /api/auth/validate", says(tt.answer)).client()
		client.Verbosity, client.Log = 9, func(line string) { got.WriteString(line + "\n") }
		_, _ = client.Whoami(t.Context())
		if text := got.String(); !strings.Contains(text, "    "+tt.want+"\n") {
			t.Errorf("%s: %s, want %s", tt.name, text, tt.want)
		}
	}
}

// TestTraceWay holds that of what a call carries beside its body nothing is shown that
// nobody has looked at.
func TestTraceWay(t *testing.T) {
	var got strings.Builder
	x := newTenant(t).on("POST /api/auth/validate", status(200, `{}`, "Set-Cookie", "step=canary; Path=/"))
	client := x.client()
	client.HTTP.Jar, _ = cookiejar.New(nil)
	client.Verbosity, client.Log = 9, func(line string) { got.WriteString(line + "\n") }
	for range 2 {
		_, _ = client.Whoami(t.Context())
	}
	if text := got.String(); !strings.Contains(text, "    Cookie: [hidden]\n") || strings.Contains(text, "canary") {
		t.Error(text)
	}
	sent := &url.URL{Scheme: "https", Host: "acme.britive-app.com", Path: "/login", RawQuery: "token=canary&type=API"}
	address, header := britive.Shown(sent, "X-Canary", "canary")
	if address != "https://acme.britive-app.com/login?token=hidden&type=API" || header != "[hidden]" {
		t.Errorf("shows %s and %s", address, header)
	}
}

// TestTraceSignIn holds that the secrets of a sign-in stay out, too, and that what
// is no JSON is counted and not shown.
func TestTraceSignIn(t *testing.T) {
	_, client := newFake()
	var got strings.Builder
	client.Verbosity, client.Log = 9, func(line string) { got.WriteString(line + "\n") }
	s, _, err := client.SignIn(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if text := got.String(); !strings.Contains(text, `sent: {"authParameters":{"cliToken":"[hidden]"}}`) || !strings.Contains(text, "401 Unauthorized") {
		t.Error(text)
	}
	hash := s.Address[strings.LastIndex(s.Address, "=")+1:]
	if strings.Contains(got.String(), hash) || strings.Contains(got.String(), "Authorization") {
		t.Error(got.String())
	}
	client = newTenant(t).on("POST /api/auth/validate", page(200)).client()
	client.Verbosity, client.Log = 9, func(line string) { got.WriteString(line + "\n") }
	_, _ = client.Whoami(t.Context())
	if text := got.String(); !strings.Contains(text, "bytes of text/html") || strings.Contains(text, "<html") {
		t.Error(text)
	}
}

// TestRequestID holds that the broker's id of a call stands in errors that its
// administrator is asked about, once, and in no other.
func TestRequestID(t *testing.T) {
	tests := []struct {
		status     int
		code, text string
		want       string
	}{
		{500, "E1000", "broken", "broken (request r-7)"},
		{500, "E1000", "internal error (request r-7)", "internal error (request r-7)"},
		{503, "MAINT0001", "back at noon", "acme.britive-app.com is in maintenance: back at noon (request r-7)"},
		{400, "MA-0010", "approval", "approval"},
	}
	for _, tt := range tests {
		x := newTenant(t).on("POST /api/auth/validate", status(tt.status, fmt.Sprintf(`{"errorCode":%q,"message":%q}`, tt.code, tt.text), "X-Request-Id", "r-7"))
		_, err := x.client().Whoami(t.Context())
		if want := "ask who is signed in: " + tt.want; err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	x := newTenant(t).on("POST /api/auth/validate", status(http.StatusServiceUnavailable, `{"errorCode":"MAINT0001","message":"STS does not answer"}`, "Server", "jit-broker"))
	_, err := x.client().Whoami(t.Context())
	expect(t, err, jit.Unavailable, "ask who is signed in", "who is signed in: STS does not answer")
}
