package account

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"
	"github.com/aws/smithy-go"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	jiteks "github.com/kubectl-jit/kubectl-jit/plugins/eks"
)

// The ways by which a cluster learns who a role is, as EKS calls them: by the
// ConfigMap aws-auth, by access entries, or by both, where an access entry wins.
const (
	ModeConfigMap = "CONFIG_MAP"
	ModeAPI       = "API"
	ModeBoth      = "API_AND_CONFIG_MAP"
)

// Entry is an access entry: this principal is in these groups.
type Entry struct {
	Principal string   // ARN of a role or a user, with its path
	Username  string   // a template; EKS makes one where none is given
	Groups    []string // EKS keeps no order
	Type      string   // STANDARD for people; what else there is is for nodes
}

// Entries are the access entries of one cluster.
type Entries struct {
	client  *eks.Client
	cluster jit.Cluster
}

// Entries is the door to the access entries of a cluster. It asks nobody yet.
// Codes: invalid (no region, no name).
func (f Finder) Entries(credential jit.Credential, cluster jit.Cluster) (Entries, error) {
	const op = "ask EKS for access entries"
	if err := jiteks.CheckRegion(cluster.Region); err != nil {
		return Entries{}, jit.Errorf(jit.Invalid, op, "%w", err)
	}
	if cluster.Name == "" {
		return Entries{}, jit.Errorf(jit.Invalid, op, "the name of the cluster is not known: give --cluster")
	}
	return Entries{client: f.client(credential, cluster.Region), cluster: cluster}, nil
}

// Mode asks how the cluster learns who a role is. Codes: not_found, denied,
// unavailable.
func (e Entries) Mode(ctx context.Context) (string, error) {
	answer, err := e.client.DescribeCluster(ctx, &eks.DescribeClusterInput{Name: &e.cluster.Name})
	if err != nil {
		return "", e.refused("ask EKS about cluster "+e.cluster.Name, "eks:DescribeCluster", err)
	}
	if answer.Cluster == nil || answer.Cluster.AccessConfig == nil {
		return ModeConfigMap, nil // clusters from before there was a choice
	}
	return string(answer.Cluster.AccessConfig.AuthenticationMode), nil
}

// List returns every access entry, sorted by principal. EKS tells each one's groups
// by itself, so it is one call for each, a few at a time. Codes: not_found (no such
// cluster), invalid (the cluster has no access entries), denied, unavailable.
func (e Entries) List(ctx context.Context) ([]Entry, error) {
	var principals []string
	pages := eks.NewListAccessEntriesPaginator(e.client, &eks.ListAccessEntriesInput{ClusterName: &e.cluster.Name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, e.refused("list the access entries of cluster "+e.cluster.Name, "eks:ListAccessEntries", err)
		}
		principals = append(principals, page.AccessEntries...)
	}
	slices.Sort(principals)
	return e.findAll(ctx, principals)
}

// atOnce is how many entries are asked for at the same time.
const atOnce = 8

// findAll asks for each entry. One that was removed meanwhile is left out.
func (e Entries) findAll(ctx context.Context, principals []string) ([]Entry, error) {
	entries, there, errs := make([]Entry, len(principals)), make([]bool, len(principals)), make([]error, len(principals))
	slots := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for i, principal := range principals {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			entries[i], there[i], errs[i] = e.Find(ctx, principal)
		})
	}
	all.Wait()
	var found []Entry
	for i := range principals {
		if errs[i] != nil {
			return nil, errs[i]
		}
		if there[i] {
			found = append(found, entries[i])
		}
	}
	return found, nil
}

// Find returns the entry of a principal, or that there is none. Codes as for List.
func (e Entries) Find(ctx context.Context, principal string) (entry Entry, found bool, err error) {
	answer, err := e.client.DescribeAccessEntry(ctx, &eks.DescribeAccessEntryInput{ClusterName: &e.cluster.Name, PrincipalArn: &principal})
	if missing(err) {
		return Entry{}, false, nil
	}
	if err != nil {
		return Entry{}, false, e.refused("look at the access entry of "+principal, "eks:DescribeAccessEntry", err)
	}
	one := answer.AccessEntry
	return Entry{Principal: aws.ToString(one.PrincipalArn), Username: aws.ToString(one.Username), Groups: one.KubernetesGroups, Type: aws.ToString(one.Type)}, true, nil
}

// Create makes an entry. Codes: invalid (what EKS does not take; the message has
// its words), denied, unavailable.
func (e Entries) Create(ctx context.Context, entry Entry) error {
	input := &eks.CreateAccessEntryInput{ClusterName: &e.cluster.Name, PrincipalArn: &entry.Principal, KubernetesGroups: entry.Groups}
	if entry.Username != "" {
		input.Username = &entry.Username
	}
	_, err := e.client.CreateAccessEntry(ctx, input)
	if err != nil {
		return e.refused("make the access entry of "+entry.Principal, "eks:CreateAccessEntry", err)
	}
	return nil
}

// Update changes groups and user name of an entry; an empty user name stays as it
// is. Codes as for Create, and not_found.
func (e Entries) Update(ctx context.Context, entry Entry) error {
	input := &eks.UpdateAccessEntryInput{ClusterName: &e.cluster.Name, PrincipalArn: &entry.Principal, KubernetesGroups: entry.Groups}
	if entry.Username != "" {
		input.Username = &entry.Username
	}
	_, err := e.client.UpdateAccessEntry(ctx, input)
	if err != nil {
		return e.refused("change the access entry of "+entry.Principal, "eks:UpdateAccessEntry", err)
	}
	return nil
}

// Delete removes an entry, and the access policies that are associated with it. One
// that is gone already is no error. Codes: denied, unavailable.
func (e Entries) Delete(ctx context.Context, principal string) error {
	_, err := e.client.DeleteAccessEntry(ctx, &eks.DeleteAccessEntryInput{ClusterName: &e.cluster.Name, PrincipalArn: &principal})
	if err != nil && !missing(err) {
		return e.refused("remove the access entry of "+principal, "eks:DeleteAccessEntry", err)
	}
	return nil
}

func missing(err error) bool {
	_, ok := errors.AsType[*types.ResourceNotFoundException](err)
	return ok
}

// refused tells what EKS says to a wrong question apart from what it says to a
// wrong person.
func (e Entries) refused(op, action string, err error) error {
	if missing, ok := errors.AsType[*types.ResourceNotFoundException](err); ok {
		return jit.Errorf(jit.NotFound, op, "AWS says %s: %s", missing.ErrorCode(), missing.ErrorMessage())
	}
	if answer, ok := errors.AsType[smithy.APIError](err); ok {
		switch code := answer.ErrorCode(); code {
		case "InvalidParameterException", "InvalidRequestException", "ResourceInUseException":
			return jit.Errorf(jit.Invalid, op, "AWS says %s: %s", code, answer.ErrorMessage())
		case "AccessDeniedException":
			return jit.Errorf(jit.Denied, op, "AWS says %s: %s (these keys have no right to %s)", code, answer.ErrorMessage(), action)
		}
	}
	return refusal(op, action, err)
}
