package brokerd

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker/saml"
	"github.com/kubectl-jit/kubectl-jit/pkg/usage"
)

func newSAML(stdout io.Writer) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "saml",
		Short:   "What AWS accounts need to know of this broker",
		Example: `  jit-broker saml metadata --config broker/broker.yaml > metadata.xml`,
		Args:    cobra.ArbitraryArgs,
		RunE:    usage.Group,
	}
	cmd.AddCommand(newMetadata(stdout))
	return cmd
}

func newMetadata(stdout io.Writer) *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "metadata",
		Short: "Print the SAML metadata document",
		Long: `Print the SAML metadata document. An AWS administrator registers it as a SAML
provider, under the name the catalog says, in every account of the catalog.`,
		Example: `  jit-broker saml metadata > metadata.xml
  aws iam create-saml-provider --name jit-broker --saml-metadata-document file://metadata.xml`,
		Args: usage.Wants(),
		RunE: func(*cobra.Command, []string) error {
			c, err := readConfig(path)
			if err != nil {
				return err
			}
			provider, err := saml.Load(c.SAML.EntityID, c.SAML.Certificate, c.SAML.Key)
			if err != nil {
				return err
			}
			document, err := provider.Metadata()
			if err != nil {
				return err
			}
			_, err = stdout.Write(document)
			return err
		},
	}
	configFlag(cmd, &path)
	return cmd
}
