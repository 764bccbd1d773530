package jit_test

import (
	"os/exec"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

func TestQuote(t *testing.T) {
	tests := []struct{ text, want string }{
		{"eks-pod-manager", "eks-pod-manager"},
		{"arn:aws:iam::1:role/a+b=c,d@e_f", "arn:aws:iam::1:role/a+b=c,d@e_f"},
		{"", `""`},
		{"EKS Pod Manager", `"EKS Pod Manager"`},
		{"it's", `"it's"`},
		{"é", `"é"`},
		{"100%", `"100%"`},
		{"a;b|c&d<e>f(g)*?[~#\n", "\"a;b|c&d<e>f(g)*?[~#\n\""},
		{"$(id)", `'$(id)'`},
		{"`id`", "'`id`'"},
		{`a"b`, `'a"b'`},
		{`a\b!`, `'a\b!'`},
		{"it's $HOME", `'it'\''s $HOME'`},
	}
	for _, tt := range tests {
		got := jit.Quote(tt.text)
		if got != tt.want {
			t.Errorf("Quote(%q) = %s, want %s", tt.text, got, tt.want)
		}
		read, err := exec.Command("sh", "-c", "printf %s "+got).Output()
		if err != nil || string(read) != tt.text {
			t.Errorf("sh reads %s as %q (%v)", got, read, err)
		}
	}
}
