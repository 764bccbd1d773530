package tenant

import (
	"context"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// loginHTML is the page behind the address that a program opens. What a tenant's
// own page looks like is not known, and no program reads it.
const loginHTML = `<!DOCTYPE html>
<title>Sign in</title>
<form method="post" action="/login">
<input type="hidden" name="token" value="{{.}}">
<input name="username"> <input name="password" type="password"> <button>Sign in</button>
</form>
`

func (t *Tenant) loginPage(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	token := query.Get("token")
	if !isHash(token) || r.URL.Path == "/sso" && query.Get("idp") == "" {
		http.Error(w, "Forbidden", http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "text/html;charset=UTF-8")
	_ = template.Must(template.New("").Parse(loginHTML)).Execute(w, token)
}

func (t *Tenant) loginForm(w http.ResponseWriter, r *http.Request) {
	token, name := r.PostFormValue("token"), r.PostFormValue("username")
	t.mu.Lock()
	defer t.mu.Unlock()
	person := t.people[name]
	if !isHash(token) || person == nil || person.Service || person.Password == "" || r.PostFormValue("password") != person.Password {
		http.Error(w, "Forbidden", http.StatusForbidden)
		return
	}
	t.logins[token] = &login{person: name, until: time.Now().Add(loginLasts)}
	http.Redirect(w, r, "/cli-ready", http.StatusSeeOther)
}

// Visit plays a person at a browser: it opens the address, fills the page in and
// sends it.
func Visit(ctx context.Context, client *http.Client, address string, p Person) error {
	opened, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	page, err := client.Do(opened)
	if err != nil {
		return err
	}
	defer page.Body.Close()
	text, err := io.ReadAll(io.LimitReader(page.Body, 1<<16))
	if err != nil {
		return err
	}
	if page.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", page.Status, text)
	}
	_, rest, _ := strings.Cut(string(text), `name="token" value="`)
	token, _, _ := strings.Cut(rest, `"`)
	form := url.Values{"token": {token}, "username": {p.Name}, "password": {p.Password}}
	sent, err := http.NewRequestWithContext(ctx, http.MethodPost, opened.URL.Scheme+"://"+opened.URL.Host+"/login", strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	sent.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	ready, err := client.Do(sent)
	if err != nil {
		return err
	}
	defer ready.Body.Close()
	if ready.StatusCode != http.StatusOK {
		return fmt.Errorf("signing in at %s: %s", opened.URL.Host, ready.Status)
	}
	return nil
}
