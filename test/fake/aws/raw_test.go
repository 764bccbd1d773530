package aws_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/kubectl-jit/kubectl-jit/test/fake/aws"
)

// raw is a request to be signed by hand, so that it can be spoiled.
type raw struct {
	method, url, body string
	service, region   string
	at                time.Time
	header            http.Header
	keys              aws.Keys
}

// identity is a call that is good as it stands.
func identity(keys aws.Keys) raw {
	return raw{
		method: http.MethodPost, url: "https://sts.eu-central-1.amazonaws.com/", body: "Action=GetCallerIdentity&Version=2011-06-15",
		service: "sts", region: "eu-central-1", at: time.Now(), keys: keys,
		header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
	}
}

func (r raw) request(ctx context.Context, t *testing.T) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, r.method, r.url, strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = r.header.Clone()
	return request
}

func (r raw) credentials() awssdk.Credentials {
	return awssdk.Credentials{AccessKeyID: r.keys.AccessKeyID, SecretAccessKey: r.keys.SecretAccessKey, SessionToken: r.keys.SessionToken}
}

// signed carries its signature in the header.
func (r raw) signed(t *testing.T) *http.Request {
	t.Helper()
	request := r.request(t.Context(), t)
	sum := sha256.Sum256([]byte(r.body))
	if err := v4.NewSigner().SignHTTP(t.Context(), r.credentials(), request, hex.EncodeToString(sum[:]), r.service, r.region, r.at); err != nil {
		t.Fatal(err)
	}
	return request
}

// presigned carries it in the URL.
func (r raw) presigned(t *testing.T) *http.Request {
	t.Helper()
	request := r.request(t.Context(), t)
	sum := sha256.Sum256(nil)
	address, header, err := v4.NewSigner().PresignHTTP(t.Context(), r.credentials(), request, hex.EncodeToString(sum[:]), r.service, r.region, r.at)
	if err != nil {
		t.Fatal(err)
	}
	request, err = http.NewRequestWithContext(t.Context(), r.method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header
	request.Header.Del("Host")
	return request
}

func do(t *testing.T, c *http.Client, request *http.Request) (int, string) {
	t.Helper()
	response, err := c.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

func replaceBody(request *http.Request, body string) {
	request.Body = io.NopCloser(bytes.NewReader([]byte(body)))
	request.ContentLength = int64(len(body))
}
