package aws

import (
	"context"
	"crypto/tls"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/broker"
	"github.com/kubectl-jit/kubectl-jit/pkg/broker/saml"
	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const (
	patience  = 10 * time.Second // for one call
	maxAnswer = 1 << 20
)

// Minter calls AssumeRoleWithSAML.
type Minter struct {
	Provider *saml.Provider
	Client   *http.Client // see [NewClient]
}

// NewClient returns a client that reaches STS by the proxy of the environment,
// trusts the system's authorities and follows no redirect.
func NewClient() *http.Client {
	return &http.Client{
		Transport:     http.DefaultTransport.(*http.Transport).Clone(),
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Mint implements [broker.AWS]. A call that STS did not carry out because of a
// fault of its own is made once more, with a new assertion.
func (m *Minter) Mint(ctx context.Context, s broker.AWSSession) (jit.Credential, error) {
	credential, err := m.once(ctx, s)
	if fault, ok := errors.AsType[*serverFault](err); ok && ctx.Err() == nil {
		credential, err = m.once(ctx, s)
		if err != nil {
			return jit.Credential{}, jit.Errorf(jit.Unavailable, op(s), "STS answered %s twice: %w", fault.status, err)
		}
	}
	return credential, err
}

func op(s broker.AWSSession) string { return "assume " + s.Role }

// serverFault is an answer of 500 or above.
type serverFault struct{ status string }

func (f *serverFault) Error() string { return "STS answered " + f.status }

func (m *Minter) once(ctx context.Context, s broker.AWSSession) (jit.Credential, error) {
	issued := time.Now()
	assertion, err := m.Provider.Assert(s, issued)
	if err != nil {
		return jit.Credential{}, jit.Errorf(jit.Internal, op(s), "sign an assertion: %w", errors.Join(err, broker.ErrUnsent))
	}
	form := url.Values{
		"Action": {"AssumeRoleWithSAML"}, "Version": {"2011-06-15"},
		"RoleArn": {s.Role}, "PrincipalArn": {s.Provider},
		"SAMLAssertion":   {assertion.Reveal()},
		"DurationSeconds": {strconv.Itoa(int(s.Duration.Seconds()))},
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+host(s)+"/", strings.NewReader(form.Encode()))
	if err != nil {
		return jit.Credential{}, jit.Errorf(jit.Internal, op(s), "%w", errors.Join(err, broker.ErrUnsent))
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := m.Client.Do(request)
	if err != nil {
		return jit.Credential{}, jit.Errorf(jit.Unavailable, op(s), "STS is not reached: %w", unsent(err))
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return jit.Credential{}, jit.Errorf(jit.Unavailable, op(s), "the answer of STS broke off: %w", err)
	}
	if response.StatusCode >= http.StatusInternalServerError {
		return jit.Credential{}, &serverFault{response.Status}
	}
	if response.StatusCode != http.StatusOK {
		return jit.Credential{}, refusal(s, response, body, issued)
	}
	return read(s, body, issued)
}

// unsent marks failures to connect: the form, and with it the assertion, never
// left.
func unsent(err error) error {
	opening, dialled := errors.AsType[*net.OpError](err)
	_, distrusted := errors.AsType[*tls.CertificateVerificationError](err)
	if distrusted || dialled && (opening.Op == "dial" || opening.Op == "proxyconnect") {
		return fmt.Errorf("%w (%w)", err, broker.ErrUnsent)
	}
	return err
}

// host is STS's for the session: of a region where the catalog names one, else
// the partition's own.
func host(s broker.AWSSession) string {
	suffix, region := "amazonaws.com", s.Region
	switch s.Partition {
	case "aws-cn":
		suffix = "amazonaws.com.cn"
		if region == "" {
			region = "cn-north-1"
		}
	case "aws-us-gov":
		if region == "" {
			region = "us-gov-west-1"
		}
	}
	if region == "" {
		return "sts." + suffix
	}
	return "sts." + region + "." + suffix
}

// read takes the credentials out of the answer.
func read(s broker.AWSSession, body []byte, issued time.Time) (jit.Credential, error) {
	var answer struct {
		Result struct {
			Credentials struct {
				AccessKeyID     string `xml:"AccessKeyId"`
				SecretAccessKey string
				SessionToken    string
				Expiration      time.Time
			}
		} `xml:"AssumeRoleWithSAMLResult"`
	}
	if err := xml.Unmarshal(body, &answer); err != nil {
		return jit.Credential{}, jit.Errorf(jit.Unavailable, op(s), "the answer of STS is not XML: %w", err)
	}
	keys := answer.Result.Credentials
	if keys.AccessKeyID == "" || keys.SecretAccessKey == "" || keys.SessionToken == "" || keys.Expiration.IsZero() {
		return jit.Credential{}, jit.Errorf(jit.Unavailable, op(s), "the answer of STS holds no credentials")
	}
	return jit.Credential{
		AccessKeyID:     keys.AccessKeyID,
		SecretAccessKey: jit.NewSecret(keys.SecretAccessKey),
		SessionToken:    jit.NewSecret(keys.SessionToken),
		Issued:          issued.UTC().Truncate(time.Second),
		Expires:         keys.Expiration,
	}, nil
}
