package aws

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// refusal is AWS's no, with its code, its words and the cause that is behind it
// most of the time.
func refusal(s broker.AWSSession, response *http.Response, body []byte, sent time.Time) error {
	var answer struct {
		Error struct{ Code, Message string }
	}
	if err := xml.Unmarshal(body, &answer); err != nil || answer.Error.Code == "" {
		return jit.Errorf(jit.Unavailable, op(s), "STS answered %s, and not in its own form: is there a proxy between?", response.Status)
	}
	why := answer.Error.Code
	if answer.Error.Message != "" {
		why += ": " + answer.Error.Message
	}
	code := jit.Denied
	if answer.Error.Code == "Throttling" || response.StatusCode == http.StatusTooManyRequests {
		code = jit.Unavailable
	}
	return jit.Errorf(code, op(s), "AWS says %s%s", why, cause(s, answer.Error.Code, response.Header.Get("Date"), sent))
}

// cause says what to look at, by AWS's code (STS API reference,
// AssumeRoleWithSAML, and IAM user guide, "Troubleshoot SAML federation").
func cause(s broker.AWSSession, code, date string, sent time.Time) string {
	switch code {
	case "AccessDenied":
		actions := "sts:AssumeRoleWithSAML"
		if len(s.Tags) > 0 {
			actions += ", sts:TagSession and sts:SetSourceIdentity"
		}
		return fmt.Sprintf(" (most often the role's trust policy: it must allow %s to %s, with SAML:aud equal to %s)", actions, s.Provider, s.Recipient)
	case "InvalidIdentityToken":
		return fmt.Sprintf(" (most often the metadata document registered as %s is not this broker's: register it again from jit-broker saml metadata; or the audience %s is not the one AWS expects)", s.Provider, s.Audience)
	case "ExpiredTokenException":
		return fmt.Sprintf(" (most often a clock: AWS's says %s, this broker's %s)", date, sent.UTC().Format(http.TimeFormat))
	case "ValidationError":
		return fmt.Sprintf(" (most often the profile's maxSession is above the role's maximum session duration; %s was asked for)", s.Duration)
	case "PackedPolicyTooLarge":
		return " (the session tags are too long together)"
	case "RegionDisabledException":
		return fmt.Sprintf(" (STS is switched off in region %q of the account)", s.Region)
	}
	return ""
}
