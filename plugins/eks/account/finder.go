package account

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/nearest"
	jiteks "github.com/kubectl-jit/kubectl-jit/plugins/eks"
)

// Found is a cluster as EKS describes it: all that a kubeconfig entry needs.
type Found struct {
	jit.Cluster
	Endpoint string // the API server's URL
	CAData   []byte // the certificate authority, PEM
	ARN      string
}

// Finder asks AWS with the credentials it is given and no others: nothing is
// read from the environment, the AWS configuration or the instance's metadata,
// but for the proxy settings. The zero value is ready.
type Finder struct {
	HTTP *http.Client // nil means the SDK's own, with the environment's proxy and the system's roots
}

// Find describes the named cluster of the region; with an empty name, the only
// one there is. Codes: not_found (no such cluster; the message lists the nearest
// names), invalid (no region; or no name and several clusters), denied (AWS
// refused; the message has AWS's code and the likely cause), unavailable.
func (f Finder) Find(ctx context.Context, credential jit.Credential, region, name string) (Found, error) {
	if err := jiteks.CheckRegion(region); err != nil {
		return Found{}, jit.Errorf(jit.Invalid, "look for a cluster", "%w", err)
	}
	client := f.client(credential, region)
	if name == "" {
		only, err := onlyCluster(ctx, client, region)
		if err != nil {
			return Found{}, err
		}
		name = only
	}
	op := "look for cluster " + name + " in " + region
	answer, err := client.DescribeCluster(ctx, &eks.DescribeClusterInput{Name: &name})
	if _, missing := errors.AsType[*types.ResourceNotFoundException](err); missing {
		return Found{}, missingCluster(ctx, client, region, name)
	}
	if err != nil {
		return Found{}, refusal(op, "eks:DescribeCluster", err)
	}
	return described(op, region, answer.Cluster)
}

func (f Finder) client(credential jit.Credential, region string) *eks.Client {
	options := eks.Options{
		Region:      region,
		Credentials: credentials.StaticCredentialsProvider{Value: jiteks.Keys(credential)},
	}
	if f.HTTP != nil {
		options.HTTPClient = f.HTTP
	}
	return eks.New(options)
}

func described(op, region string, cluster *types.Cluster) (Found, error) {
	if cluster == nil || aws.ToString(cluster.Endpoint) == "" || cluster.CertificateAuthority == nil {
		return Found{}, jit.Errorf(jit.Unavailable, op, "the cluster has no endpoint yet: it is still being made, or has failed")
	}
	ca, err := base64.StdEncoding.DecodeString(aws.ToString(cluster.CertificateAuthority.Data))
	if err != nil {
		return Found{}, jit.Errorf(jit.Unavailable, op, "the certificate authority EKS tells is not base64: %w", err)
	}
	return Found{
		Cluster:  jit.Cluster{Name: aws.ToString(cluster.Name), Region: region},
		Endpoint: aws.ToString(cluster.Endpoint),
		CAData:   ca,
		ARN:      aws.ToString(cluster.Arn),
	}, nil
}

func onlyCluster(ctx context.Context, client *eks.Client, region string) (string, error) {
	op := "look for clusters in " + region
	names, err := clusters(ctx, client)
	switch {
	case err != nil:
		return "", refusal(op, "eks:ListClusters", err)
	case len(names) == 0:
		return "", jit.Errorf(jit.NotFound, op, "the account has none in this region")
	case len(names) > 1:
		return "", jit.Errorf(jit.Invalid, op, "there are several, name one with --cluster: %s", few(names))
	}
	return names[0], nil
}

// missingCluster is the error for an unknown name, with the names that are
// nearest to it where the role may list them.
func missingCluster(ctx context.Context, client *eks.Client, region, name string) error {
	op := "look for cluster " + name + " in " + region
	const why = "the account has no such cluster in this region"
	names, err := clusters(ctx, client)
	if err != nil || len(names) == 0 {
		return jit.Errorf(jit.NotFound, op, why)
	}
	if near := nearest.Names(name, names); len(near) > 0 {
		return jit.Errorf(jit.NotFound, op, why+"; did you mean %s?", strings.Join(near, " or "))
	}
	return jit.Errorf(jit.NotFound, op, why+"; it has %s", few(names))
}

// few writes a list that may be long.
func few(names []string) string {
	const most = 10
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

func clusters(ctx context.Context, client *eks.Client) ([]string, error) {
	var names []string
	pages := eks.NewListClustersPaginator(client, &eks.ListClustersInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		names = append(names, page.Clusters...)
	}
	slices.Sort(names)
	return names, nil
}
