package jit_test

import (
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

func TestParsePath(t *testing.T) {
	tests := []struct {
		path string
		want jit.Access
		fail bool
	}{
		{path: "app/env/profile", want: jit.Access{Application: "app", Environment: "env", Profile: "profile"}},
		{path: "app/profile", want: jit.Access{Application: "app", Environment: "app", Profile: "profile"}},
		{path: " app / env / profile ", want: jit.Access{Application: "app", Environment: "env", Profile: "profile"}},
		{path: `a\/b/e/p`, want: jit.Access{Application: "a/b", Environment: "e", Profile: "p"}},
		{path: `a\\/e/p`, want: jit.Access{Application: `a\`, Environment: "e", Profile: "p"}},
		{path: `a\b/e/p`, want: jit.Access{Application: `a\b`, Environment: "e", Profile: "p"}},
		{path: `a/e/p\`, want: jit.Access{Application: "a", Environment: "e", Profile: `p\`}},
		{path: "", fail: true},
		{path: "profile", fail: true},
		{path: "a/b/c/d", fail: true},
		{path: "a//c", fail: true},
		{path: "a/ /c", fail: true},
	}
	for _, tt := range tests {
		got, err := jit.ParsePath(tt.path)
		if (err != nil) != tt.fail {
			t.Errorf("ParsePath(%q): error %v, want one: %v", tt.path, err, tt.fail)
			continue
		}
		if got != tt.want {
			t.Errorf("ParsePath(%q) = %+v, want %+v", tt.path, got, tt.want)
		}
	}
}

// FuzzPath holds that what Path writes, ParsePath reads back.
func FuzzPath(f *testing.F) {
	f.Add("Manual - Sigma Labs", "196226166352 (Sigma Labs)", "EKS Pod Manager")
	f.Add(`a\`, `/`, `\/`)
	f.Fuzz(func(t *testing.T, app, env, profile string) {
		want := jit.Access{Application: app, Environment: env, Profile: profile}
		got, err := jit.ParsePath(want.Path())
		if err != nil {
			return // an empty or blank part has no path
		}
		if again, err := jit.ParsePath(got.Path()); err != nil || again != got {
			t.Errorf("%q read as %+v, again as %+v (%v)", want.Path(), got, again, err)
		}
	})
}

func TestSame(t *testing.T) {
	names := jit.Access{Application: "App", Environment: "Env", Profile: "P"}
	with := func(env, profile string) jit.Access {
		a := names
		a.EnvironmentID, a.ProfileID = env, profile
		return a
	}
	tests := []struct {
		name string
		a, b jit.Access
		want bool
	}{
		{"names differ in case only", names, jit.Access{Application: "app", Environment: "env", Profile: "p"}, true},
		{"another profile", names, jit.Access{Application: "App", Environment: "Env", Profile: "Q"}, false},
		{"ids decide where both have them", with("e", "1"), with("e", "2"), false},
		{"a renamed profile keeps its id", with("e", "1"), jit.Access{EnvironmentID: "e", ProfileID: "1"}, true},
		{"ids on one side only", with("e", "1"), names, true},
	}
	for _, tt := range tests {
		if got := tt.a.Same(tt.b); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
