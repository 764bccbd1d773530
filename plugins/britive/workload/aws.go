package workload

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const (
	identityCall = "Action=GetCallerIdentity&Version=2011-06-15"
	stamp        = "20060102T150405Z"

	// usualSeconds is how long a signed call may be used, where the option does not
	// say. STS takes none that is older than 15 minutes.
	usualSeconds = 900
)

// signedCall is the token of an AWS identity: a call that the tenant sends to STS,
// whose answer says who signed it. Its host is signed and left out.
type signedCall struct {
	URL     string            `json:"iam_request_url"`
	Body    string            `json:"iam_request_body"`
	Headers map[string]string `json:"iam_request_headers"`
}

// aws signs a GetCallerIdentity for this tenant and for a time, both in headers
// under the signature, so that it is of no use to another tenant or later. The
// option is PROFILE, PROFILE_SECONDS or _SECONDS.
func aws(ctx context.Context, p Place, option, tenant string) (Token, error) {
	profile, seconds := validity(option)
	keys, err := p.awsKeys(ctx, profile)
	if err != nil {
		return Token{}, err
	}
	now := p.now().UTC()
	end := now.Add(time.Duration(seconds) * time.Second)
	request, err := p.signed(ctx, keys, identityCall, http.Header{
		"X-Britive-Workload-Aws-Tenant": {tenant},
		"X-Britive-Expires":             {end.Format(stamp)},
	}, now)
	if err != nil {
		return Token{}, err
	}
	call := signedCall{URL: request.URL.String(), Body: identityCall, Headers: map[string]string{}}
	for _, name := range []string{"X-Amz-Date", "X-Britive-Workload-Aws-Tenant", "X-Britive-Expires", "X-Amz-Security-Token", "Authorization"} {
		if value := request.Header.Get(name); value != "" {
			call.Headers[strings.ToLower(name)] = value
		}
	}
	text, err := json.Marshal(call)
	if err != nil {
		return Token{}, err
	}
	return Token{Value: jit.NewSecret("AWS::" + base64.URLEncoding.EncodeToString(text)), Owner: keys.AccessKeyID, Expires: end}, nil
}

// validity splits the seconds off a profile.
func validity(option string) (profile string, seconds int) {
	at := strings.LastIndexByte(option, '_')
	if at < 0 {
		return option, usualSeconds
	}
	seconds, err := strconv.Atoi(option[at+1:])
	if err != nil {
		return option, usualSeconds
	}
	return option[:at], min(max(seconds, 1), usualSeconds)
}

// awsSTSJWT asks STS for a JWT of the AWS identity. The option is
// PROFILE|AUDIENCE|ALGORITHM|SECONDS, of which any may be left out.
//
// Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetWebIdentityToken.html
func awsSTSJWT(ctx context.Context, p Place, option, _ string) (Token, error) {
	parts := append(strings.Split(option, "|"), "", "", "", "")
	seconds, err := strconv.Atoi(cmp.Or(parts[3], "300"))
	if err != nil {
		return Token{}, jit.Errorf(jit.Invalid, "", "%q is no number of seconds", parts[3])
	}
	keys, err := p.awsKeys(ctx, parts[0])
	if err != nil {
		return Token{}, err
	}
	body := url.Values{
		"Action": {"GetWebIdentityToken"}, "Version": {"2011-06-15"},
		"Audience.member.1": {cmp.Or(parts[1], "britive")},
		"SigningAlgorithm":  {cmp.Or(parts[2], "ES384")},
		"DurationSeconds":   {strconv.Itoa(min(max(seconds, 60), 3600))},
	}.Encode()
	request, err := p.signed(ctx, keys, body, http.Header{"Accept": {"application/json"}}, p.now())
	if err != nil {
		return Token{}, err
	}
	text, err := ask(ctx, p.outside(), http.MethodPost, request.URL.String(), body, request.Header)
	if err != nil {
		return Token{}, err
	}
	var answer struct {
		Response struct {
			Result struct {
				WebIdentityToken string
			} `json:"GetWebIdentityTokenResult"`
		} `json:"GetWebIdentityTokenResponse"`
	}
	if err := fields(text, &answer); err != nil {
		return Token{}, err
	}
	return oidc(answer.Response.Result.WebIdentityToken)
}

// sts is the address of STS in the region that the environment names, and the
// region. Tenants send a signed call to amazonaws.com only.
func (p Place) sts() (address, region string, err error) {
	region = cmp.Or(p.Getenv("AWS_REGION"), p.Getenv("AWS_DEFAULT_REGION"), "us-east-1")
	odd := func(r rune) bool { return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') }
	if strings.IndexFunc(region, odd) >= 0 {
		return "", "", jit.Errorf(jit.Invalid, "", "AWS_REGION is %q, which is no region", region)
	}
	return "https://sts." + region + ".amazonaws.com/", region, nil
}

// signed is a call of STS with the headers given, all of them under the signature.
func (p Place) signed(ctx context.Context, keys sdk.Credentials, body string, headers http.Header, now time.Time) (*http.Request, error) {
	address, region, err := p.sts()
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader([]byte(body)))
	if err != nil {
		return nil, err
	}
	for name, values := range headers {
		request.Header[name] = values
	}
	sum := sha256.Sum256([]byte(body))
	// A content type that is not signed may be any, and STS wants a form.
	request.ContentLength = 0
	if err := v4.NewSigner().SignHTTP(ctx, keys, request, hex.EncodeToString(sum[:]), "sts", region, now); err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	return request, nil
}
