package tenant

import (
	"crypto/rand"
	"net/url"
	"strings"
	"time"
)

// Keys are temporary AWS keys. Its fields are those of a session of
// test/fake/aws.
type Keys struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string
	Expiration      time.Time
}

// shortest is the shortest session that AWS gives.
const shortest = 15 * time.Minute

// ready finds a transaction whose credentials of a kind can be had.
func (t *Tenant) ready(c *call, kind string) (*transaction, error) {
	x, err := t.own(c)
	if err != nil {
		return nil, err
	}
	switch status := x.status(time.Now()); {
	case x.kind != kind:
		return nil, invalid("the checkout is of type %s", x.kind)
	case status == "checkOutSubmitted":
		return nil, refuse("MA-0001", "The checkout is not complete yet.") // one of its family
	case status == "checkOutFailed":
		return nil, refuse("MA-0002", "The checkout failed: %s", x.offer.profile.SetupFails)
	case status != "checkedOut":
		return nil, refuse("MA-0008", "The profile is already checked in.")
	}
	return x, nil
}

func (t *Tenant) credentials(c *call) (any, error) {
	x, err := t.ready(c, programmatic)
	if err != nil {
		return nil, err
	}
	switch app := x.offer.app; {
	case strings.HasPrefix(app.Type, "AWS"):
		keys := t.keys(x)
		return map[string]any{
			"accessKeyID": keys.AccessKeyID, "secretAccessKey": keys.SecretAccessKey, "sessionToken": keys.SessionToken,
			"expirationTime": stamp(keys.Expiration),
		}, nil
	case app.Type == "Kubernetes":
		ends := x.tokenEnds(time.Now())
		return map[string]any{"jwt": t.clusterToken(x, ends), "expirationTime": stamp(ends)}, nil
	}
	return map[string]any{"secret": newID()}, nil
}

// keys end with the checkout, or as soon after it as AWS can.
func (t *Tenant) keys(x *transaction) Keys {
	lasts := max(time.Until(x.until), shortest)
	if t.options.AWS != nil {
		return t.options.AWS(x.offer.profile.Role, x.person.Name, lasts)
	}
	return Keys{
		AccessKeyID: "ASIA" + rand.Text()[:16], SecretAccessKey: rand.Text() + rand.Text()[:14], SessionToken: rand.Text() + rand.Text(),
		Expiration: time.Now().Add(lasts),
	}
}

// tokenEnds is when a token for a cluster ends that is given now.
func (x *transaction) tokenEnds(now time.Time) time.Time {
	lasts := x.offer.profile.TokenLasts
	if end := now.Add(lasts).Truncate(time.Second); lasts > 0 && end.Before(x.until) {
		return end
	}
	return x.until
}

// clusterToken is what a cluster with the tenant as its OIDC issuer takes.
func (t *Tenant) clusterToken(x *transaction, ends time.Time) string {
	return t.Sign(map[string]any{
		"iss": x.offer.environment.OIDCIssuerURL, "aud": x.offer.environment.ClientID, "sub": x.person.Name,
		"groups": append([]string{}, x.offer.profile.Groups...), "iat": time.Now().Unix(), "exp": ends.Unix(), "jti": x.id,
	})
}

func (t *Tenant) consoleURL(c *call) (any, error) {
	if _, err := t.ready(c, console); err != nil {
		return nil, err
	}
	return map[string]any{"url": "https://" + t.options.Host + "/console?SigninToken=" + url.QueryEscape(newID())}, nil
}
