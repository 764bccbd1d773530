package caller_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/caller"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("nobody reads") }

// TestAnswer holds that a token which ends too soon names the login of its
// profile, and that a login is named for nothing else.
func TestAnswer(t *testing.T) {
	now := time.Now()
	tests := []struct {
		name, profile string
		to            io.Writer
		expires       time.Time
		code          jit.Code
		next          string
	}{
		{"good", "App/Env/Profile", io.Discard, now.Add(time.Minute), "", ""},
		{"about to end", "App/Env/EKS Pod Manager", io.Discard, now.Add(5 * time.Second), jit.Unavailable, `kubectl jit login "App/Env/EKS Pod Manager"`},
		{"about to end, of no profile", "nope", io.Discard, now.Add(5 * time.Second), jit.Unavailable, "kubectl jit login"},
		{"nobody reads", "App/Env/Profile", broken{}, now.Add(time.Minute), jit.Internal, ""},
	}
	for _, tt := range tests {
		token := jit.Token{Value: jit.NewSecret("k8s-aws-v1.canary"), Expires: tt.expires}
		err := caller.Answer(tt.to, caller.TokenArgs{Profile: tt.profile}, token)
		if jit.CodeOf(err) != tt.code || jit.NextOf(err) != tt.next {
			t.Errorf("%s: error %v, next %q", tt.name, err, jit.NextOf(err))
		}
		if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: the error shows the token", tt.name)
		}
	}
}
