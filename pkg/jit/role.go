package jit

import (
	"errors"
	"fmt"
	"strings"
)

// Role is a further IAM role: it is assumed with the keys of a checkout, or with
// those of the role before it.
type Role struct {
	ARN         string            // arn:aws:iam::ACCOUNT:role/[PATH/]NAME
	ExternalID  string            // where its trust policy asks for one; empty sends none
	Tags        map[string]string // session tags; AWS takes 50
	Region      string            // whose STS is asked; empty: the cluster's, or one that every account has
	SessionName string            // how AWS calls the session; empty: like the person
}

// Check says what AWS would refuse about the form of the role, if anything. The
// limits are those of https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html.
func (r Role) Check() error {
	if err := checkRoleARN(r.ARN); err != nil {
		return err
	}
	if r.ExternalID != "" && !ValidExternalID(r.ExternalID) {
		return errors.New("an external id has 2 to 1224 letters, digits or any of _+=,.@:/-")
	}
	if r.SessionName != "" && !within(r.SessionName, 2, 64, "_+=,.@-") {
		return fmt.Errorf("session name %q: it has 2 to 64 letters, digits or any of _+=,.@-", r.SessionName)
	}
	if len(r.Tags) > 50 {
		return fmt.Errorf("%d session tags: AWS takes 50", len(r.Tags))
	}
	for key, value := range r.Tags {
		if key == "" || len(key) > 128 || len(value) > 256 {
			return fmt.Errorf("session tag %q: a key has 1 to 128 characters, a value up to 256", key)
		}
	}
	return nil
}

// ValidExternalID reports whether AWS takes a text as an external id.
func ValidExternalID(text string) bool { return within(text, 2, 1224, "_+=,.@:/-") }

func checkRoleARN(arn string) error {
	fields := strings.SplitN(arn, ":", 6)
	if len(fields) != 6 || fields[0] != "arn" || !strings.HasPrefix(fields[1], "aws") || fields[2] != "iam" || fields[3] != "" ||
		!digits(fields[4], 12) || !strings.HasPrefix(fields[5], "role/") || strings.HasSuffix(fields[5], "/") || !within(fields[5], 6, 576, "_+=,.@/-") {
		return fmt.Errorf("%q is not the ARN of a role, such as arn:aws:iam::196226166352:role/EKS-Deployer", arn)
	}
	return nil
}

func digits(text string, n int) bool {
	return len(text) == n && strings.Trim(text, "0123456789") == ""
}

// within reports whether a text has so many characters, all of them ASCII letters,
// digits or of more.
func within(text string, least, most int, more string) bool {
	other := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(more, r))
	}
	return len(text) >= least && len(text) <= most && strings.IndexFunc(text, other) < 0
}
