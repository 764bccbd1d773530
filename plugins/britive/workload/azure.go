package workload

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// azureAudience is whom a token of Azure is for, where the option does not say.
const azureAudience = "https://management.azure.com/"

// azureSystem is the machine's own managed identity. The option is the audience.
func azureSystem(ctx context.Context, p Place, option, _ string) (Token, error) {
	return managedIdentity(ctx, p, "", option)
}

// azureUser is one of the managed identities that the machine was given. The
// option is CLIENTID or CLIENTID|AUDIENCE.
func azureUser(ctx context.Context, p Place, option, _ string) (Token, error) {
	client, audience, _ := strings.Cut(option, "|")
	if client == "" {
		return Token{}, jit.Errorf(jit.Invalid, "", "the client id of the identity is missing: azureumi-CLIENTID")
	}
	return managedIdentity(ctx, p, client, audience)
}

// managedIdentity asks App Service, where its variables are set, else the metadata
// of a virtual machine.
//
// Sources: https://learn.microsoft.com/azure/app-service/overview-managed-identity and
// https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
func managedIdentity(ctx context.Context, p Place, client, audience string) (Token, error) {
	query := url.Values{"resource": {cmp.Or(audience, azureAudience)}}
	if client != "" {
		query.Set("client_id", client)
	}
	address, headers := "http://169.254.169.254/metadata/identity/oauth2/token", http.Header{"Metadata": {"true"}}
	query.Set("api-version", "2018-02-01")
	if service, key := p.Getenv("IDENTITY_ENDPOINT"), p.Getenv("IDENTITY_HEADER"); service != "" && key != "" {
		if !isSafe(service) {
			return Token{}, jit.Errorf(jit.Invalid, "", "IDENTITY_ENDPOINT is neither https:// nor on this machine")
		}
		address, headers = service, http.Header{"X-Identity-Header": {key}}
		query.Set("api-version", "2019-08-01")
	}
	text, err := ask(ctx, p.nextDoor(), http.MethodGet, address+"?"+query.Encode(), "", headers)
	if err != nil {
		return Token{}, err
	}
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if err := fields(text, &answer); err != nil {
		return Token{}, err
	}
	return oidc(answer.AccessToken)
}
