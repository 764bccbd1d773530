package eks_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/plugins/eks"
)

// noon is the fixed clock of these tests.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

var sandbox = jit.Cluster{Name: "sandbox", Region: "eu-central-1"}

func credential() jit.Credential {
	return jit.Credential{
		AccessKeyID:     "ASIAEXAMPLE",
		SecretAccessKey: jit.NewSecret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
		SessionToken:    jit.NewSecret("session/token+with=signs"),
		Issued:          noon.Add(-time.Hour),
		Expires:         noon.Add(2 * time.Hour),
	}
}

func issue(t *testing.T, now time.Time, c jit.Cluster, cred jit.Credential, end time.Time) (jit.Token, *url.URL) {
	t.Helper()
	token, err := eks.Issuer{}.Token(t.Context(), c, cred, now, end)
	if err != nil {
		t.Fatal(err)
	}
	text, ok := strings.CutPrefix(token.Value.Reveal(), "k8s-aws-v1.")
	if !ok {
		t.Fatal("the token has no k8s-aws-v1. before it")
	}
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	address, err := url.Parse(string(decoded))
	if err != nil {
		t.Fatal(err)
	}
	return token, address
}

func TestTokenGolden(t *testing.T) {
	token, _ := issue(t, noon, sandbox, credential(), noon.Add(time.Hour))
	const golden = "k8s-aws-v1.aHR0cHM6Ly9zdHMuZXUtY2VudHJhbC0xLmFtYXpvbmF3cy5jb20vP0FjdGlvbj1HZXRDYWxsZXJJZGVudGl0eSZWZXJzaW9uPTIwMTEtMDYtMTUmWC1BbXotQWxnb3JpdGhtPUFXUzQtSE1BQy1TSEEyNTYmWC1BbXotQ3JlZGVudGlhbD1BU0lBRVhBTVBMRSUyRjIwMjYxMTI0JTJGZXUtY2VudHJhbC0xJTJGc3RzJTJGYXdzNF9yZXF1ZXN0JlgtQW16LURhdGU9MjAyNjExMjRUMTIwMDAwWiZYLUFtei1FeHBpcmVzPTYwJlgtQW16LVNlY3VyaXR5LVRva2VuPXNlc3Npb24lMkZ0b2tlbiUyQndpdGglM0RzaWducyZYLUFtei1TaWduZWRIZWFkZXJzPWhvc3QlM0J4LWs4cy1hd3MtaWQmWC1BbXotU2lnbmF0dXJlPWFmZjc3OTM1NTRjNzAxMmRkZTEyYWY2YWFjY2YwOTE5ZDcxMzY2ZTYxZDgxMGUzNGFjOTcyMWUzMDcwZjg2ZTg"
	if got := token.Value.Reveal(); got != golden {
		t.Errorf("the token changed:\n got %s\nwant %s", got, golden)
	}
	if want := noon.Add(14 * time.Minute); !token.Expires.Equal(want) {
		t.Errorf("published expiry %s, want %s", token.Expires, want)
	}
}

// TestTokenSignature computes the signature a second time, from AWS's description
// of it and without AWS's code.
func TestTokenSignature(t *testing.T) {
	cred := credential()
	_, address := issue(t, noon, sandbox, cred, noon.Add(time.Hour))
	query := address.Query()
	signature := query.Get("X-Amz-Signature")
	query.Del("X-Amz-Signature")
	nothing := sha256.Sum256(nil)
	canonical := strings.Join([]string{
		"GET", "/", strings.ReplaceAll(query.Encode(), "+", "%20"),
		"host:sts.eu-central-1.amazonaws.com", "x-k8s-aws-id:sandbox", "",
		"host;x-k8s-aws-id", hex.EncodeToString(nothing[:]),
	}, "\n")
	hashed := sha256.Sum256([]byte(canonical))
	toSign := "AWS4-HMAC-SHA256\n20261124T120000Z\n20261124/eu-central-1/sts/aws4_request\n" + hex.EncodeToString(hashed[:])
	key := []byte("AWS4" + cred.SecretAccessKey.Reveal())
	for _, part := range []string{"20261124", "eu-central-1", "sts", "aws4_request"} {
		key = mac(key, part)
	}
	if want := hex.EncodeToString(mac(key, toSign)); signature != want {
		t.Errorf("signature %s, want %s", signature, want)
	}
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// TestTokenURL holds the URL to what the verifier of aws-iam-authenticator takes.
func TestTokenURL(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL_STS", "https://127.0.0.1:8443")
	t.Setenv("AWS_ENDPOINT_URL", "https://127.0.0.1:8443")
	t.Setenv("AWS_USE_FIPS_ENDPOINT", "true")
	t.Setenv("AWS_REGION", "us-east-1")
	_, address := issue(t, noon, sandbox, credential(), noon.Add(time.Hour))
	if got := address.Scheme + "://" + address.Host + address.Path; got != "https://sts.eu-central-1.amazonaws.com/" {
		t.Errorf("the token leads to %s", got)
	}
	want := map[string]string{
		"Action": "GetCallerIdentity", "Version": "2011-06-15",
		"X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Date": "20261124T120000Z", "X-Amz-Expires": "60",
		"X-Amz-Credential":     "ASIAEXAMPLE/20261124/eu-central-1/sts/aws4_request",
		"X-Amz-Security-Token": "session/token+with=signs", "X-Amz-SignedHeaders": "host;x-k8s-aws-id",
	}
	query := address.Query()
	query.Del("X-Amz-Signature")
	for name, values := range query {
		if len(values) != 1 || values[0] != want[name] {
			t.Errorf("%s is %q, want %q", name, values, want[name])
		}
	}
	if len(query) != len(want) {
		t.Errorf("%d parameters, want %d", len(query), len(want))
	}
}

func TestTokenHost(t *testing.T) {
	tests := []struct{ region, host string }{
		{"us-east-1", "sts.us-east-1.amazonaws.com"},
		{"mx-central-1", "sts.mx-central-1.amazonaws.com"},
		{"zz-newland-7", "sts.zz-newland-7.amazonaws.com"},
		{"cn-north-1", "sts.cn-north-1.amazonaws.com.cn"},
		{"us-gov-west-1", "sts.us-gov-west-1.amazonaws.com"},
		{"us-iso-east-1", "sts.us-iso-east-1.c2s.ic.gov"},
		{"us-isob-east-1", "sts.us-isob-east-1.sc2s.sgov.gov"},
		{"eu-isoe-west-1", "sts.eu-isoe-west-1.cloud.adc-e.uk"},
		{"us-isof-south-1", "sts.us-isof-south-1.csp.hci.ic.gov"},
		{"eusc-de-east-1", "sts.eusc-de-east-1.amazonaws.eu"},
	}
	for _, tt := range tests {
		_, address := issue(t, noon, jit.Cluster{Name: "c", Region: tt.region}, credential(), time.Time{})
		if address.Host != tt.host {
			t.Errorf("%s: host %s, want %s", tt.region, address.Host, tt.host)
		}
	}
}

func TestTokenTimes(t *testing.T) {
	at := func(minutes float64) time.Time { return noon.Add(time.Duration(minutes * float64(time.Minute))) }
	tests := []struct {
		name                        string
		issued, sessionExpires, end time.Time
		date, expires               time.Time
		fail                        bool
	}{
		{name: "a long checkout", issued: at(-60), sessionExpires: at(180), end: at(180), date: at(0), expires: at(14)},
		{name: "the end is not known", issued: at(-60), sessionExpires: at(180), date: at(0), expires: at(14)},
		{name: "nothing is known", date: at(0), expires: at(14)},
		{name: "exactly 15 minutes left", issued: at(-60), sessionExpires: at(15), end: at(15), date: at(0), expires: at(14)},
		{name: "the last 15 minutes", issued: at(-60), sessionExpires: at(10), end: at(10), date: at(-5), expires: at(10)},
		{name: "never before the session", issued: at(-2), sessionExpires: at(13), end: at(5), date: at(-2), expires: at(5)},
		{name: "a session of 15 minutes at a checkout's end", issued: at(0), sessionExpires: at(15), end: at(1), date: at(0), expires: at(1)},
		{name: "a session that has a successor", issued: at(-50), sessionExpires: at(10), end: at(180), date: at(0), expires: at(9)},
		{name: "the same, near its end", issued: at(-59), sessionExpires: at(1), end: at(180), date: at(0), expires: at(0.75)},
		{name: "a session that ends with the checkout", issued: at(-50), sessionExpires: at(9.99), end: at(10), date: at(-5), expires: at(9.99)},
		{name: "11 seconds left", issued: at(-60), sessionExpires: at(60), end: noon.Add(11 * time.Second), date: noon.Add(11*time.Second - 15*time.Minute), expires: noon.Add(11 * time.Second)},
		{name: "9 seconds left", issued: at(-60), sessionExpires: at(60), end: noon.Add(9 * time.Second), fail: true},
		{name: "the checkout is over", issued: at(-60), sessionExpires: at(60), end: at(-1), fail: true},
		{name: "the session is over", issued: at(-60), sessionExpires: at(-1), end: at(60), fail: true},
		{name: "our clock is behind", issued: at(3), sessionExpires: at(63), end: at(63), date: at(3), expires: at(14)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cred := credential()
			cred.Issued, cred.Expires = tt.issued, tt.sessionExpires
			if tt.fail {
				_, err := eks.Issuer{}.Token(t.Context(), sandbox, cred, noon, tt.end)
				if jit.CodeOf(err) != jit.Denied {
					t.Fatalf("error %v, want one of code denied", err)
				}
				return
			}
			token, address := issue(t, noon, sandbox, cred, tt.end)
			if got, want := address.Query().Get("X-Amz-Date"), tt.date.Truncate(time.Second).Format("20060102T150405Z"); got != want {
				t.Errorf("signed for %s, want %s", got, want)
			}
			if !token.Expires.Equal(tt.expires.Truncate(time.Second)) {
				t.Errorf("published expiry %s, want %s", token.Expires, tt.expires)
			}
		})
	}
}

// TestTokenDiesWithCheckout walks a checkout second by second to its end: no
// token is published for longer than it lives, none lives longer than the
// checkout unless its session is younger than 15 minutes.
func TestTokenDiesWithCheckout(t *testing.T) {
	cred := credential()
	end := noon.Add(20 * time.Minute)
	cred.Expires = end
	for now := noon; end.Sub(now) >= 10*time.Second; now = now.Add(333 * time.Millisecond) {
		token, address := issue(t, now, sandbox, cred, end)
		date, err := time.Parse("20060102T150405Z", address.Query().Get("X-Amz-Date"))
		if err != nil {
			t.Fatal(err)
		}
		dies := date.Add(15 * time.Minute)
		if dies.After(end) {
			t.Fatalf("at %s: the token lives until %s, past the end", now, dies)
		}
		if token.Expires.After(dies) {
			t.Fatalf("at %s: published until %s, dead from %s", now, token.Expires, dies)
		}
	}
}

func TestTokenRefusals(t *testing.T) {
	long := credential()
	long.SessionToken = jit.NewSecret(strings.Repeat("x", 3000))
	tests := []struct {
		name    string
		cluster jit.Cluster
		cred    jit.Credential
		says    string
	}{
		{"no name", jit.Cluster{Region: "eu-central-1"}, credential(), "name of the cluster"},
		{"no region", jit.Cluster{Name: "sandbox"}, credential(), "--region"},
		{"a region that leads elsewhere", jit.Cluster{Name: "c", Region: "x.example.com/?"}, credential(), "not the name of an AWS region"},
		{"a region with a line break", jit.Cluster{Name: "c", Region: "eu-central-1\n"}, credential(), "not the name of an AWS region"},
		{"too long", sandbox, long, "4096"},
	}
	for _, tt := range tests {
		_, err := eks.Issuer{}.Token(t.Context(), tt.cluster, tt.cred, noon, noon.Add(time.Hour))
		if jit.CodeOf(err) != jit.Invalid || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: error %v, want one of code invalid that says %q", tt.name, err, tt.says)
		}
	}
}
