package jwt_test

import (
	"encoding/base64"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jwt"
)

func TestParse(t *testing.T) {
	token := func(payload string) string {
		return "e30." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2ln"
	}
	whole := jwt.Claims{Issuer: "https://i", Subject: "s", Username: "SAML_a", Expiry: "1700000000"}
	tests := []struct {
		name, token string
		ok          bool
		want        jwt.Claims
		expires     int64
	}{
		{"whole", token(`{"iss":"https://i","sub":"s","username":"SAML_a","exp":1700000000,"aud":["x"]}`), true, whole, 1700000000},
		{"with a fraction", token(`{"exp":1700000000.5}`), true, jwt.Claims{Expiry: "1700000000.5"}, 1700000000},
		{"without an end", token(`{"sub":"s"}`), true, jwt.Claims{Subject: "s"}, 0},
		{"an end beyond all", token(`{"exp":1e300}`), true, jwt.Claims{Expiry: "1e300"}, 0},
		{"an end before all", token(`{"exp":-1}`), true, jwt.Claims{Expiry: "-1"}, 0},
		{"opaque", "not-a-jwt", false, jwt.Claims{}, 0},
		{"no JSON", token("x"), false, jwt.Claims{}, 0},
		{"another type", token(`{"sub":7}`), false, jwt.Claims{}, 0},
		{"no base64", "e30.*.c2ln", false, jwt.Claims{}, 0},
	}
	for _, tt := range tests {
		got, ok := jwt.Parse(tt.token)
		if ok != tt.ok || ok && got != tt.want {
			t.Errorf("%s: %+v, %v", tt.name, got, ok)
		}
		if end := got.Expires(); ok && (end.IsZero() != (tt.expires == 0) || tt.expires != 0 && !end.Equal(time.Unix(tt.expires, 0))) {
			t.Errorf("%s: expires %s", tt.name, end)
		}
	}
}
