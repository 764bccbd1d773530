package cli

import (
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

func (a *accessEntries) add(ctx context.Context, m mapping.Mapping, replace bool) (plan, error) {
	op := "map " + m.ARN
	if strings.Contains(m.ARN, ":sts:") {
		return plan{}, jit.Errorf(jit.Invalid, op, "an access entry wants the ARN of the role, with its path, not of a session")
	}
	if len(m.Groups) == 0 {
		return plan{}, jit.Errorf(jit.Invalid, op, "no group is named")
	}
	now, there, err := a.entries.Find(ctx, m.ARN)
	if err != nil {
		return plan{}, err
	}
	want := account.Entry{Principal: m.ARN, Username: m.Username, Groups: m.Groups, Type: standard}
	p := plan{
		name:    "mappings",
		nothing: fmt.Sprintf("Nothing to change: %s is in %s by an access entry.", m.ARN, strings.Join(m.Groups, ", ")),
		done:    []string{fmt.Sprintf("%s is in %s by an access entry.", m.ARN, strings.Join(m.Groups, ", "))},
	}
	if !there {
		if err := a.mayTake(op, want); err != nil {
			return plan{}, err
		}
		p.pieces = []piece{{"access entry " + m.ARN, "", entryText(want)}}
		p.steps = []step{{
			do:   func(ctx context.Context) error { return a.entries.Create(ctx, want) },
			undo: a.undoAdd(m.ARN, viaEntries),
		}}
		return p, nil
	}
	if sameGroups(now.Groups, m.Groups) && (m.Username == "" || m.Username == now.Username) {
		return p, nil
	}
	if !replace {
		return plan{}, jit.Errorf(jit.Invalid, op, "an access entry maps it already, to %s as %q: --replace changes that", strings.Join(now.Groups, ", "), now.Username)
	}
	if err := a.mayTouch(op, now); err != nil {
		return plan{}, err
	}
	if want.Username == "" {
		want.Username = now.Username
	}
	p.pieces = []piece{{"access entry " + m.ARN, entryText(now), entryText(want)}}
	p.steps = []step{{
		do:   func(ctx context.Context) error { return a.entries.Update(ctx, want) },
		undo: a.undoRemove(mapping.Mapping{ARN: m.ARN, Username: now.Username, Groups: now.Groups}, viaEntries),
	}}
	return p, nil
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
	return plan{
		name:   "mappings",
		pieces: []piece{{"access entry " + arn, entryText(now), ""}},
		done:   []string{"The access entry of " + arn + " is removed."},
		steps: []step{{
			do:   func(ctx context.Context) error { return a.entries.Delete(ctx, arn) },
			undo: a.undoRemove(mapping.Mapping{ARN: arn, Username: now.Username, Groups: now.Groups}, viaEntries),
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
func entryText(e account.Entry) string {
	text, err := yaml.Marshal(struct {
		Principal string   `json:"principalArn"`
		Username  string   `json:"username,omitempty"`
		Groups    []string `json:"kubernetesGroups"`
		Type      string   `json:"type"`
	}{e.Principal, e.Username, e.Groups, e.Type})
	if err != nil {
		return "" // strings are always written
	}
	return string(text)
}
