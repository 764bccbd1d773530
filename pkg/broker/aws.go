package broker

import (
	"context"
	"errors"
	"time"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// AWS turns an AWS session that the engine has decided on into credentials
// (pkg/broker/aws).
type AWS interface {
	// Mint asks STS for one AWS session. It decides nothing. Codes: denied (AWS
	// refused: nothing was issued) and unavailable. After unavailable one may have
	// been issued that nobody holds, unless the error wraps [ErrUnsent].
	Mint(ctx context.Context, session AWSSession) (jit.Credential, error)
}

// ErrUnsent says that a call never left this machine, so that nothing can have
// been issued by it.
var ErrUnsent = errors.New("not sent")

// AWSSession is what one set of credentials is for: all that an assertion says.
// Everything in it comes from the catalog and the ledger, nothing from the
// request of a client.
type AWSSession struct {
	Partition string // "aws", "aws-cn" or "aws-us-gov"
	Region    string // of the STS endpoint; empty: the partition's own
	Role      string // ARN
	Provider  string // ARN of the account's SAML provider
	Recipient string // what the trust policy's SAML:aud is compared with
	Audience  string

	Person   jit.Person
	Duration time.Duration // between 15 minutes and 12 hours
	End      time.Time     // no later than this, whatever Duration says

	// Tags are sent as session tags, and the person's name as source identity,
	// only when there are any: the trust policy must allow sts:TagSession and
	// sts:SetSourceIdentity, or AWS refuses the whole call.
	Tags map[string]string
}
