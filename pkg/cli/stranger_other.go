//go:build !linux

package cli

import "net/http"

// isStranger cannot tell here: the system shows nobody whose connection it is.
func isStranger(*http.Request) bool { return false }
