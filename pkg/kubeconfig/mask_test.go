package kubeconfig_test

import (
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/kubeconfig"
)

// TestMasked holds that no secret of a user is shown, in whatever style it is
// written, that the rest is, and that no line is added or lost.
func TestMasked(t *testing.T) {
	const head = "# ours\napiVersion: v1\nx-base: &base {client-key-data: canary}\nusers:\n"
	tests := map[string]struct{ user, shown string }{
		"a word":               {"token: canary # canary", "token: [secret]"},
		"a block":              {"token: |\n      canary\n      # canary\n\n      canary", "token: [secret]"},
		"a folded block":       {"client-key-data: >-\n      canary\n      canary", "client-key-data: [secret]"},
		"a quoted text":        {"token: \"can\n      canary\n      # canary\"", "token: [secret]"},
		"quoted keys":          {"'token': 'canary'\n    \"password\": canary", "'token': [secret]"},
		"on the next line":     {"token:\n      canary", "token:"},
		"on several lines":     {"token: can\n      canary\n    username: alice", "username: alice"},
		"flow":                 {"{username: alice, token: canary}", "{username: alice, token: [secret]"},
		"two in a line":        {"{token: a canary, password: canary}", "{token: [secret]"},
		"JSON":                 {"{\n      \"token\": \"canary\",\n      \"username\": \"alice\"}", `"username": "alice"}`},
		"letters of all sorts": {"{\"username\": \"größe\", \"token\": \"canary\"}", "größe"},
		"a merged mapping":     {"<<: *base\n    username: alice", "username: alice"},
		"a tag and an anchor":  {"token: &t !!str canary\n    password: *t", "password: *t"},
		"a provider":           {"auth-provider:\n      name: oidc\n      config:\n        idp-issuer-url: canary\n        id-token: canary", "name: oidc"},
		"variables":            {"exec:\n      command: aws\n      env:\n      - name: AWS_PROFILE\n        value: canary\n      - {value: canary, name: B}", "- name: AWS_PROFILE"},
		"arguments":            {"exec:\n      args:\n      - get-token\n      - --oidc-client-secret=canary\n      - --token\n      - canary\n      - --cluster=shop", "- --cluster=shop"},
		"a key nobody knows":   {"exec:\n      command: aws\n      x-mine: canary\n    x-other: [canary, {a: canary}]", "command: aws"},
	}
	for name, tt := range tests {
		for _, end := range []string{"\n", "\r\n"} {
			body := "\n    " + tt.user
			if strings.HasPrefix(tt.user, "{") {
				body = " " + tt.user
			}
			text := strings.ReplaceAll(head+"- name: u\n  user:"+body+"\n# the end\npreferences: {}\n", "\n", end)
			got := string(kubeconfig.Masked([]byte(text)))
			if !strings.Contains(text, "canary") || strings.Contains(strings.Replace(got, "x-base: &base {client-key-data: canary}", "", 1), "canary") ||
				name == "a merged mapping" && strings.Contains(got, "canary") {
				t.Errorf("%s: a secret is shown:\n%s", name, got)
			}
			for _, shown := range []string{tt.shown + end, "# the end" + end, "- name: u" + end} {
				if !strings.Contains(got, strings.TrimSuffix(shown, end)) {
					t.Errorf("%s: %q is not shown:\n%s", name, shown, got)
				}
			}
			if strings.Count(got, end) != strings.Count(text, end) {
				t.Errorf("%s: lines are added or lost:\n%s", name, got)
			}
		}
	}
	if got := string(kubeconfig.Masked([]byte("users: [canary"))); strings.Contains(got, "canary") {
		t.Errorf("what cannot be read is shown: %s", got)
	}
	text := "\uFEFF" + before + "- name: u\n  user: {}\n" + after
	if got := string(kubeconfig.Masked([]byte(text))); got != text {
		t.Errorf("without a secret:\n%s", got)
	}
}
