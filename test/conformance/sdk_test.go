package conformance_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
)

// sdk behaves on the wire as Britive's Python SDK 4.6 does, and takes answers as
// it does: where it would crash or wait for a minute, the test fails.
type sdk struct {
	*testing.T
	server *httptest.Server
	token  string
	calls  []string
	ours   bool // the server is: it says more than a tenant
}

func tokenOf(t *testing.T, engine *broker.Engine, name string) string {
	t.Helper()
	token, _, err := engine.CreateToken(t.Context(), name, "test", 0)
	if err != nil {
		t.Fatal(err)
	}
	return token.Reveal()
}

// failure is an exception of the SDK: its text, and whether it is one that makes
// pybritive sign in again.
type failure struct {
	text         string
	unauthorized bool
}

func (f failure) Error() string { return f.text }

// call makes a request. It returns what the SDK would: the body, nil for none,
// the merged data of pages, or an exception.
func (s *sdk) call(method, path, body string) (any, error) {
	s.Helper()
	s.calls = append(s.calls, method+" "+path)
	request, err := http.NewRequestWithContext(s.Context(), method, s.server.URL+"/api"+path, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	scheme := "Bearer"
	if len(s.token) < 50 {
		scheme = "TOKEN"
	}
	request.Header.Set("Authorization", scheme+" "+s.token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "pybritive/2.3.2 britive-python-sdk/4.6.0 python-requests/2.32.0")
	response, err := s.server.Client().Do(request)
	if err != nil {
		s.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.Fatal(err)
	}
	return s.take(response, text)
}

func (s *sdk) take(response *http.Response, text []byte) (any, error) {
	s.Helper()
	if slices.Contains([]int{429, 500, 502, 503, 504}, response.StatusCode) {
		s.Fatalf("%d: the SDK would try for a minute: %s", response.StatusCode, text)
	}
	if response.StatusCode == http.StatusNoContent || response.StatusCode == http.StatusOK && len(text) == 0 {
		return nil, nil
	}
	var body any
	if err := json.Unmarshal(text, &body); err != nil {
		s.Fatalf("%d: JSONDecodeError: %s", response.StatusCode, text)
	}
	if slices.Contains([]int{400, 401, 403, 404, 405, 409}, response.StatusCode) {
		return nil, s.exception(response.StatusCode, body)
	}
	if response.StatusCode >= 400 {
		s.Fatalf("%d: the SDK would take it for a success: %s", response.StatusCode, text)
	}
	if object, ok := body.(map[string]any); ok && paged(object) {
		return object["data"], nil
	}
	return body, nil
}

func paged(object map[string]any) bool {
	for _, key := range []string{"count", "page", "size", "data"} {
		if _, ok := object[key]; !ok {
			return false
		}
	}
	return true
}

func (s *sdk) exception(status int, body any) error {
	s.Helper()
	object := body.(map[string]any)
	code, ok := object["errorCode"].(string)
	if !ok {
		code = "E0000"
	}
	text := fmt.Sprintf("%d - %s - %s", status, code, object["message"])
	if details, ok := object["details"].(string); ok {
		text += " - " + details
	}
	return failure{text: text, unauthorized: status == http.StatusUnauthorized && code == "E0000"}
}

// must makes a request that must succeed.
func (s *sdk) must(method, path, body string) any {
	s.Helper()
	answer, err := s.call(method, path, body)
	if err != nil {
		s.Fatalf("%s %s: %v", method, path, err)
	}
	return answer
}

// rows takes an answer for a list, as a loop over it would.
func (s *sdk) rows(answer any) (rows []map[string]any) {
	s.Helper()
	list, ok := answer.([]any)
	if !ok {
		s.Fatalf("TypeError: %v is no list", answer)
	}
	for _, row := range list {
		rows = append(rows, row.(map[string]any))
	}
	return rows
}

// str is row[key], of which a method of str is called.
func (s *sdk) str(row map[string]any, key string) string {
	s.Helper()
	value, ok := row[key]
	if !ok {
		s.Fatalf("KeyError: %s in %v", key, row)
	}
	text, ok := value.(string)
	if !ok {
		s.Fatalf("AttributeError: %s is %v", key, value)
	}
	return text
}

// when reads a time as pybritive does on Python 3.9: without its Z, as naive
// UTC, of whole seconds.
func (s *sdk) when(row map[string]any, key string) time.Time {
	s.Helper()
	text := s.str(row, key)
	if !regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`).MatchString(text) {
		s.Fatalf("ValueError: %s is %q", key, text)
	}
	at, err := time.Parse("2006-01-02T15:04:05", strings.TrimSuffix(text, "Z"))
	if err != nil {
		s.Fatal(err)
	}
	return at
}

// start is what every command sends first.
func (s *sdk) start() {
	s.Helper()
	probe, err := s.server.Client().Head(s.server.URL + "/api/health")
	if err != nil {
		s.Fatal(err)
	}
	probe.Body.Close()
	for _, feature := range s.rows(s.must("GET", "/features", "")) {
		enabled, ok := feature["enabled"].(bool)
		if !ok || s.str(feature, "name") == "server-access" && enabled {
			s.Errorf("feature %v", feature)
		}
	}
	who := s.must("POST", "/auth/validate", "").(map[string]any)["authenticationResult"].(map[string]any)
	s.str(who, "username")
	s.str(who, "userId")
	if banner := s.must("GET", "/banner", ""); banner != nil {
		s.Errorf("banner %v", banner)
	}
}

// profile is a row of pybritive's own list of what is available.
type profile struct{ app, appID, kind, env, envID, name, papID string }

// available joins the tables of the listing. Every key here is required.
func (s *sdk) available() (found []profile) {
	s.Helper()
	listing := s.must("GET", "/access?type=sdk", "").(map[string]any)
	table := func(name, id string) map[string]map[string]any {
		byID := map[string]map[string]any{}
		for _, row := range s.rows(listing[name]) {
			byID[s.str(row, id)] = row
		}
		return byID
	}
	apps, environments, paps := table("apps", "appContainerId"), table("environments", "environmentId"), table("profiles", "papId")
	for _, row := range s.rows(listing["accesses"]) {
		app, environment, pap := apps[s.str(row, "appContainerId")], environments[s.str(row, "environmentId")], paps[s.str(row, "papId")]
		if app == nil || environment == nil || pap == nil {
			s.Fatalf("KeyError: %v", row)
		}
		s.str(row, "accessType")
		s.str(app, "appDescription")
		if _, ok := app["requiresHierarchicalModel"].(bool); !ok {
			s.Errorf("KeyError in %v", app)
		}
		s.str(environment, "alternateEnvironmentName") // lower-cased
		s.str(environment, "environmentDescription")
		s.str(pap, "papDescription")
		if _, ok := environment["profileEnvironmentProperties"].(map[string]any); !ok {
			s.Errorf("AttributeError in %v", environment)
		}
		found = append(found, profile{
			app: s.str(app, "catalogAppDisplayName"), appID: s.str(row, "appContainerId"), kind: s.str(app, "catalogAppName"),
			env: s.str(environment, "environmentName"), envID: s.str(row, "environmentId"),
			name: s.str(pap, "papName"), papID: s.str(row, "papId"),
		})
	}
	return found
}

// convert is from names to ids, whatever their case.
func (s *sdk) convert(name string) profile {
	s.Helper()
	for _, p := range s.available() {
		if strings.EqualFold(p.name, name) && strings.EqualFold(p.app, "manual - sigma labs") {
			return p
		}
	}
	s.Fatalf("no profile %s", name)
	return profile{}
}
