// Package nearest finds the names that somebody may have meant by a mistyped one.
//
//	word ──▶ distance to each candidate (case ignored) ──▶ the close ones, closest first
package nearest

import (
	"slices"
	"strings"
)

// limit is how many names are worth showing to a person.
const limit = 3

// Names returns at most three candidates that are near the word, nearest first
// and in the order given where they are equally near. Near means: few edits
// away (one in three characters, swaps of neighbours count once), or the word is
// a part of the name. Upper and lower case are the same.
func Names(word string, candidates []string) []string {
	type match struct {
		name     string
		distance int
	}
	lower := strings.ToLower(strings.TrimSpace(word))
	if lower == "" {
		return nil
	}
	var near []match
	for _, name := range candidates {
		distance := distance([]rune(lower), []rune(strings.ToLower(name)))
		allowed := max(1, len([]rune(lower))/3)
		if strings.Contains(strings.ToLower(name), lower) {
			distance = min(distance, allowed)
		}
		if distance <= allowed {
			near = append(near, match{name, distance})
		}
	}
	slices.SortStableFunc(near, func(a, b match) int { return a.distance - b.distance })
	var names []string
	for _, m := range near {
		if len(names) < limit && !slices.Contains(names, m.name) {
			names = append(names, m.name)
		}
	}
	return names
}

// distance is the optimal string alignment distance: insertions, deletions,
// replacements and swaps of two neighbours.
func distance(a, b []rune) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
