package cli

import (
	"context"
	"encoding/xml"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
	"github.com/kubectl-jit/kubectl-jit/plugins/eks/account"
)

type adminSAMLProvider struct {
	adminChange
	kube     kubeFlags
	arn      string
	metadata string
	apply    bool
}

func newAdminSAMLProvider(e *env) *cobra.Command {
	a := adminSAMLProvider{adminChange: adminChange{env: e}}
	cmd := &cobra.Command{
		Use:   "saml-provider ARN --metadata FILE",
		Short: "Print how to register the broker in an AWS account, or do it",
		Long: `Print the commands that register the broker as a SAML provider of an AWS account,
or do it with --apply. ARN is what the provider is to be called there, as the
catalog and the trust policies name it.

The metadata is what "jit-broker saml metadata" prints, or what a Britive tenant
offers: a file, "-" for stdin, or an https address. A provider that is there with
other metadata is changed as a whole: roll keys over with a document that has both
certificates.

With --apply the diff goes to stderr, with --dry-run to stdout. AWS is asked with
the AWS keys in the environment; where there are none, with those of the context's
profile.`,
		Example: `  kubectl jit admin saml-provider arn:aws:iam::196226166352:saml-provider/jit-broker --metadata metadata.xml
  kubectl jit admin saml-provider arn:aws:iam::196226166352:saml-provider/jit-broker --metadata metadata.xml --apply`,
		Args: usage.Wants("ARN"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.run(cmd.Context(), args[0]) },
	}
	a.kube.flags(cmd)
	a.adminChange.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&a.metadata, "metadata", "", `the SAML metadata of the broker: a file, "-", or an https address`)
	f.BoolVar(&a.apply, "apply", false, "register it")
	return cmd
}

func (a *adminSAMLProvider) run(ctx context.Context, arn string) error {
	found := providerARN.FindStringSubmatch(arn)
	if found == nil {
		return jit.Errorf(jit.Invalid, "", "%q is not the ARN of a SAML provider, such as arn:aws:iam::196226166352:saml-provider/jit-broker", arn)
	}
	a.arn = arn
	_, name, _ := strings.Cut(arn, "/")
	document, err := a.read(ctx)
	if err != nil {
		return err
	}
	if !a.apply {
		if a.dryRun {
			return jit.Errorf(jit.Invalid, "", "--dry-run goes with --apply")
		}
		a.printCommands(name, document)
		return nil
	}
	iam, err := a.iam(ctx, a.kube, found[1])
	if err != nil {
		return err
	}
	if err := a.inAccount(ctx, found[1], found[2]); err != nil {
		return err
	}
	p, err := a.plan(ctx, iam, name, document)
	if err != nil {
		return err
	}
	return a.carryOut(ctx, p)
}

// printCommands writes what does the same by hand.
func (a *adminSAMLProvider) printCommands(name, document string) {
	argument := "file://" + a.metadata
	if a.metadata == "-" || strings.Contains(a.metadata, "://") {
		argument = decoded(document)
	} else {
		argument = jit.Quote(argument)
	}
	m := readMetadata(document)
	a.say("# %s, certificates: %d", m.EntityID, len(m.Certificates))
	a.say("aws iam create-saml-provider --name %s --saml-metadata-document %s", name, argument)
	a.say("# or, where it is there already:")
	a.say("aws iam update-saml-provider --saml-provider-arn %s --saml-metadata-document %s", a.arn, argument)
}

// inAccount holds the keys to the account of the ARN: a provider is made in
// whatever account they are of.
func (a *adminSAMLProvider) inAccount(ctx context.Context, partition, want string) error {
	credential, err := a.accountKeys(ctx, a.kube)
	if err != nil {
		return err
	}
	region := map[string]string{"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}[partition]
	caller, err := account.Finder{}.CallerIdentity(ctx, credential, region)
	if err != nil {
		return err
	}
	if fields := strings.Split(caller, ":"); len(fields) < 5 || fields[4] != want {
		return jit.Errorf(jit.Invalid, "register "+a.arn, "the AWS keys are of %s, which is another account", caller).
			WithNext("aws sts get-caller-identity  # whose keys are these?")
	}
	return nil
}

func (a *adminSAMLProvider) plan(ctx context.Context, iam account.IAM, name, document string) (plan, error) {
	now, there, err := iam.SAMLProvider(ctx, a.arn)
	if err != nil {
		return plan{}, err
	}
	p := plan{name: "saml-provider", nothing: "Nothing to change: " + a.arn + " has this metadata."}
	if there && strings.TrimSpace(now) == strings.TrimSpace(document) {
		return p, nil
	}
	p.pieces = []piece{{"metadata of " + a.arn, now, document}}
	if there {
		p.done = []string{a.arn + " is changed."}
		p.steps = []step{{
			do:   func(ctx context.Context) error { return iam.UpdateSAMLProvider(ctx, a.arn, document) },
			undo: "aws iam update-saml-provider --saml-provider-arn " + a.arn + " --saml-metadata-document " + decoded(now),
		}}
		return p, nil
	}
	p.done = []string{a.arn + " is made."}
	p.steps = []step{{
		do:   func(ctx context.Context) error { return iam.CreateSAMLProvider(ctx, name, document) },
		undo: "aws iam delete-saml-provider --saml-provider-arn " + a.arn,
	}}
	return p, nil
}

const (
	maxMetadata     = 10_000_000 // what IAM takes
	metadataTimeout = 15 * time.Second
)

// read gets the metadata and looks whether it is some.
func (a *adminSAMLProvider) read(ctx context.Context) (string, error) {
	op := "read metadata " + a.metadata
	var from io.Reader
	switch {
	case a.metadata == "":
		return "", jit.Errorf(jit.Invalid, "", "--metadata is missing").WithNext("jit-broker saml metadata > metadata.xml")
	case a.metadata == "-":
		from = a.Streams.In
	case strings.Contains(a.metadata, "://"):
		body, err := fetch(ctx, op, a.metadata)
		if err != nil {
			return "", err
		}
		defer body.Close()
		from = body
	default:
		file, err := os.Open(a.metadata)
		if err != nil {
			return "", jit.Errorf(jit.Invalid, op, "%w", err)
		}
		defer file.Close()
		from = file
	}
	text, err := readAll(ctx, from, maxMetadata+1)
	if err != nil {
		return "", jit.Errorf(jit.Unavailable, op, "%w", err)
	}
	if len(text) > maxMetadata {
		return "", jit.Errorf(jit.Invalid, op, "it has more than %d characters, which IAM does not take", maxMetadata)
	}
	if m := readMetadata(string(text)); m.EntityID == "" || len(m.Certificates) == 0 {
		return "", jit.Errorf(jit.Invalid, op, "it is not the SAML metadata of an identity provider, with entityID and certificate").
			WithNext("jit-broker saml metadata > metadata.xml")
	}
	return string(text), nil
}

// fetch gets an https address; what it is redirected to must be https too.
func fetch(ctx context.Context, op, address string) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil || request.URL.Scheme != "https" {
		return nil, jit.Errorf(jit.Invalid, op, "it is not an https address: whoever stands between could put a key of theirs into the account").
			WithNext("jit-broker saml metadata > metadata.xml")
	}
	client := &http.Client{Timeout: metadataTimeout, CheckRedirect: func(next *http.Request, via []*http.Request) error {
		if next.URL.Scheme != "https" || len(via) > 5 {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	response, err := client.Do(request)
	if err != nil {
		return nil, jit.Errorf(jit.Unavailable, op, "%w", err)
	}
	if response.StatusCode != http.StatusOK {
		_ = response.Body.Close()
		return nil, jit.Errorf(jit.Unavailable, op, "the answer is %s", response.Status)
	}
	return response.Body, nil
}

// metadataOf is what a metadata document says, as far as a person wants to see it.
type metadataOf struct {
	XMLName      xml.Name `xml:"urn:oasis:names:tc:SAML:2.0:metadata EntityDescriptor"`
	EntityID     string   `xml:"entityID,attr"`
	Certificates []string `xml:"IDPSSODescriptor>KeyDescriptor>KeyInfo>X509Data>X509Certificate"`
}

func readMetadata(document string) metadataOf {
	var m metadataOf
	if xml.Unmarshal([]byte(document), &m) != nil {
		return metadataOf{}
	}
	return m
}
