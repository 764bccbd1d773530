package britive

import (
	"net/url"
	"regexp"
	"strings"
)

// hidden stands in a trace in the place of what could be a secret.
const hidden = "[hidden]"

// sight is what a trace may show of what stands under a key.
type sight int

const (
	unknown sight = iota // nothing, at any depth
	opened               // what is known inside
	shown                // this, too, where it does not look like a secret
)

// mask shows what the contract says is harmless, and hides the rest: a secret may
// come under any other key, as a key, or as the whole answer. It is made when it is
// needed: few calls are logged, and each would pay for it at its start.
type mask struct {
	keys   map[string]sight
	name   *regexp.Regexp // a key that is a name, of whatever
	secret *regexp.Regexp // a text that looks like a secret
	token  string         // that signs in; empty: none
}

func newMask(token string) mask {
	m := mask{
		keys: map[string]sight{},
		name: regexp.MustCompile(`^[A-Za-z]{1,40}$`),
		// Nothing that people write has so many characters without a blank.
		secret: regexp.MustCompile(`[A-Za-z0-9+/=_.:%-]{40,}|\b(ASIA|AKIA)[A-Z0-9]+`),
		token:  token,
	}
	for _, key := range strings.Fields(`
		accesses application apps approvers authenticationResult checkout data environment environments
		itsmSetting profile profiles result users`) {
		m.keys[key] = opened
	}
	for _, key := range strings.Fields(`
		accessType action actionBy alternateEnvironmentName apiServerUrl appContainerId appDescription appId appName
		applicationType approveRequest approverComment authTime catalogAppDisplayName catalogAppName checkedIn checkedOut
		consumer count createdAt credentialsUntil description details environmentDescription environmentId environmentName
		errorCode errorMessage expiration expirationTime expirationTimeApproval expirationTimeForApproveRequest issued
		justification maxSessionTimeout message name page papDescription papId papName profileDescription profileId
		profileName requestId requestType resource resourceName size status statusText supportedTicketTypes tags ticketId
		ticketType timeToApprove transactionId type updatedAt user userId userIds username wait`) {
		m.keys[key] = shown
	}
	return m
}

// over puts a word in the place of every value, and of every key, that may be a
// secret.
func (m mask) over(value any, means sight) any {
	switch value := value.(type) {
	case map[string]any:
		open := map[string]any{}
		for key, v := range value {
			known := m.keys[key]
			if means == unknown {
				known = unknown
			}
			if known == unknown && !m.name.MatchString(key) {
				key = hidden
			}
			open[key] = m.over(v, known)
		}
		return open
	case []any:
		for i, v := range value {
			value[i] = m.over(v, means)
		}
	case string:
		if value != "" && (means != shown || m.isSecret(value)) {
			return hidden
		}
	case float64:
		if means != shown {
			return hidden
		}
	}
	return value
}

func (m mask) isSecret(text string) bool {
	return m.secret.MatchString(text) || m.token != "" && strings.Contains(text, m.token)
}

// address is that of a call, as a trace shows it.
func (m mask) address(of *url.URL) string {
	open := *of
	query := open.Query()
	for name := range query {
		if m.keys[name] != shown {
			query.Set(name, "hidden")
		}
	}
	open.RawQuery = query.Encode()
	return open.Redacted()
}

// header is one that was sent, without what signs in.
func (m mask) header(name, value string) string {
	switch name {
	case "Accept", "Content-Type", "User-Agent":
		return value
	case "Authorization":
		if scheme, _, both := strings.Cut(value, " "); both {
			return scheme + " " + hidden
		}
	}
	return hidden
}
