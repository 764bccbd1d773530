package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/kubectl-jit/kubectl-jit/pkg/cani"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/plugins/eks/account"
	"github.com/kubectl-jit/kubectl-jit/plugins/eks/mapping"
)

// accessEntries is what EKS itself knows of who may come in.
type accessEntries struct {
	*workplace
	entries account.Entries
	caller  cani.Identity
}

func (a *accessEntries) list(ctx context.Context) ([]mappingItem, error) {
	all, err := a.entries.List(ctx)
	if err != nil {
		return nil, err
	}
	var items []mappingItem
	for _, e := range all {
		items = append(items, mappingItem{ARN: e.Principal, Groups: append([]string{}, e.Groups...), Username: e.Username, Via: viaEntries, Type: e.Type})
	}
	return items, nil
}

// lint looks at groups only: EKS itself has refused the rest.
func (a *accessEntries) lint(ctx context.Context, bound []string) ([]finding, error) {
	all, err := a.entries.List(ctx)
	if err != nil {
		return nil, err
	}
	var found []finding
	for _, e := range all {
		if e.Type != standard {
			continue
		}
		if len(e.Groups) == 0 {
			found = append(found, finding{Severity: mapping.Note, Via: viaEntries, ARN: e.Principal,
				Text: "there is no group: what the role may do comes from access policies alone"})
		}
		for _, group := range e.Groups {
			if bound != nil && !slices.Contains(bound, group) {
				found = append(found, finding{Severity: mapping.Warning, Via: viaEntries, ARN: e.Principal,
					Text: fmt.Sprintf("no binding names the group %q: it gives nothing", group)})
			}
		}
	}
	return found, nil
}

// standard is the type of the entries that are not of nodes.
const standard = "STANDARD"

func (a *accessEntries) add(ctx context.Context, w wish) (plan, error) {
	op := "map " + w.ARN
	if strings.Contains(w.ARN, ":sts:") {
		return plan{}, jit.Errorf(jit.Invalid, op, "an access entry wants the ARN of the role, with its path, not of a session").
			WithNext("aws iam get-role --role-name NAME --query Role.Arn --output text")
	}
	if w.Groups == nil && len(w.policies) == 0 && w.Username == "" {
		return plan{}, jit.Errorf(jit.Invalid, op, "no group and no access policy is named").
			WithNext("kubectl jit admin mappings add %s --group GROUP", w.ARN)
	}
	now, there, err := a.entries.Find(ctx, w.ARN)
	if err != nil {
		return plan{}, err
	}
	want := account.Entry{Principal: w.ARN, Username: w.Username, Groups: w.Groups, Type: standard}
	if there {
		return a.change(ctx, op, w, now, want)
	}
	if err := a.mayTake(op, want); err != nil {
		return plan{}, err
	}
	p := planOf(w)
	p.pieces = []piece{{"access entry " + w.ARN, "", entryText(want, w.policies)}}
	p.steps = []step{{
		do:   func(ctx context.Context) error { return a.entries.Create(ctx, want) },
		undo: a.undoAdd(w.ARN, viaEntries),
	}}
	for _, policy := range w.policies {
		p.steps = append(p.steps, step{do: func(ctx context.Context) error { return a.entries.Associate(ctx, w.ARN, policy) }})
	}
	return p, nil
}

// planOf is what is said of a wish.
func planOf(w wish) plan {
	is := w.ARN + " has an access entry"
	if len(w.Groups) > 0 {
		is = w.ARN + " is in " + strings.Join(w.Groups, ", ") + " by an access entry"
	}
	for i, policy := range w.policies {
		is += []string{", with ", ", "}[min(i, 1)] + policy.Text(w.ARN)
	}
	return plan{name: "mappings", nothing: "Nothing to change: " + is + ".", done: []string{is + "."}}
}

// change plans the way from an entry to another one of the same principal.
func (a *accessEntries) change(ctx context.Context, op string, w wish, now, want account.Entry) (plan, error) {
	p := planOf(w)
	has, missing, err := a.missing(ctx, w)
	if err != nil {
		return plan{}, err
	}
	if w.Groups == nil {
		want.Groups = now.Groups
	}
	same := sameGroups(now.Groups, want.Groups) && (w.Username == "" || w.Username == now.Username)
	if same && len(missing) == 0 {
		return p, nil
	}
	if !w.replace {
		return plan{}, jit.Errorf(jit.Invalid, op, "an access entry maps it already, to %s as %q: --replace changes that", strings.Join(now.Groups, ", "), now.Username).
			WithNext("kubectl jit admin mappings list")
	}
	if err := a.mayTouch(op, now); err != nil {
		return plan{}, err
	}
	want.Username = cmp.Or(want.Username, now.Username)
	p.pieces = []piece{{"access entry " + w.ARN, entryText(now, has), entryText(want, united(has, missing))}}
	if !same {
		p.steps = append(p.steps, step{
			do:   func(ctx context.Context) error { return a.entries.Update(ctx, want) },
			undo: a.undoRemove(mapping.Mapping{ARN: w.ARN, Username: now.Username, Groups: now.Groups}, viaEntries),
		})
	}
	for _, policy := range missing {
		p.steps = append(p.steps, step{
			do:   func(ctx context.Context) error { return a.entries.Associate(ctx, w.ARN, policy) },
			undo: a.undoAssociate(w.ARN, policy, has),
		})
	}
	return p, nil
}

// missing is which policies the entry has, and which of those wanted it has not, or
// for other namespaces. Where none is wanted, EKS is not asked.
func (a *accessEntries) missing(ctx context.Context, w wish) (has, missing []account.Policy, err error) {
	if len(w.policies) == 0 {
		return nil, nil, nil
	}
	if has, err = a.entries.Policies(ctx, w.ARN); err != nil {
		return nil, nil, err
	}
	for _, policy := range w.policies {
		if !slices.ContainsFunc(has, policy.Same) {
			missing = append(missing, policy)
		}
	}
	return has, missing, nil
}

// united is the policies with others, which win.
func united(has, others []account.Policy) []account.Policy {
	all := slices.Clone(others)
	for _, policy := range has {
		if !slices.ContainsFunc(others, func(other account.Policy) bool { return other.ARN == policy.ARN }) {
			all = append(all, policy)
		}
	}
	return all
}

// undoAssociate is the command that takes a policy off again, or back to the
// namespaces it had.
func (a *accessEntries) undoAssociate(arn string, policy account.Policy, has []account.Policy) string {
	action, scope := "disassociate", ""
	if i := slices.IndexFunc(has, func(before account.Policy) bool { return before.ARN == policy.ARN }); i >= 0 {
		action, scope = "associate", " --access-scope type=cluster"
		if before := has[i].Namespaces; len(before) > 0 {
			scope = " --access-scope " + jit.Quote("type=namespace,namespaces="+strings.Join(before, ","))
		}
	}
	return fmt.Sprintf("aws eks %s-access-policy --cluster-name %s --region %s --principal-arn %s --policy-arn %s%s",
		action, jit.Quote(a.cluster.Name), jit.Quote(a.cluster.Region), jit.Quote(arn), jit.Quote(policy.ARN), scope)
}

func (a *accessEntries) remove(ctx context.Context, arn string) (plan, error) {
	now, there, err := a.entries.Find(ctx, arn)
	if err != nil {
		return plan{}, err
	}
	if !there {
		return plan{nothing: "Nothing to change: " + arn + " has no access entry."}, nil
	}
	if err := a.mayTouch("remove the mapping of "+arn, now); err != nil {
		return plan{}, err
	}
	policies, err := a.entries.Policies(ctx, arn)
	if err != nil {
		return plan{}, err
	}
	return plan{
		name:   "mappings",
		pieces: []piece{{"access entry " + arn, entryText(now, policies), ""}},
		done:   []string{"The access entry of " + arn + " is removed."},
		steps: []step{{
			do:   func(ctx context.Context) error { return a.entries.Delete(ctx, arn) },
			undo: a.undoRemove(mapping.Mapping{ARN: arn, Username: now.Username, Groups: now.Groups}, viaEntries, policies...),
		}},
	}, nil
}

// mayTouch keeps nodes in the cluster, and the caller.
func (a *accessEntries) mayTouch(op string, e account.Entry) error {
	switch {
	case e.Type != standard:
		return jit.Errorf(jit.Denied, op, "it is an access entry of nodes (%s): without it they leave the cluster", e.Type)
	case mapping.SameRole(e.Principal, a.caller.ARN()):
		return jit.Errorf(jit.Denied, op, "you came in by this access entry: this would lock you out")
	}
	return nil
}

// mayTake keeps the caller's groups: an access entry wins over the entry of aws-auth
// that the caller may have come in by.
func (a *accessEntries) mayTake(op string, e account.Entry) error {
	if !mapping.SameRole(e.Principal, a.caller.ARN()) {
		return nil
	}
	for _, group := range a.caller.Groups {
		if group != "system:authenticated" && !slices.Contains(e.Groups, group) {
			return jit.Errorf(jit.Denied, op, "it is your own role, and would not be in %s any more: this would lock you out", group)
		}
	}
	return nil
}

func sameGroups(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

// entryText is an access entry as a person reads it.
func entryText(e account.Entry, policies []account.Policy) string {
	var texts []string
	for _, policy := range policies {
		texts = append(texts, policy.Text(e.Principal))
	}
	slices.Sort(texts)
	text, err := yaml.Marshal(struct {
		Principal string   `json:"principalArn"`
		Username  string   `json:"username,omitempty"`
		Groups    []string `json:"kubernetesGroups"`
		Policies  []string `json:"accessPolicies,omitempty"`
		Type      string   `json:"type"`
	}{e.Principal, e.Username, append([]string{}, e.Groups...), texts, e.Type})
	if err != nil {
		return "" // strings are always written
	}
	return string(text)
}
