package tenant

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// refusal is an error in Britive's words.
type refusal struct {
	status        int
	code, message string
	details       string
}

func (r *refusal) Error() string { return r.code + ": " + r.message }

// refuse makes one, with the status that goes with the code.
func refuse(code, format string, args ...any) error {
	return &refusal{status: statusOf(code), code: code, message: fmt.Sprintf(format, args...)}
}

// statusOf is the HTTP status of a code. The published list puts AU under 401 and
// most others under 400; a policy's no is 403 in the OpenAPI fragments, and what
// is not there 404.
func statusOf(code string) int {
	family, _, _ := strings.Cut(code, "-")
	switch {
	case code == "E0000" || family == "AU":
		return http.StatusUnauthorized
	case code == "E1004":
		return http.StatusNotFound
	case family == "PE":
		return http.StatusForbidden
	case code == "MAINT0001":
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}

func unauthorized() error { return refuse("E0000", "Unauthorized") }

func missing(what string) error { return refuse("E1004", "%s not found", what) }

func invalid(format string, args ...any) error { return refuse("E1003", format, args...) }

// body is the envelope of every error.
func (r *refusal) body() any {
	body := map[string]any{"status": r.status, "message": r.message, "errorCode": r.code, "details": nil}
	if r.details != "" {
		body["details"] = r.details
	}
	return body
}

func asRefusal(err error) *refusal {
	if refused, ok := errors.AsType[*refusal](err); ok {
		return refused
	}
	return &refusal{status: http.StatusInternalServerError, code: "E1000", message: err.Error()}
}
