package britiveapi_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/britiveapi"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

func TestTimeOut(t *testing.T) {
	berlin := time.FixedZone("", 3600)
	tests := []struct {
		at   time.Time
		want string
	}{
		{time.Date(2026, 1, 1, 10, 0, 0, 0, time.UTC), `"2026-01-01T10:00:00Z"`},
		{time.Date(2026, 1, 1, 11, 0, 0, 0, berlin), `"2026-01-01T10:00:00Z"`},
		{time.Date(2026, 1, 1, 10, 0, 0, 999_999_999, time.UTC), `"2026-01-01T10:00:00Z"`},
		{time.Time{}, "null"},
	}
	for _, tt := range tests {
		if got, err := json.Marshal(britiveapi.At(tt.at)); err != nil || string(got) != tt.want {
			t.Errorf("%s goes out as %s, %v", tt.at, got, err)
		}
	}
}

func TestTimeIn(t *testing.T) {
	tests := []struct {
		text, want string // an empty want is an error
	}{
		{`"2026-01-01T10:00:00Z"`, "2026-01-01T10:00:00Z"},
		{`"2026-01-01T10:00:00.123Z"`, "2026-01-01T10:00:00.123Z"},
		{`"2026-01-01T10:00:00.123456"`, "2026-01-01T10:00:00.123456Z"},
		{`"2026-01-01T12:00:00+02:00"`, "2026-01-01T10:00:00Z"},
		{`"2026-01-01T10:00:00+0000"`, "2026-01-01T10:00:00Z"},
		{`"2026-01-01T10:00:00"`, "2026-01-01T10:00:00Z"},
		{`"2026-01-01 10:00:00"`, "2026-01-01T10:00:00Z"},
		{`null`, "0001-01-01T00:00:00Z"},
		{`""`, "0001-01-01T00:00:00Z"},
		{`"tomorrow"`, ""},
		{`1700000000`, ""},
		{`{}`, ""},
	}
	for _, tt := range tests {
		var got britiveapi.Time
		err := json.Unmarshal([]byte(tt.text), &got)
		if tt.want == "" {
			if err == nil || strings.Contains(err.Error(), "tomorrow") {
				t.Errorf("%s is read as %s, %v", tt.text, got, err)
			}
			continue
		}
		if text := got.Format(time.RFC3339Nano); err != nil || text != tt.want {
			t.Errorf("%s is read as %s, %v", tt.text, text, err)
		}
	}
}

func TestText(t *testing.T) {
	for text, want := range map[string]string{
		`"a"`: "a", `17`: "17", `-1`: "-1", `null`: "", `{"a":1}`: "", `[1]`: "", `true`: "", `"ü"`: "ü",
	} {
		got := britiveapi.Text("before")
		if err := json.Unmarshal([]byte(text), &got); err != nil || string(got) != want {
			t.Errorf("%s is read as %q, %v", text, got, err)
		}
	}
}

func TestTokens(t *testing.T) {
	end := time.Date(2026, 1, 1, 10, 0, 0, 0, time.UTC)
	for _, text := range []string{
		`{"accessKeyID":"A","secretAccessKey":"S","sessionToken":"T","expirationTime":"2026-01-01T10:00:00Z"}`,
		`{"accessKeyId":"A","secretAccessKey":"S","sessionToken":"T","expiration":"2026-01-01T10:00:00Z","region":"eu-central-1"}`,
		`{"AccessKeyId":"A","SecretAccessKey":"S","SessionToken":"T","Expiration":"2026-01-01T10:00:00.000Z"}`,
	} {
		var got britiveapi.Tokens
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if got.AccessKeyID != "A" || got.SecretAccessKey.Reveal() != "S" || got.SessionToken.Reveal() != "T" || !got.Expires.Equal(end) {
			t.Errorf("%s is read as %+v", text, got)
		}
	}
}

func TestTokensShowNothing(t *testing.T) {
	tokens := britiveapi.Tokens{Credential: jit.Credential{AccessKeyID: "A", SecretAccessKey: jit.NewSecret("canary"), SessionToken: jit.NewSecret("canary")}}
	if text := fmt.Sprintf("%v %+v %#v", tokens, tokens, tokens); strings.Contains(text, "canary") {
		t.Errorf("the keys show: %s", text)
	}
	wire, err := json.Marshal(tokens)
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]any{}
	if err := json.Unmarshal(wire, &keys); err != nil {
		t.Fatal(err)
	}
	if keys["secretAccessKey"] != "canary" || keys["sessionToken"] != "canary" {
		t.Errorf("the keys do not go out: %s", wire)
	}
	if keys["accessKeyID"] != "A" || keys["accessKeyId"] != nil || keys["issued"] != nil {
		t.Errorf("%s", wire)
	}
}

func TestApprovers(t *testing.T) {
	names := []string{"bob@example.com", "tag:sre"}
	a := britiveapi.ApproversOf(names)
	if len(a.UserIDs) != 1 || len(a.Tags) != 1 || a.Tags[0] != "sre" {
		t.Errorf("%+v", a)
	}
	if got := strings.Join(a.Names(), " "); got != strings.Join(names, " ") {
		t.Errorf("%q", got)
	}
	for _, odd := range []string{`null`, `[]`, `"bob"`, `{"userIds":"bob"}`, `{"userIds":[{"name":"bob"}]}`} {
		if err := json.Unmarshal([]byte(odd), &a); err != nil || len(a.Names()) != 0 {
			t.Errorf("%s is read as %+v, %v", odd, a, err)
		}
	}
}

// TestCodes holds what is made of the codes that a tenant may send.
func TestCodes(t *testing.T) {
	tests := []struct {
		code   britiveapi.ErrorCode
		status int
		want   jit.Code
	}{
		{"E0000", 401, jit.SignIn},
		{"E0000", 400, jit.SignIn},
		{"AU-0016", 401, jit.SignIn},
		{"", 401, jit.SignIn},
		{"MA-0010", 400, jit.Approval},
		{"MA-0010", 403, jit.Approval},
		{"PE-0011", 403, jit.Approval},
		{"MA-0009", 400, jit.Justification},
		{"AS-0001", 400, jit.Justification},
		{"AS-0002", 400, jit.Justification},
		{"AS-0005", 400, jit.Ticket},
		{"AS-0099", 400, jit.Invalid},
		{"MA-0011", 400, jit.Waiting},
		{"PE-0010", 403, jit.Waiting},
		{"PE-0028", 403, jit.StepUp},
		{"PE-0002", 403, jit.Denied},
		{"MA-0008", 400, jit.Denied},
		{"MA-0003", 400, jit.Denied},
		{"CO-0007", 400, jit.Denied},
		{"PP-0002", 400, jit.Denied},
		{"E1003", 400, jit.Invalid},
		{"E1004", 400, jit.NotFound},
		{"E1005", 409, jit.Invalid},
		{"MAINT0001", 503, jit.Unavailable},
		{"E1000", 400, jit.Invalid},
		{"E1000", 500, jit.Unavailable},
		{"X-9", 404, jit.NotFound},
		{"X-9", 403, jit.Denied},
		{"X-9", 429, jit.Unavailable},
		{"", 502, jit.Unavailable},
		{"", 405, jit.Invalid},
	}
	for _, tt := range tests {
		if got := britiveapi.CodeOf(tt.code, tt.status); got != tt.want {
			t.Errorf("%s with %d is %s, want %s", tt.code, tt.status, got, tt.want)
		}
	}
}
