// Package workload gets the token by which a program without a person signs in:
// that of the place it runs in. Britive calls it federation. Nothing is stored,
// and there is no exchange: the token goes with every call, as
// "Authorization: WorkloadToken PREFIX::TOKEN".
//
//	"github-britive" ─▶ Parse ─▶ a provider, and its option
//	                               │ Token
//	                               ▼
//	 aws                a signed GetCallerIdentity, which the tenant carries out
//	 awsstsjwt          STS GetWebIdentityToken ─┐
//	 azuresmi, azureumi the machine's metadata   │
//	 gcp                the machine's metadata   ├▶ a JWT of OpenID Connect
//	 github             the runner's address     │
//	 gitlab, bitbucket, spacelift: a variable ───┘
//
// The names and their options are those of "pybritive -P".
package workload
