package workload

import (
	"cmp"
	"context"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// variable is a provider that puts its token into an environment variable, as
// Bitbucket's pipelines and Spacelift's runs do.
func variable(name string) func(context.Context, Place, string, string) (Token, error) {
	return func(_ context.Context, p Place, _, _ string) (Token, error) {
		text := p.Getenv(name)
		if text == "" {
			return Token{}, jit.Errorf(jit.SignIn, "", "%s is not set", name)
		}
		return oidc(text)
	}
}

// gitlab reads the variable that the job's id_tokens names.
//
// Source: https://docs.gitlab.com/ci/secrets/id_token_authentication/
func gitlab(ctx context.Context, p Place, option, tenant string) (Token, error) {
	return variable(cmp.Or(option, "BRITIVE_OIDC_TOKEN"))(ctx, p, "", tenant)
}
