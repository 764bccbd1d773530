package cli

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
	"github.com/kubectl-jit/kubectl-jit/plugins/eks/account"
)

type adminTrustPolicy struct {
	adminChange
	trust
	kube   kubeFlags
	role   string
	apply  bool
	create bool
}

func newAdminTrustPolicy(e *env) *cobra.Command {
	a := adminTrustPolicy{adminChange: adminChange{env: e}}
	cmd := &cobra.Command{
		Use:   "trust-policy (--saml-provider ARN | --principal ARN --external-id ID)",
		Short: "Print, or set, the trust policy of a role that profiles grant",
		Long: `Print the trust policy of a role that profiles grant: it trusts the SAML provider
of the broker, for assertions to the sign-in address of its partition (aws, aws-cn,
aws-us-gov), and allows session tags and the source identity. With --principal it
trusts a principal that sends an external id.

With --apply it is set on a role: in the place of the statements for the same
principal, all others stay. With --create a role that is not there is made, without
rights in AWS: a cluster asks only who it is. The diff goes to stderr, with
--dry-run to stdout. AWS is asked with the AWS keys in the
environment; where there are none, with those of the context's profile.`,
		Example: `  kubectl jit admin trust-policy --saml-provider arn:aws:iam::196226166352:saml-provider/jit-broker
  kubectl jit admin trust-policy --principal arn:aws:iam::111122223333:role/jit-broker --external-id sigma-4711
  kubectl jit admin trust-policy --saml-provider arn:aws:iam::196226166352:saml-provider/jit-broker --apply --role EKS-Pod-Manager
  kubectl jit admin trust-policy --saml-provider arn:aws:iam::196226166352:saml-provider/jit-broker --apply --role EKS-Pod-Manager --create`,
		Args: usage.Wants(),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.run(cmd.Context()) },
	}
	a.kube.flags(cmd)
	a.adminChange.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&a.samlProvider, "saml-provider", "", "the ARN of the SAML provider that the broker is registered as")
	f.StringSliceVar(&a.recipients, "recipient", nil, "where assertions are addressed (default: the partition's sign-in address); several with commas")
	f.StringVar(&a.issuer, "issuer", "", "the entity id of the broker, to be compared too")
	f.StringVar(&a.principal, "principal", "", "the ARN of the principal that a broker without SAML calls AWS as")
	f.StringVar(&a.externalID, "external-id", "", "with --principal: the external id that it sends")
	f.BoolVar(&a.apply, "apply", false, "set the policy on the role of --role")
	f.StringVar(&a.role, "role", "", "with --apply: the name of the role, without path")
	f.BoolVar(&a.create, "create", false, "with --apply: make the role where there is none")
	return cmd
}

func (a *adminTrustPolicy) run(ctx context.Context) error {
	policy, partition, owner, err := a.policy()
	if err != nil {
		return err
	}
	if !a.apply {
		if a.role != "" || a.dryRun || a.create {
			return jit.Errorf(jit.Invalid, "", "--role, --create and --dry-run go with --apply")
		}
		text, err := indent(policy)
		if err != nil {
			return err
		}
		_, err = fmt.Fprint(a.Streams.Out, text)
		return err
	}
	if a.role == "" || strings.ContainsAny(a.role, "/:") {
		return jit.Errorf(jit.Invalid, "", "--apply wants --role, the name of a role without path")
	}
	iam, err := a.iam(ctx, a.kube, partition)
	if err != nil {
		return err
	}
	p, err := a.plan(ctx, iam, policy, owner)
	if err != nil {
		return err
	}
	return a.carryOut(ctx, p)
}

// plan compares the policy of the role with what it is to say. The owner is the
// account of the SAML provider: a role trusts those of its own account only.
func (a *adminTrustPolicy) plan(ctx context.Context, iam account.IAM, policy trustPolicy, owner string) (plan, error) {
	arn, now, err := iam.TrustPolicy(ctx, a.role)
	if jit.CodeOf(err) == jit.NotFound {
		return a.planNew(ctx, iam, policy, err)
	}
	if err != nil {
		return plan{}, err
	}
	if owner != "" && !strings.Contains(arn, ":iam::"+owner+":") {
		return plan{}, jit.Errorf(jit.Invalid, "change the trust policy of "+arn, "the SAML provider is of another account, %s", owner).
			WithNext("aws sts get-caller-identity  # whose keys are these?")
	}
	before, after, err := mergeTrust(now, policy)
	if err != nil {
		return plan{}, err
	}
	p := plan{
		name:    "trust-policy",
		nothing: "Nothing to change: " + arn + " trusts it already.",
		done:    []string{"The trust policy of " + arn + " is changed."},
	}
	if before == after {
		return p, nil
	}
	p.pieces = []piece{{"trust policy of " + arn, before, after}}
	p.steps = []step{{
		do:   func(ctx context.Context) error { return iam.SetTrustPolicy(ctx, a.role, after) },
		undo: "aws iam update-assume-role-policy --role-name " + jit.Quote(a.role) + " --policy-document " + decoded(now),
	}}
	return p, nil
}

// planNew makes the role. A role trusts SAML providers of its own account only, and
// IAM does not say which account the keys are for: one that knows the provider.
func (a *adminTrustPolicy) planNew(ctx context.Context, iam account.IAM, policy trustPolicy, absent error) (plan, error) {
	if !a.create {
		return plan{}, jit.Errorf(jit.NotFound, "change the trust policy of role "+a.role, "%w", absent).WithNext("the same command with --create makes the role")
	}
	if a.samlProvider != "" {
		if _, found, err := iam.SAMLProvider(ctx, a.samlProvider); err != nil {
			return plan{}, err
		} else if !found {
			return plan{}, jit.Errorf(jit.NotFound, "make role "+a.role, "the account of these keys has no SAML provider %s", a.samlProvider).
				WithNext("kubectl jit admin saml-provider %s --metadata FILE --apply", a.samlProvider)
		}
	}
	text, err := indent(policy)
	if err != nil {
		return plan{}, err
	}
	return plan{
		name:   "trust-policy",
		pieces: []piece{{"trust policy of the new role " + a.role, "", text}},
		steps: []step{{
			do:   func(ctx context.Context) error { return iam.CreateRole(ctx, a.role, text) },
			undo: "aws iam delete-role --role-name " + jit.Quote(a.role),
		}},
		done: []string{"Role " + a.role + " is made."},
	}, nil
}

// decoded is a word for a shell that stands for a text of somebody else.
func decoded(text string) string {
	return `"$(echo ` + base64.StdEncoding.EncodeToString([]byte(text)) + ` | base64 -d)"`
}

// iam is the door to IAM, with the environment's keys or those of the context at
// hand.
func (e *env) iam(ctx context.Context, kube kubeFlags, partition string) (account.IAM, error) {
	credential, err := e.accountKeys(ctx, kube)
	if err != nil {
		return account.IAM{}, err
	}
	return account.Finder{}.IAM(credential, partition)
}

// accountKeys are the keys for what is about an account and not about a cluster.
func (e *env) accountKeys(ctx context.Context, kube kubeFlags) (jit.Credential, error) {
	if e.Getenv("AWS_ACCESS_KEY_ID") != "" {
		return e.credential(ctx, nil)
	}
	w, err := e.enter(ctx, kube)
	if err != nil {
		w = nil // then it is said that there are no keys
	}
	return e.credential(ctx, w)
}
