package cani

import (
	"fmt"
	"slices"
	"strings"
)

// longest is how many items of a kind the summary names.
const longest = 3

// Summary says in one line what the view lists: "pods: all verbs". What everybody
// may do, ask about themselves, is left out.
func (v View) Summary() string {
	text := v.summary()
	if v.Incomplete {
		text += "; the cluster's list is incomplete, more may be allowed"
	}
	return text
}

func (v View) summary() string {
	if v.everything() {
		return "everything"
	}
	var order []string // what is allowed, in the order of the rows
	labels := map[string][]string{}
	for _, row := range v.Rows {
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

// Empty reports whether the view lists nothing but what everybody may do.
func (v View) Empty() bool {
	return !slices.ContainsFunc(v.Rows, func(r Row) bool { return !r.everybodys() })
}

func (v View) everything() bool {
	return slices.ContainsFunc(v.Rows, func(r Row) bool {
		return r.Group == "*" && r.Resource == "*" && len(r.Names) == 0 && slices.Contains(r.Verbs, "*")
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
