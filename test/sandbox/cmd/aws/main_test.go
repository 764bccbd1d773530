package main

import (
	"fmt"
	"strings"
	"testing"
)

// TestParse holds that flags stand anywhere, as in the AWS CLI, and that what is
// not known is refused and not ignored.
func TestParse(t *testing.T) {
	tests := []struct{ line, want, fails string }{
		{line: "sts get-caller-identity --profile p", want: "[sts get-caller-identity] p  "},
		{line: "--profile p sts --region r get-caller-identity --output json", want: "[sts get-caller-identity] p r "},
		{line: "--region r eks get-token --cluster-name c --output json", want: "[eks get-token]  r c"},
		{line: "sts get-caller-identity --output text", fails: "--output json only"},
		{line: "eks get-token --cluster-name c --role-arn a", fails: "no --role-arn"},
		{line: "eks get-token --endpoint-url u", fails: "endpoint-url"},
	}
	for _, tt := range tests {
		c, err := parse(strings.Fields(tt.line))
		if tt.fails != "" {
			if err == nil || !strings.Contains(err.Error(), tt.fails) {
				t.Errorf("%s: %v, want %q", tt.line, err, tt.fails)
			}
			continue
		}
		if got := fmt.Sprint(c.words, " ", c.profile, " ", c.region, " ", c.cluster); err != nil || got != tt.want {
			t.Errorf("%s: %q (%v), want %q", tt.line, got, err, tt.want)
		}
	}
}
