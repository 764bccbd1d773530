package aws

import (
	"net/http"
	"slices"
	"strconv"
)

// page cuts a sorted list: what follows the name that the last page ended with.
// The next token is empty at the end.
func page(names []string, after string, most int) (part []string, next string) {
	start, found := slices.BinarySearch(names, after)
	if found {
		start++
	}
	names = names[start:]
	if len(names) <= most {
		return names, ""
	}
	return names[:most], names[most-1]
}

// pageSize reads how many a client wants, between 1 and the service's limit.
func pageSize(text string, usual, limit int, code string) (int, error) {
	if text == "" {
		return usual, nil
	}
	most, err := strconv.Atoi(text)
	if err != nil || most < 1 || most > limit {
		return 0, refuse(http.StatusBadRequest, code, "The page size "+text+" is not between 1 and "+strconv.Itoa(limit))
	}
	return most, nil
}
