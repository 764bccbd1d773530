package eks

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// Call is a call of AWS's query API, signed for a service and a region: a few calls
// do not carry the weight of the SDK's clients.
func Call(ctx context.Context, with jit.Credential, host, service, region string, form url.Values, now time.Time) (*http.Request, error) {
	body := form.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+host+"/", strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	sum := sha256.Sum256([]byte(body))
	return request, v4.NewSigner().SignHTTP(ctx, Keys(with), request, hex.EncodeToString(sum[:]), service, region, now)
}
