package account_test

import (
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
	"github.com/kubectl-jit/kubectl-jit/plugins/eks/account"
)

// answers stands in for AWS: "HOST PATH" → the answer. It refuses what is not
// signed with the session of credential.
type answers map[string]answer

type answer struct {
	status int
	code   string // X-Amzn-ErrorType
	body   string
}

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	found, ok := a[r.URL.Host+" "+r.URL.Path]
	if !ok {
		found = answer{404, "ResourceNotFoundException", `{"message":"No cluster found."}`}
	}
	if !strings.Contains(r.Header.Get("Authorization"), "Credential=ASIAEXAMPLE/") {
		found = answer{403, "UnrecognizedClientException", `{"message":"signed by somebody else"}`}
	}
	header := http.Header{"Content-Type": {"application/json"}}
	if found.code != "" {
		header.Set("X-Amzn-ErrorType", found.code)
	}
	return &http.Response{StatusCode: found.status, Header: header, Body: io.NopCloser(strings.NewReader(found.body)), Request: r}, nil
}

func finder(a answers) account.Finder { return account.Finder{HTTP: &http.Client{Transport: a}} }

const eksHost = "eks.eu-central-1.amazonaws.com "

func described(name string) answer {
	ca := base64.StdEncoding.EncodeToString([]byte("PEM of " + name))
	return answer{200, "", `{"cluster":{"name":"` + name + `","arn":"arn:aws:eks:eu-central-1:196226166352:cluster/` + name +
		`","endpoint":"https://` + name + `.example.com","certificateAuthority":{"data":"` + ca + `"},"status":"ACTIVE"}}`}
}

func TestFind(t *testing.T) {
	// What the environment says must not count: the keys are given.
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAWRONG")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "wrong")
	t.Setenv("AWS_PROFILE", "no-such-profile")
	denied := answer{403, "AccessDeniedException", `{"message":"User is not authorized to perform: eks:DescribeCluster"}`}
	list := func(names string) answer { return answer{200, "", `{"clusters":[` + names + `]}`} }
	tests := []struct {
		name, region, cluster string
		aws                   answers
		code                  jit.Code
		says                  string
	}{
		{name: "by name", region: "eu-central-1", cluster: "sandbox", aws: answers{eksHost + "/clusters/sandbox": described("sandbox")}},
		{name: "the only one", region: "eu-central-1", aws: answers{
			eksHost + "/clusters": list(`"sandbox"`), eksHost + "/clusters/sandbox": described("sandbox")}},
		{name: "several", region: "eu-central-1", aws: answers{eksHost + "/clusters": list(`"b","a"`)},
			code: jit.Invalid, says: "--cluster: a, b"},
		{name: "none", region: "eu-central-1", aws: answers{eksHost + "/clusters": list("")}, code: jit.NotFound, says: "none"},
		{name: "unknown name", region: "eu-central-1", cluster: "sandbax", aws: answers{eksHost + "/clusters": list(`"prod","sandbox"`)},
			code: jit.NotFound, says: "did you mean sandbox?"},
		{name: "a name like no other", region: "eu-central-1", cluster: "xyz", aws: answers{eksHost + "/clusters": list(`"k","j","i","h","g","f","e","d","c","b","a"`)},
			code: jit.NotFound, says: "it has a, b, c, d, e, f, g, h, i, j and 1 more"},
		{name: "unknown name, may not list", region: "eu-central-1", cluster: "sandbax", aws: answers{eksHost + "/clusters": denied},
			code: jit.NotFound, says: "no such cluster"},
		{name: "refused", region: "eu-central-1", cluster: "sandbox", aws: answers{eksHost + "/clusters/sandbox": denied},
			code: jit.Denied, says: "AWS says AccessDeniedException: User is not authorized to perform: eks:DescribeCluster (the role has no right to eks:DescribeCluster"},
		{name: "being made", region: "eu-central-1", cluster: "new", aws: answers{eksHost + "/clusters/new": {200, "", `{"cluster":{"name":"new","status":"CREATING"}}`}},
			code: jit.Unavailable, says: "no endpoint yet"},
		{name: "no region", cluster: "sandbox", code: jit.Invalid, says: "--region"},
		{name: "another partition", region: "cn-north-1", cluster: "sandbox", aws: answers{
			"eks.cn-north-1.amazonaws.com.cn /clusters/sandbox": described("sandbox")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found, err := finder(tt.aws).Find(t.Context(), credential(), tt.region, tt.cluster)
			if tt.code != "" {
				if jit.CodeOf(err) != tt.code || !strings.Contains(err.Error(), tt.says) {
					t.Fatalf("error %v (%s), want code %s and %q", err, jit.CodeOf(err), tt.code, tt.says)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if found.Name != "sandbox" || found.Region != tt.region || found.Endpoint != "https://sandbox.example.com" ||
				string(found.CAData) != "PEM of sandbox" || !strings.HasSuffix(found.ARN, ":cluster/sandbox") {
				t.Errorf("found %+v", found)
			}
		})
	}
}

func TestCallerIdentity(t *testing.T) {
	const arn = "arn:aws:sts::196226166352:assumed-role/EKS-Pod-Manager/alice@example.com"
	const host = "sts.eu-central-1.amazonaws.com /"
	good := answers{host: {200, "", `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>` + arn + `</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`}}
	got, err := finder(good).CallerIdentity(t.Context(), credential(), "eu-central-1")
	if err != nil || got != arn {
		t.Errorf("got %q, %v, want %q", got, err, arn)
	}
	ended := answers{host: {403, "", `<ErrorResponse><Error><Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message></Error></ErrorResponse>`}}
	_, err = finder(ended).CallerIdentity(t.Context(), credential(), "eu-central-1")
	if jit.CodeOf(err) != jit.Denied || !strings.Contains(err.Error(), "ExpiredToken") || !strings.Contains(err.Error(), "session has ended") {
		t.Errorf("error %v, want AWS's code and the cause", err)
	}
	if _, err = finder(nil).CallerIdentity(t.Context(), credential(), ""); jit.CodeOf(err) != jit.Invalid {
		t.Errorf("error %v without a region", err)
	}
}

func credential() jit.Credential {
	return jit.Credential{
		AccessKeyID:     "ASIAEXAMPLE",
		SecretAccessKey: jit.NewSecret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
		SessionToken:    jit.NewSecret("session/token+with=signs"),
	}
}
