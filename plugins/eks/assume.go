package eks

import (
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const (
	patience   = 10 * time.Second // for one call of STS
	mostAnswer = 1 << 20
)

// Assumer calls sts:AssumeRole, at the regional endpoint and nowhere else.
type Assumer struct {
	HTTP *http.Client // nil: one with the environment's proxy and the system's roots
}

// Assume implements [jit.RoleAssumer]. What the session name must not hold is
// written as a dash.
func (a Assumer) Assume(ctx context.Context, role jit.Role, with jit.Credential, now time.Time, lasts time.Duration) (jit.Credential, error) {
	op := "assume " + role.ARN
	role.SessionName = sessionName(role.SessionName)
	if err := role.Check(); err != nil {
		return jit.Credential{}, jit.Errorf(jit.Invalid, op, "%w", err)
	}
	region := cmp.Or(role.Region, someRegion(role.ARN))
	host, err := STSHost(region)
	if err != nil {
		return jit.Credential{}, jit.Errorf(jit.Invalid, op, "no region for it (--role-region): %w", err).WithNext("%s", elsewhere(role))
	}
	request, err := Call(ctx, with, host, "sts", region, assumeForm(role, lasts), now)
	if err != nil {
		return jit.Credential{}, jit.Errorf(jit.Internal, op, "%w", err)
	}
	return a.call(op, role, request, now)
}

// someRegion is one that every account of the role's partition has, as far as
// partitions are public.
func someRegion(arn string) string {
	switch strings.Split(arn+"::", ":")[1] {
	case "aws":
		return "us-east-1"
	case "aws-cn":
		return "cn-north-1"
	case "aws-us-gov":
		return "us-gov-west-1"
	case "aws-eusc":
		return "eusc-de-east-1"
	}
	return ""
}

// sessionName makes a name that AWS takes.
func sessionName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_+=,.@-", r) {
			return r
		}
		return '-'
	}, name)
	for len(name) < 2 {
		name += "-"
	}
	return name[:min(len(name), 64)]
}

func assumeForm(role jit.Role, lasts time.Duration) url.Values {
	form := url.Values{
		"Action": {"AssumeRole"}, "Version": {"2011-06-15"},
		"RoleArn": {role.ARN}, "RoleSessionName": {role.SessionName},
		"DurationSeconds": {strconv.Itoa(int(lasts.Seconds()))},
	}
	if role.ExternalID != "" {
		form.Set("ExternalId", role.ExternalID)
	}
	for i, key := range slices.Sorted(maps.Keys(role.Tags)) {
		member := fmt.Sprintf("Tags.member.%d.", i+1)
		form.Set(member+"Key", key)
		form.Set(member+"Value", role.Tags[key])
	}
	return form
}

// assumed is what STS answers, in either case.
type assumed struct {
	Credentials struct {
		AccessKeyID     string `xml:"AccessKeyId"`
		SecretAccessKey string
		SessionToken    string
		Expiration      time.Time
	} `xml:"AssumeRoleResult>Credentials"`
	Error struct {
		Code, Message string
	}
}

func (a Assumer) call(op string, role jit.Role, request *http.Request, now time.Time) (jit.Credential, error) {
	client := http.Client{}
	if a.HTTP != nil {
		client = *a.HTTP
	}
	client.Timeout = patience
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := client.Do(request)
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err
		}
		return jit.Credential{}, jit.Errorf(jit.Unavailable, op, "%s is not reached: %w", request.URL.Host, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, mostAnswer))
	if err != nil {
		return jit.Credential{}, jit.Errorf(jit.Unavailable, op, "the answer of %s broke off: %w", request.URL.Host, err)
	}
	var answer assumed
	unreadable := xml.Unmarshal(body, &answer) != nil
	keys := answer.Credentials
	switch {
	case unreadable || response.StatusCode != http.StatusOK && answer.Error.Code == "":
		return jit.Credential{}, jit.Errorf(jit.Unavailable, op, "%s answers %s, and not as STS does", request.URL.Host, response.Status)
	case response.StatusCode != http.StatusOK:
		return jit.Credential{}, refused(op, role, answer.Error.Code, answer.Error.Message)
	case keys.AccessKeyID == "" || keys.SecretAccessKey == "" || keys.SessionToken == "" || keys.Expiration.IsZero():
		return jit.Credential{}, jit.Errorf(jit.Unavailable, op, "the answer of %s holds no keys", request.URL.Host)
	}
	return jit.Credential{
		AccessKeyID:     keys.AccessKeyID,
		SecretAccessKey: jit.NewSecret(keys.SecretAccessKey),
		SessionToken:    jit.NewSecret(keys.SessionToken),
		Issued:          now.UTC().Truncate(time.Second),
		Expires:         keys.Expiration,
	}, nil
}

// refused says what is behind a refusal most of the time.
func refused(op string, role jit.Role, code, message string) error {
	kind, cause, next := jit.Denied, "", ""
	switch code {
	case "AccessDenied":
		next = trusting(role, message)
		cause = " (its trust policy must allow sts:AssumeRole to the role before it, with this external id; with session tags also sts:TagSession, with a source identity sts:SetSourceIdentity; in another account, a policy of the role before it must allow them too)"
	case "ExpiredToken":
		cause, next = " (the AWS session has ended)", "kubectl jit login PROFILE"
	case "SignatureDoesNotMatch", "RequestExpired":
		cause, next = " (most often this machine's clock is wrong)", "date -u"
	case "ValidationError", "PackedPolicyTooLarge":
		kind = jit.Invalid
	case "Throttling", "InternalFailure", "ServiceUnavailable":
		kind = jit.Unavailable
	case "RegionDisabledException":
		cause = " (name a region that the account has enabled, with --role-region)"
		next = elsewhere(role)
	}
	return jit.Errorf(kind, op, "AWS says %s: %s%s", code, message, cause).WithNext("%s", next)
}

// elsewhere is how a role is assumed in another region: what login is to be typed
// with beside that is not known here, other roles for one.
func elsewhere(role jit.Role) string {
	return "the same login with --role-region REGION behind --assume-role " + role.ARN
}

// trusting is the command by which whoever administers a role has it trust the role
// before it. STS names that one, without its path, in the words of its refusal.
func trusting(role jit.Role, message string) string {
	before := "ROLE-BEFORE"
	session := regexp.MustCompile(`^User: arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([\w+=,.@-]+)/[\w+=,.@-]+ is not authorized `)
	if found := session.FindStringSubmatch(message); found != nil {
		before = "arn:" + found[1] + ":iam::" + found[2] + ":role/" + found[3]
	}
	name := role.ARN[strings.LastIndex(role.ARN, "/")+1:]
	return fmt.Sprintf("kubectl jit admin trust-policy --principal %s --external-id %s --apply --role %s  # for an administrator of the role's account", before, cmp.Or(role.ExternalID, "ID"), name)
}
