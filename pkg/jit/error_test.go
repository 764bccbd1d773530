package jit_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

func TestErrorText(t *testing.T) {
	tests := []struct {
		err  *jit.Error
		want string
	}{
		{&jit.Error{Code: jit.Denied, Op: "check out eks-admin", Err: errors.New("not now")}, "check out eks-admin: not now"},
		{&jit.Error{Code: jit.Denied, Op: "check out eks-admin"}, "check out eks-admin: denied"},
		{&jit.Error{Code: jit.Denied, Err: errors.New("not now")}, "not now"},
		{&jit.Error{Code: jit.Denied}, "denied"},
	}
	for _, tt := range tests {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("%+v prints %q, want %q", tt.err, got, tt.want)
		}
	}
}

func TestErrorChain(t *testing.T) {
	inner := jit.Errorf(jit.Unavailable, "ask the broker", "%w", io.ErrUnexpectedEOF)
	outer := fmt.Errorf("login: %w", inner)
	tests := []struct {
		name string
		err  error
		code jit.Code
		next string
	}{
		{"no error", nil, "", ""},
		{"a foreign error", io.EOF, jit.Internal, ""},
		{"wrapped", outer, jit.Unavailable, ""},
		{"the outermost code counts", jit.Errorf(jit.Denied, "", "%w", inner), jit.Denied, ""},
		{"a next command below", jit.Errorf(jit.Denied, "", "%w", inner.WithNext("kubectl jit %s", "login")), jit.Denied, "kubectl jit login"},
	}
	for _, tt := range tests {
		if got := jit.CodeOf(tt.err); got != tt.code {
			t.Errorf("%s: code %q, want %q", tt.name, got, tt.code)
		}
		if got := jit.NextOf(tt.err); got != tt.next {
			t.Errorf("%s: next %q, want %q", tt.name, got, tt.next)
		}
	}
	if !errors.Is(outer, io.ErrUnexpectedEOF) {
		t.Error("the cause is lost")
	}
	if inner.Next != "" {
		t.Error("WithNext changed the error it copies")
	}
}
