package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/awsconfig"
	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

const awsVerb = "aws-credential-process"

// awsCredentialProcess serves the AWS CLI and SDKs from the same checkout.
type awsCredentialProcess struct {
	*env
	write      bool
	unattended bool
	region     string
	roles      []jit.Role
}

func newAWSCredentialProcess(e *env) *cobra.Command {
	a := awsCredentialProcess{env: e}
	cmd := &cobra.Command{
		Use:   awsVerb + " PROFILE",
		Short: "Print AWS keys (the AWS CLI and SDKs call this)",
		Long: `Print AWS keys in the form that credential_process of an AWS configuration wants.

With --write and an alias it writes that line into the AWS configuration, as a
profile of the alias's name, and prints no keys. After that "aws --profile ALIAS"
and every AWS SDK live on the same checkout as kubectl.`,
		Example: `  kubectl jit aws-credential-process --write eks-pod-manager
  aws sts get-caller-identity --profile eks-pod-manager`,
		Args: usage.Wants("PROFILE"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.start(cmd.Context(), args[0]) },
	}
	cmd.Flags().BoolVar(&a.write, "write", false, "write the line into the AWS configuration, in place of printing keys")
	cmd.Flags().BoolVar(&a.unattended, "unattended", false, "open a checkout also when no person is at a terminal")
	caller.RoleFlags(cmd.Flags(), &a.roles)
	cmd.Flags().StringVar(&a.region, "region", "", "with --write: the region of that AWS profile")
	cmd.ValidArgsFunction = first(e.profiles)
	return cmd
}

func (a *awsCredentialProcess) start(ctx context.Context, profile string) error {
	if a.write {
		return a.writeLine(ctx, profile)
	}
	return a.run(ctx, profile)
}

// awsAnswer is what credential_process is to print; see
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
type awsAnswer struct {
	Version         int
	AccessKeyID     string `json:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      time.Time
}

func (a *awsCredentialProcess) run(ctx context.Context, profile string) error {
	ctx, cancel := context.WithTimeout(ctx, a.TimeLimit())
	defer cancel()
	credential, _, _, err := a.keys(ctx, profile, a.roles, a.unattended)
	if err != nil {
		return err
	}
	text, err := json.Marshal(awsAnswer{
		Version:         1,
		AccessKeyID:     credential.AccessKeyID,
		SecretAccessKey: credential.SecretAccessKey.Reveal(),
		SessionToken:    credential.SessionToken.Reveal(),
		Expiration:      credential.Expires.UTC(),
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.Streams.Out, "%s\n", text)
	return err
}

// writeLine names the access in full, as kubeconfig entries do: the line means
// the same when the alias is pointed elsewhere.
func (a *awsCredentialProcess) writeLine(ctx context.Context, name string) error {
	settings, err := a.Settings()
	if err != nil {
		return err
	}
	alias, known := settings.Aliases[name]
	if !known {
		err := jit.Errorf(jit.NotFound, "", "no alias %q: the AWS profile is named like an alias", name)
		return err.WithNext("kubectl jit alias set NAME PROFILE")
	}
	where := a.Tenant
	if where == "" {
		where = alias.Tenant
	}
	tenant, err := a.TenantOf(settings, where)
	if err != nil {
		return err
	}
	roles := a.roles
	if len(roles) == 0 {
		roles = alias.Assume
	}
	line := awsconfig.Profile{
		Name:    name,
		Command: []string{a.installedAs(), awsVerb, "--tenant", tenant.URL, alias.Profile},
		Region:  a.region,
	}
	line.Command = append(line.Command, caller.RoleArgs(roles)...)
	if a.unattended {
		line.Command = append(line.Command, "--unattended")
	}
	if a.Federation != "" {
		line.Command = append(line.Command, "--federation", a.Federation)
	}
	path, err := awsconfig.Path()
	if err != nil {
		return err
	}
	changed, err := awsconfig.Write(ctx, path, line)
	if err != nil {
		return err
	}
	if !changed {
		a.say("Profile %s in %s is written already.", name, path)
		return nil
	}
	a.say("Profile %s is written into %s: aws --profile %s", name, path, name)
	return nil
}
