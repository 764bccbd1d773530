package term

import (
	"slices"
	"strings"
	"unicode"
)

// How a typed word fits a name, from the best to the worst. One that is scattered,
// its letters in their order and others between them, counts less than these however
// it stands.
const (
	asWord  = 3 << 20 // it is a word of the name
	asStart = 2 << 20 // one begins with it
	asPart  = 1 << 20 // it stands in one

	// A scattered letter counts that begins a word, and nearly as much one right
	// behind the letter before: "pom" is rather "Pod Manager" than "panorama".
	beginning = 9
	following = 8
)

// wordsOf are what somebody typed, without regard to case.
func wordsOf(line string) (words [][]rune) {
	for _, word := range strings.Fields(line) {
		words = append(words, []rune(strings.ToLower(word)))
	}
	return words
}

// like says how well words in any order fit a name: the higher, the better. Literal
// says that each stands there as it is; ok is false where not even its letters do.
func like(name string, words [][]rune) (score int, literal, ok bool) {
	text, starts := folded(name)
	literal = true
	for _, word := range words {
		one := whole(text, starts, word)
		if one == 0 {
			literal = false
			if one, ok = scattered(text, starts, word); !ok {
				return 0, false, false
			}
		}
		score += one
	}
	return score, literal, true
}

// folded is a text without regard to case, and where its words begin.
func folded(text string) (letters []rune, starts []bool) {
	before := ' '
	for _, r := range text {
		camel := unicode.IsLower(before) && unicode.IsUpper(r)
		starts = append(starts, inWord(r) && (camel || !inWord(before)))
		letters = append(letters, unicode.ToLower(r))
		before = r
	}
	return letters, starts
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// whole is the best score of a word that stands in a text as it is; 0 where it does
// not.
func whole(text []rune, starts []bool, word []rune) (best int) {
	for at := 0; at+len(word) <= len(text); at++ {
		end := at + len(word)
		switch {
		case !slices.Equal(text[at:end], word):
		case !starts[at]:
			best = max(best, asPart)
		case end < len(text) && inWord(text[end]) && !starts[end]:
			best = max(best, asStart)
		default:
			return asWord
		}
	}
	return best
}

// scattered is the best score of a word whose letters stand in a text in their
// order; ok says whether they do.
func scattered(text []rune, starts []bool, word []rune) (score int, ok bool) {
	const none = -1 << 20
	// Both are of the letters so far within the first n of the text: the best score,
	// and that with the last letter at their end.
	best, last := make([]int, len(text)+1), make([]int, len(text)+1)
	for n := range last {
		last[n] = none
	}
	for _, letter := range word {
		bestBefore, lastBefore := best[0], last[0]
		best[0] = none
		for n := 1; n <= len(text); n++ {
			here := none
			if text[n-1] == letter {
				here = max(lastBefore+following, bestBefore)
				if starts[n-1] {
					here += beginning
				}
			}
			bestBefore, lastBefore = best[n], last[n]
			best[n], last[n] = max(best[n-1], here), here
		}
	}
	return best[len(text)], best[len(text)] >= 0
}
