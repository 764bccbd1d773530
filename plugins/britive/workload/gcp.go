package workload

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
)

// gcp asks the metadata of a machine in Google Cloud for an identity token of its
// service account.
//
// Source: https://cloud.google.com/compute/docs/instances/verifying-instance-identity
func gcp(ctx context.Context, p Place, option, _ string) (Token, error) {
	query := url.Values{"audience": {cmp.Or(option, "https://accounts.google.com/")}, "format": {"full"}}
	const address = "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/identity?"
	text, err := ask(ctx, p.nextDoor(), http.MethodGet, address+query.Encode(), "", http.Header{"Metadata-Flavor": {"Google"}})
	if err != nil {
		return Token{}, err
	}
	return oidc(string(text))
}
