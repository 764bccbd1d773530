package workload

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// github asks the runner of a GitHub Actions job, which has the permission
// "id-token: write".
//
// Source: https://docs.github.com/actions/reference/security/oidc
func github(ctx context.Context, p Place, option, _ string) (Token, error) {
	address, bearer := p.Getenv("ACTIONS_ID_TOKEN_REQUEST_URL"), p.Getenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
	if address == "" || bearer == "" {
		return Token{}, jit.Errorf(jit.SignIn, "", "ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN are not both set: the job needs the permission \"id-token: write\"")
	}
	if !isSafe(address) {
		return Token{}, jit.Errorf(jit.Invalid, "", "ACTIONS_ID_TOKEN_REQUEST_URL does not begin with https://")
	}
	if option != "" {
		separator := "?"
		if strings.Contains(address, "?") {
			separator = "&"
		}
		address += separator + url.Values{"audience": {option}}.Encode()
	}
	text, err := ask(ctx, p.outside(), http.MethodGet, address, "", http.Header{"Authorization": {"Bearer " + bearer}, "Accept": {"application/json"}})
	if err != nil {
		return Token{}, err
	}
	var answer struct {
		Value string `json:"value"`
	}
	if err := fields(text, &answer); err != nil {
		return Token{}, err
	}
	return oidc(answer.Value)
}
