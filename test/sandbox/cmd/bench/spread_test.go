package main

import (
	"testing"
	"time"
)

func TestSpread(t *testing.T) {
	tests := []struct {
		took []time.Duration
		want summary
	}{
		{[]time.Duration{5}, summary{5, 5, 5}},
		{[]time.Duration{9, 1, 2}, summary{1, 2, 9}},
		{[]time.Duration{9, 1, 2, 4}, summary{1, 3, 9}},
	}
	for _, tt := range tests {
		if got := spread(tt.took); got != tt.want {
			t.Errorf("spread(%v) = %v, want %v", tt.took, got, tt.want)
		}
	}
	if got := (summary{1, 3, 9}).over(summary{1, 2, 9}); got != 1.5 {
		t.Errorf("the ratio is %v", got)
	}
}
