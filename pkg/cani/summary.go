package cani

import (
	"fmt"
	"slices"
	"strings"
)

// longest is how many items of a kind the summary names.
const longest = 3

// Summary says in one line what the rules list: "pods: all verbs". What everybody
// may do, ask about themselves, is left out.
func (r Rules) Summary() string {
	text := r.summary()
	if r.Incomplete {
		text += "; the cluster's list is incomplete, more may be allowed"
	}
	return text
}

func (r Rules) summary() string {
	if r.everything() {
		return "everything"
	}
	var order []string // what is allowed, in the order of the rows
	labels := map[string][]string{}
	for _, row := range r.Rows {
		if row.everybodys() {
			continue
		}
		allowed := row.allowed()
		if labels[allowed] == nil {
			order = append(order, allowed)
		}
		labels[allowed] = append(labels[allowed], row.Label())
	}
	if len(order) == 0 {
		return "nothing is listed"
	}
	var parts []string
	for _, allowed := range order[:min(len(order), longest)] {
		parts = append(parts, someOf(labels[allowed])+": "+allowed)
	}
	if more := len(order) - longest; more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(parts, "; ")
}

// Empty reports whether the rules list nothing but what everybody may do.
func (r Rules) Empty() bool {
	return !slices.ContainsFunc(r.Rows, func(row Row) bool { return !row.everybodys() })
}

func (r Rules) everything() bool {
	return slices.ContainsFunc(r.Rows, func(row Row) bool {
		return row.Group == "*" && row.Resource == "*" && len(row.Names) == 0 && slices.Contains(row.Verbs, "*")
	})
}

// everybodys reports whether the row is of the rights every signed-in person has.
func (r Row) everybodys() bool {
	return (r.Group == "authorization.k8s.io" || r.Group == "authentication.k8s.io") && strings.HasPrefix(r.Resource, "selfsubject")
}

func (r Row) allowed() string {
	text := strings.Join(r.Verbs, ", ")
	if slices.Contains(r.Verbs, "*") {
		text = "all verbs"
	}
	if len(r.Names) > 0 {
		text += " on " + someOf(r.Names) + " only"
	}
	return text
}

func someOf(items []string) string {
	if len(items) <= longest {
		return strings.Join(items, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(items[:longest], ", "), len(items)-longest)
}
