package britiveapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// specific is a failure that has a Britive code of its own in the place where it
// happened.
type specific struct {
	error
	code ErrorCode
}

func (s specific) Unwrap() error { return s.error }

// as gives a failure a Britive code of its own.
func as(code ErrorCode, err error) error { return specific{err, code} }

// refusal is the answer to a call that failed: the reason and the next command
// of a [jit.Error], and of nothing else. Any other cause stays in the log, under
// the id that the answer names.
func refusal(c *call, err error) answer {
	row := answerTo(jit.CodeOf(err))
	if s, ok := errors.AsType[specific](err); ok {
		row = answerBy(s.code)
	}
	body := ErrorBody{Status: row.status, ErrorCode: Text(row.error)}
	if row.code == jit.Internal {
		body.Message = Text("internal error (request " + c.id + ")")
		return answer{row.status, body}
	}
	body.Message = Text(reason(err))
	if row.error == CodeRace {
		body.Message = RaceMessage
	}
	if next := jit.NextOf(err); next != "" {
		details := Text(next)
		body.Details = &details
	}
	return answer{row.status, body}
}

// reason is why the call failed. What failed is left out: the caller knows, and
// says it in words of their own.
func reason(err error) string {
	e, _ := errors.AsType[*jit.Error](err)
	if e.Err == nil {
		return string(e.Code)
	}
	return e.Err.Error()
}

// note writes the line of a call in the log: never a header, a query, a body or
// a path, in which ids stand.
func (s *server) note(c *call, a answer, err error, took time.Duration) {
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("request", c.id),
		slog.String("method", c.Method),
		slog.String("route", c.Pattern),
		slog.Int("status", a.status),
		slog.String("person", c.person.Name),
		slog.String("from", c.RemoteAddr),
		slog.Duration("took", took),
	}
	if body, ok := a.body.(ErrorBody); ok {
		attrs = append(attrs, slog.String("code", string(body.ErrorCode)))
	}
	if a.status >= http.StatusInternalServerError {
		attrs = append(attrs, slog.Any("cause", err))
		if !c.gone() {
			level = slog.LevelError
		}
	}
	s.log.LogAttrs(context.WithoutCancel(c.Context()), level, "call", attrs...)
}

// health is probed without a token, before everything else, by pybritive.
func (s *server) health(*call) (answer, error) {
	return found(map[string]string{"status": "UP"}), nil
}

func (s *server) unknown(*call) (answer, error) {
	return answer{}, jit.Errorf(jit.NotFound, "", "there is no such call")
}
