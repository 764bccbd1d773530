package tenant

import (
	"net/http"
	"time"
)

// StepUp says whether a checkout wants a one-time code.
type StepUp int

// The ways.
const (
	NoStepUp     StepUp = iota
	StepUp15Min         // one is good for a quarter of an hour
	StepUpAlways        // one each time: a cookie of half a minute says that it was just given
)

// stepUpCookie carries the completion. Its name is not public.
const stepUpCookie = "stepUpCompletion"

const cookieLasts = 30 * time.Second

// stepUp is a code that a person gave.
type stepUp struct {
	at         time.Time
	completion string // what the cookie holds
}

func (t *Tenant) authenticateTOTP(c *call) (any, error) {
	var asked struct {
		OTP string `json:"otp"`
	}
	if err := c.decode(&asked); err != nil {
		return nil, err
	}
	if c.person.OTP == "" || asked.OTP != c.person.OTP {
		return map[string]any{"result": "FAILED", "additionalDetails": nil}, nil
	}
	done := stepUp{time.Now(), newID()}
	t.stepUps[c.person.Name] = done
	cookie := http.Cookie{Name: stepUpCookie, Value: done.completion, Path: "/", MaxAge: int(cookieLasts / time.Second), Secure: true, HttpOnly: true}
	return answer{
		status: http.StatusOK, body: map[string]any{"result": "SUCCEEDED", "additionalDetails": nil},
		header: map[string]string{"Set-Cookie": cookie.String()},
	}, nil
}

// steppedUp reports whether the person has given a code, as the profile wants it.
func (t *Tenant) steppedUp(c *call, wants StepUp) bool {
	done, age := t.stepUps[c.person.Name], time.Since(t.stepUps[c.person.Name].at)
	switch wants {
	case StepUp15Min:
		return age < 15*time.Minute
	case StepUpAlways:
		cookie, err := c.Cookie(stepUpCookie)
		return err == nil && done.completion != "" && cookie.Value == done.completion && age < cookieLasts
	}
	return true
}
