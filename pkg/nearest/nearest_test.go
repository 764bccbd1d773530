package nearest_test

import (
	"slices"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/nearest"
)

func TestNames(t *testing.T) {
	aliases := []string{"eks-pod-manager", "eks-reader", "eks-admin", "EKS Pod Manager"}
	tests := []struct {
		name, word string
		candidates []string
		want       []string
	}{
		{"one letter missing", "eks-reder", aliases, []string{"eks-reader"}},
		{"two letters swapped", "eks-amdin", aliases, []string{"eks-admin"}},
		{"another case", "eks-READER", aliases, []string{"eks-reader"}},
		{"a part of the name", "reader", aliases, []string{"eks-reader"}},
		{"nearest first", "eks-pod-manage", aliases, []string{"eks-pod-manager", "EKS Pod Manager"}},
		{"nothing is near", "production", aliases, nil},
		{"no word", " ", aliases, nil},
		{"no candidates", "x", nil, nil},
		{"three at most, each once", "aa", []string{"aa1", "aa2", "aa2", "aa3", "aa4"}, []string{"aa1", "aa2", "aa3"}},
		{"letters outside ASCII count once", "zürich", []string{"zurich"}, []string{"zurich"}},
	}
	for _, tt := range tests {
		if got := nearest.Names(tt.word, tt.candidates); !slices.Equal(got, tt.want) {
			t.Errorf("%s: Names(%q) = %q, want %q", tt.name, tt.word, got, tt.want)
		}
	}
}
