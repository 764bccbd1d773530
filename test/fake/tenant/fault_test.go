package tenant_test

import (
	"io"
	"net/http"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-jit/kubectl-jit/test/fake/tenant"
)

const listRoute = "GET /api/access"

func TestFaults(t *testing.T) {
	x := newTenant(tenant.Options{})
	w := alice(t, x)
	for code, status := range map[string]int{
		"E0000": 401, "AU-0016": 401, "AU-0021": 401, "E1000": 400, "E1001": 400, "E1004": 404, "AS-0002": 400, "MA-0010": 400, "PE-0028": 403, "PP-0001": 400, "MAINT0001": 503,
	} {
		x.Fail(listRoute, tenant.Fault{Code: code, Message: "planted", Times: 1})
		w.fails(status, code, "GET", "/api/access", "")
		w.must("GET", "/api/access", "")
	}
	x.Fail(listRoute, tenant.Fault{Code: "MA-0010", Status: 403, Message: "planted", Times: 2})
	w.fails(403, "MA-0010", "GET", "/api/access", "")
	w.fails(403, "MA-0010", "GET", "/api/access", "")
	w.must("GET", "/api/access", "")
	x.Fail(tenant.Everywhere, tenant.Fault{Code: "MAINT0001", Message: "back at noon"})
	w.fails(503, "MAINT0001", "GET", status, "")
	x.Fail("GET "+status, tenant.Fault{Code: "E0000", Message: "planted"}) // the nearer one wins
	w.fails(401, "E0000", "GET", status, "")
	x.Fail(tenant.Everywhere, tenant.Fault{})
	w.must("GET", "/api/access", "")
	defer func() {
		if recover() == nil {
			t.Error("a fault of no route is taken")
		}
	}()
	x.Fail("GET /api/acess", tenant.Fault{Code: "E0000"})
}

// TestLost holds what happens to an answer that never comes: the call is carried
// out, or is not.
func TestLost(t *testing.T) {
	x := newTenant(tenant.Options{})
	w := alice(t, x)
	const route = "POST /api/access/{profile}/environments/{environment}"
	send := func() (*http.Response, error) {
		r, err := http.NewRequestWithContext(t.Context(), "POST", host+pods, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", w.auth)
		r.Header.Set("Content-Type", "application/json")
		return w.client.Do(r)
	}
	x.Fail(route, tenant.Fault{HangUp: true, Times: 1})
	if _, err := send(); err == nil {
		t.Error("it answers")
	}
	w.listed()
	x.Fail(route, tenant.Fault{CutOff: true, Times: 1})
	response, err := send()
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(response.Body); err == nil || !strings.HasPrefix(string(text), `{"acc`) || strings.HasSuffix(string(text), "}") {
		t.Errorf("read %q, %v", text, err)
	}
	w.listed("checkedOut")
	x.Fail(route, tenant.Fault{HangUp: true, After: true})
	if _, err := send(); err == nil {
		t.Error("it answers")
	}
}

func TestOtherAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newTenant(tenant.Options{})
		w := alice(t, x)
		x.Fail(listRoute, tenant.Fault{
			Status: 429, Body: "<html>", ContentType: "text/html", Header: map[string]string{"Retry-After": "7"}, Delay: time.Minute, Times: 1,
		})
		r, _ := http.NewRequest("GET", host+"/api/access", nil)
		began := time.Now()
		response, err := w.client.Do(r)
		if err != nil || response.StatusCode != 429 || response.Header.Get("Retry-After") != "7" || response.Header.Get("Content-Type") != "text/html" || time.Since(began) != time.Minute {
			t.Errorf("%v, %v after %s", response, err, time.Since(began))
		}
		r.Header.Set("Authorization", w.auth)
		r.Header.Set("Content-Type", "application/json")
		if response, err = w.client.Do(r); err != nil || response.StatusCode != 200 {
			t.Errorf("%v, %v", response, err)
		}
	})
}

func TestAlterations(t *testing.T) {
	value := func() any {
		return map[string]any{"id": "1", "list": []any{map[string]any{"id": "2", "state": "a"}}}
	}
	for name, tt := range map[string]struct {
		change tenant.Alteration
		want   any
	}{
		"doubled": {tenant.Doubled(), map[string]any{"id": "1", "list": []any{map[string]any{"id": "2", "state": "a"}, map[string]any{"id": "2", "state": "a"}}}},
		"nulled":  {tenant.Nulled("state"), map[string]any{"id": "1", "list": []any{map[string]any{"id": "2", "state": nil}}}},
		"without": {tenant.Without("id"), map[string]any{"list": []any{map[string]any{"state": "a"}}}},
		"said":    {tenant.Said("state", "b"), map[string]any{"id": "1", "list": []any{map[string]any{"id": "2", "state": "b"}}}},
	} {
		if got := tt.change(value()); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %v", name, got)
		}
	}
	extended := tenant.Extended()(value()).(map[string]any)
	inner := extended["list"].([]any)[0].(map[string]any)
	if extended["futureFlag"] != true || inner["futureFlag"] != true || inner["state"] != "a" {
		t.Errorf("extended: %v", extended)
	}
	x := newTenant(tenant.Options{})
	w := alice(t, x)
	x.Fail(listRoute, tenant.Fault{Alter: []tenant.Alteration{tenant.Nulled("appName"), tenant.Doubled()}})
	if list := w.must("GET", "/api/access", "").([]any); len(list) != 4 || list[0].(map[string]any)["appName"] != nil {
		t.Errorf("%v", list)
	}
}

// TestServer holds that it serves programs, and that a break in an answer is one
// on a real connection too.
func TestServer(t *testing.T) {
	server, err := tenant.Start(newTenant(tenant.Options{}), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	if text, err := os.ReadFile(server.CAFile()); err != nil || !strings.HasPrefix(string(text), "-----BEGIN CERTIFICATE-----") {
		t.Errorf("the authority is %q, %v", text, err)
	}
	client := server.Client()
	get := func() (string, error) {
		r, _ := http.NewRequest("GET", server.URL()+"/api/features", nil)
		r.Header.Set("Authorization", "Bearer "+server.NewSession("alice"))
		r.Header.Set("Content-Type", "application/json")
		response, err := client.Do(r)
		if err != nil {
			return "", err
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		return string(text), err
	}
	if text, err := get(); err != nil || !strings.HasPrefix(text, "[") {
		t.Errorf("%q, %v", text, err)
	}
	server.Fail("GET /api/features", tenant.Fault{CutOff: true, Times: 1})
	if text, err := get(); err == nil || text == "" {
		t.Errorf("%q, %v", text, err)
	}
	server.Fail("GET /api/features", tenant.Fault{HangUp: true})
	if text, err := get(); err == nil {
		t.Errorf("%q", text)
	}
}
