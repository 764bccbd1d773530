package mint_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/pkg/mint"
)

// roles is AWS, where everybody trusts: each set of keys has its number and says
// what it came from.
type roles struct {
	asked []string
	lasts []time.Duration
	fail  error
}

func (r *roles) Assume(_ context.Context, role jit.Role, with jit.Credential, now time.Time, lasts time.Duration) (jit.Credential, error) {
	if r.fail != nil {
		return jit.Credential{}, r.fail
	}
	r.asked = append(r.asked, fmt.Sprintf("%s as %s at %s with %s", role.ARN, role.SessionName, role.Region, with.AccessKeyID))
	r.lasts = append(r.lasts, lasts)
	return jit.Credential{
		AccessKeyID: fmt.Sprintf("ASIA-%s-%d", role.ARN, len(r.asked)), SecretAccessKey: jit.NewSecret("canary-secret-key"),
		SessionToken: jit.NewSecret("canary-session-token"), Issued: now, Expires: now.Add(lasts),
	}, nil
}

// inChain is inRig with a checkout that stands and two further roles.
func inChain(t *testing.T, test func(t *testing.T, r *rig, aws *roles)) {
	t.Helper()
	inRig(t, func(t *testing.T, r *rig) {
		aws := &roles{}
		r.Roles, r.Name = aws, "alice@example.com"
		r.broker.lasts = 3 * time.Hour
		r.broker.stand("g")
		r.ask.Roles = []jit.Role{{ARN: "one"}, {ARN: "two", SessionName: "deploy", Region: "eu-west-1"}}
		test(t, r, aws)
	})
}

// keys are the id of the keys that a call gets.
func (r *rig) keys(t *testing.T) string {
	t.Helper()
	credential, err := r.Credential(t.Context(), r.ask)
	if err != nil {
		t.Fatal(err)
	}
	return credential.AccessKeyID
}

func TestChain(t *testing.T) {
	inChain(t, func(t *testing.T, r *rig, aws *roles) {
		if token := r.token(t); token != "sandbox.ASIA-two-2.1" {
			t.Errorf("the token is signed as %s", token)
		}
		want := []string{"one as alice@example.com at eu-central-1 with ASIA1", "two as deploy at eu-west-1 with ASIA-one-1"}
		if !slices.Equal(aws.asked, want) || !slices.Equal(aws.lasts, []time.Duration{time.Hour, time.Hour}) {
			t.Errorf("asked %q for %s", aws.asked, aws.lasts)
		}
		if keys := r.keys(t); keys != "ASIA-two-2" || len(aws.asked) != 2 {
			t.Errorf("keys %s, after %q: what is held is not used", keys, aws.asked)
		}

		second := r.ask
		second.Roles = r.ask.Roles[:1]
		if other, err := r.Credential(t.Context(), second); err != nil || other.AccessKeyID != "ASIA-one-3" {
			t.Errorf("another chain has %+v, %v", other, err)
		}
		second.Roles = nil
		if own, err := r.Credential(t.Context(), second); err != nil || own.AccessKeyID != "ASIA1" {
			t.Errorf("the profile itself has %+v, %v", own, err)
		}
		r.called(t, calls{"checkout credential": 1, "grants": 3, "credential": 1})

		time.Sleep(time.Hour - 30*time.Second) // the keys of both are about to end
		if keys := r.keys(t); keys != "ASIA-two-5" {
			t.Errorf("keys %s", keys)
		}
		if _, err := r.Checkin(t.Context(), r.ask); err != nil {
			t.Fatal(err)
		}
		r.nothingHeld(t)
		r.refused(t, jit.Denied, "checked in at")
	})
}

// TestChainEnds holds that keys of a further role are asked for no longer than the
// checkout stands, as far as AWS allows, and that a check-in tells of them.
func TestChainEnds(t *testing.T) {
	inChain(t, func(t *testing.T, r *rig, aws *roles) {
		r.broker.keysLast = 10 * time.Minute
		for _, tt := range []struct{ left, lasts time.Duration }{{2 * time.Hour, time.Hour}, {40 * time.Minute, 40 * time.Minute}, {5 * time.Minute, 15 * time.Minute}} {
			r.broker.open.NotAfter = r.Now().Add(tt.left)
			aws.lasts, r.ask.Fresh = nil, true
			credential, err := r.Credential(t.Context(), r.ask)
			if err != nil || !slices.Equal(aws.lasts, []time.Duration{tt.lasts, tt.lasts}) {
				t.Errorf("%s left: asked for %s (%v)", tt.left, aws.lasts, err)
			}
			if credential.Expires.After(r.broker.open.NotAfter) {
				t.Errorf("%s left: published until %s", tt.left, credential.Expires)
			}
		}
		r.ask.Fresh = false
		grant, err := r.Checkin(t.Context(), r.ask)
		if want := r.Now().Add(15 * time.Minute); err != nil || !grant.CredentialsUntil.Equal(want) {
			t.Errorf("copied keys work until %s by what is said, and until %s (%v)", grant.CredentialsUntil, want, err)
		}
	})
}

// TestChainNames holds that the session is called like the person, whom the broker
// is asked for where they are not known.
func TestChainNames(t *testing.T) {
	inChain(t, func(t *testing.T, r *rig, aws *roles) {
		r.Name = ""
		r.Broker = named{r.broker}
		r.token(t)
		if want := "one as bob@example.com at eu-central-1 with ASIA1"; aws.asked[0] != want {
			t.Errorf("asked %q", aws.asked)
		}
	})
}

type named struct{ *broker }

func (named) Whoami(context.Context) (jit.Person, error) {
	return jit.Person{Name: "bob@example.com"}, nil
}

func TestChainRefused(t *testing.T) {
	inChain(t, func(t *testing.T, r *rig, aws *roles) {
		aws.fail = jit.Errorf(jit.Denied, "assume one", "AWS says AccessDenied")
		r.refused(t, jit.Denied, "assume one: AWS says AccessDenied")
		aws.fail = jit.Errorf(jit.Denied, "assume one", "the session has ended").WithNext("kubectl jit login PROFILE")
		r.refused(t, jit.Denied, "next: kubectl jit login eks-pod-manager")
		aws.fail = nil
		r.token(t) // the checkout and its keys were kept
		r.called(t, calls{"checkout credential": 1, "grants": 2, "credential": 1})
	})
}

// TestChainOfEntry holds that an entry which no alias stands for tells the whole
// command that gets it back.
func TestChainOfEntry(t *testing.T) {
	ask := mint.Ask{Access: podManager, Name: "a", Flags: []string{"--assume-role", "arn", "--session-tag", "team=a b"}}
	if got, want := ask.Login(), `kubectl jit login a --assume-role arn --session-tag "team=a b"`; got != want {
		t.Errorf("%s", got)
	}
}
