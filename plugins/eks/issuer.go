package eks

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

const (
	prefix = "k8s-aws-v1."

	// clusterHeader carries the cluster's name. It is signed and not part of the
	// URL: the verifier sends its own name in it, so that a token for another
	// cluster has a wrong signature.
	clusterHeader = "x-k8s-aws-id"

	// maxToken is what the verifier reads, in bytes.
	maxToken = 4096

	// lifetime is how long STS takes a presigned URL after its date; X-Amz-Expires
	// is ignored there.
	lifetime = 15 * time.Minute

	// published is the lifetime told to the client: a minute less, so that it asks
	// again before a cluster can refuse.
	published = 14 * time.Minute

	// worthwhile is the shortest rest of time that is worth an answer. client-go
	// asks at once again when it gets a token that has just ended.
	worthwhile = 10 * time.Second

	emptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

// Issuer signs the bearer tokens of EKS clusters.
type Issuer struct{}

// Token implements [jit.TokenIssuer].
func (Issuer) Token(ctx context.Context, cluster jit.Cluster, credential jit.Credential, now, end time.Time) (jit.Token, error) {
	op := "sign a token for cluster " + cluster.Name
	if cluster.Name == "" {
		return jit.Token{}, jit.Errorf(jit.Invalid, "sign a token", "the name of the cluster is missing")
	}
	host, err := STSHost(cluster.Region)
	if err != nil {
		return jit.Token{}, jit.Errorf(jit.Invalid, op, "%w", err)
	}
	date, expires := when(now, credential, end)
	if expires.Sub(now) < worthwhile {
		return jit.Token{}, jit.Errorf(jit.Denied, op, "the checkout or its AWS session ends at %s: too little time is left", expires.Format(time.TimeOnly+" MST"))
	}
	text, err := sign(ctx, cluster, credential, host, date)
	if err != nil {
		return jit.Token{}, jit.Errorf(jit.Internal, op, "%w", err)
	}
	if len(text) > maxToken {
		return jit.Token{}, jit.Errorf(jit.Invalid, op,
			"the token has %d bytes and a cluster takes %d: the AWS session token is too long (fewer or shorter session tags make it shorter)", len(text), maxToken)
	}
	return jit.Token{Value: jit.NewSecret(text), Expires: expires}, nil
}

// when chooses the date in the signature and the expiry that is published.
//
// A token cannot be called back: it lives until 15 minutes after its date, or to
// the end of the AWS session. So the date is set back in the last 15 minutes of
// a checkout, and even a copied token ends with it; but never to before the
// session was issued, which AWS need not accept.
func when(now time.Time, credential jit.Credential, end time.Time) (date, expires time.Time) {
	date, expires = now, now.Add(published)
	if !end.IsZero() && end.Sub(now) < lifetime {
		date, expires = end.Add(-lifetime), end
	}
	if date.Before(credential.Issued) {
		date = credential.Issued
	}
	if last := sessionEnd(now, credential, end); !last.IsZero() && last.Before(expires) {
		expires = last
	}
	return date.Truncate(time.Second), expires.Truncate(time.Second)
}

// sessionEnd is until when a client may rely on the AWS session; zero when that
// is unknown. A session that ends before its checkout has a successor, so the
// client is sent back for it up to a minute early. One that ends with the
// checkout has none, and is used to its end.
func sessionEnd(now time.Time, credential jit.Credential, end time.Time) time.Time {
	const slack = lifetime - published
	if credential.Expires.IsZero() || !end.IsZero() && !credential.Expires.Before(end.Add(-slack)) {
		return credential.Expires
	}
	return credential.Expires.Add(-min(slack, credential.Expires.Sub(now)/4))
}

// sign makes the text of the token.
func sign(ctx context.Context, cluster jit.Cluster, credential jit.Credential, host string, date time.Time) (string, error) {
	query := url.Values{
		"Action":        {"GetCallerIdentity"},
		"Version":       {"2011-06-15"},
		"X-Amz-Expires": {"60"}, // customary; STS ignores it
	}
	address := url.URL{Scheme: "https", Host: host, Path: "/", RawQuery: query.Encode()}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return "", err
	}
	request.Header.Set(clusterHeader, cluster.Name)
	signed, _, err := v4.NewSigner().PresignHTTP(ctx, Keys(credential), request, emptyPayload, "sts", cluster.Region, date)
	if err != nil {
		return "", err
	}
	return prefix + base64.RawURLEncoding.EncodeToString([]byte(signed)), nil
}

// Keys are the credential as the AWS SDK has it.
func Keys(credential jit.Credential) aws.Credentials {
	return aws.Credentials{
		AccessKeyID:     credential.AccessKeyID,
		SecretAccessKey: credential.SecretAccessKey.Reveal(),
		SessionToken:    credential.SessionToken.Reveal(),
	}
}
