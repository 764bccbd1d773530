package jit_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const canary = "canary-5e7f"

// TestSecretNeverShows prints a secret in every way a careless line could.
func TestSecretNeverShows(t *testing.T) {
	secret := jit.NewSecret(canary)
	type hidden struct{ inner jit.Secret }
	values := []any{
		secret, &secret, jit.Credential{SecretAccessKey: secret}, hidden{secret}, &hidden{secret},
		[]jit.Secret{secret}, map[string]jit.Secret{"k": secret}, map[jit.Secret]int{secret: 1},
	}
	var out bytes.Buffer
	for _, value := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%T"} {
			fmt.Fprintf(&out, verb+"\n", value)
		}
		if text, err := json.Marshal(value); err == nil {
			out.Write(text)
		}
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "value", value)
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "value", value)
	}
	type document struct{ S jit.Secret }
	if err := xml.NewEncoder(&out).Encode(document{secret}); err != nil {
		t.Fatal(err)
	}
	for _, form := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary)} {
		if strings.Contains(out.String(), form) {
			t.Errorf("the secret shows as %q", form)
		}
	}
}

func TestSecret(t *testing.T) {
	secret := jit.NewSecret(canary)
	if secret.Reveal() != canary {
		t.Error("Reveal does not return the text")
	}
	if !secret.Equal(jit.NewSecret(canary)) || secret.Equal(jit.NewSecret("other")) {
		t.Error("Equal does not compare the texts")
	}
	var zero jit.Secret
	if !zero.Empty() || zero.Reveal() != "" || secret.Empty() {
		t.Error("the zero value is not the empty secret")
	}
}
