package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
	"github.com/kubectl-jit/kubectl-jit/pkg/mint"
	"github.com/kubectl-jit/kubectl-jit/plugins/eks"
)

// awsKeys hands the keys of a checkout to programs that look for them in their
// environment.
type awsKeys struct {
	*env
	unattended bool
	region     string
	roles      []jit.Role
}

func (k *awsKeys) flags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&k.unattended, "unattended", false, "open a checkout also when no person is at a terminal")
	caller.RoleFlags(cmd.Flags(), &k.roles)
	cmd.Flags().StringVar(&k.region, "region", "", "the AWS region, in place of AWS_REGION's and that of the profile's cluster in the kubeconfig")
}

// variable is one variable of an environment.
type variable struct{ name, value string }

// variables are what the SDKs of AWS read, see
// https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html, and
// the end of the keys (RFC 3339, UTC) under the name by which botocore knows it.
func (k *awsKeys) variables(ctx context.Context, profile string) ([]variable, error) {
	if k.region != "" {
		if err := eks.CheckRegion(k.region); err != nil {
			return nil, jit.Errorf(jit.Invalid, "", "--region: %w", err)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, k.TimeLimit())
	defer cancel()
	credential, conn, target, err := k.keys(ctx, profile, k.roles, k.unattended)
	if err != nil {
		return nil, err
	}
	all := []variable{
		{"AWS_ACCESS_KEY_ID", credential.AccessKeyID},
		{"AWS_SECRET_ACCESS_KEY", credential.SecretAccessKey.Reveal()},
		{"AWS_SESSION_TOKEN", credential.SessionToken.Reveal()},
		{"AWS_CREDENTIAL_EXPIRATION", credential.Expires.UTC().Format(time.RFC3339)},
	}
	if region := k.regionFor(conn.Tenant.URL, target.access); region != "" {
		// Version 1 of the AWS CLI reads the second name only, most SDKs the first.
		all = append(all, variable{"AWS_REGION", region}, variable{"AWS_DEFAULT_REGION", region})
	}
	for _, v := range all {
		if strings.IndexFunc(v.value, func(r rune) bool { return r <= ' ' || r > '~' }) >= 0 {
			return nil, jit.Errorf(jit.Unavailable, "get access to "+target.name, "what the broker gives as %s holds characters that no key has", v.name)
		}
	}
	return all, nil
}

// keys are the AWS keys of a checkout, for a program: as for get-token, only a
// person at a terminal opens one, and nobody is asked anything.
func (e *env) keys(ctx context.Context, profile string, roles []jit.Role, unattended bool) (jit.Credential, *caller.Connection, target, error) {
	conn, target, err := e.target(ctx, profile)
	if err != nil {
		return jit.Credential{}, nil, target, err
	}
	ask := target.ask(conn, roles)
	ask.Open = mint.OnDemand
	if unattended {
		ask.Open = mint.Always
	}
	credential, err := conn.Mint.Credential(ctx, ask)
	return credential, conn, target, err
}

// regionFor is the region that was asked for, or was set before, or in which the
// access is used according to the kubeconfig; empty where that is not known.
func (k *awsKeys) regionFor(tenant string, access jit.Access) string {
	for _, set := range []string{k.region, k.Getenv("AWS_REGION"), k.Getenv("AWS_DEFAULT_REGION")} {
		if set != "" {
			return set
		}
	}
	files, err := kubeconfig.Open("")
	if err != nil {
		return ""
	}
	entries, err := files.Entries()
	if err != nil {
		return ""
	}
	var regions []string
	for _, entry := range entries {
		args, mine := ours(entry.Exec)
		if named, err := jit.ParsePath(args.Profile); mine && err == nil && args.Tenant == tenant && named.Same(access) {
			regions = append(regions, args.Cluster.Region)
		}
	}
	if regions = unique(regions); len(regions) != 1 {
		return ""
	}
	return regions[0]
}

// rivals are the variables that lead an SDK to other credentials before or beside
// ours: that for JavaScript looks at AWS_PROFILE first, botocore at
// AWS_SECURITY_TOKEN, older ones at the two short names.
func rivals() []string {
	return []string{
		"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_SECURITY_TOKEN",
		"AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_WEB_IDENTITY_TOKEN_FILE",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
		"AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
	}
}
