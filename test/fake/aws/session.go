package aws

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"
	"time"
)

// Keys are a set of temporary AWS keys.
type Keys struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string
	Expiration      time.Time
}

// session is a role that somebody has assumed.
type session struct {
	Keys
	role   string // name
	name   string // RoleSessionName, verbatim
	source string // SourceIdentity: it stays along a chain of roles
}

// principal is who signed a request.
type principal struct {
	arn     string
	userID  string
	actions []string
	session bool
	role    string // ARN of the role, with its path; of a session only
	source  string
}

// SetClock moves the account's clock this far from the machine's.
func (s *Server) SetClock(offset time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.offset = offset
}

func (s *Server) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Add(s.offset).UTC()
}

// AddRole creates or replaces a role.
func (s *Server) AddRole(r Role) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Path == "" {
		r.Path = "/"
	}
	if r.MaxSession == 0 {
		r.MaxSession = time.Hour
	}
	s.roles[r.Name] = r
}

// AddUser creates an IAM user with one long-term key.
func (s *Server) AddUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[u.AccessKeyID] = u
}

// AddCluster creates an EKS cluster.
func (s *Server) AddCluster(c Cluster) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clusters[c.Region+"/"+c.Name] = c
}

// Issue gives a session of a role without asking anybody, for tests.
func (s *Server) Issue(role, name string, lasts time.Duration) Keys {
	return s.issue(session{role: role, name: name}, s.now().Add(lasts))
}

func (s *Server) issue(held session, until time.Time) Keys {
	held.Keys = Keys{
		AccessKeyID:     "ASIA" + randomID(8),
		SecretAccessKey: randomText(30),
		SessionToken:    "IQoJb3JpZ2luX2Vj" + randomText(300) + "+/==",
		Expiration:      until.Truncate(time.Second),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions[held.AccessKeyID] = held
	return held.Keys
}

func unknownKeys() error {
	return refuse(http.StatusForbidden, "InvalidClientTokenId", "The security token included in the request is invalid.")
}

// holder finds whose keys signed a request, and their secret.
func (s *Server) holder(sig signature) (principal, string, error) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if user, ok := s.users[sig.keyID]; ok {
		if sig.token != "" { // long-term keys have none
			return principal{}, "", unknownKeys()
		}
		return principal{
			arn: "arn:aws:iam::" + s.account + ":user/" + user.Name, userID: "AIDA" + s.uniqueID("user/"+user.Name), actions: user.Actions,
		}, user.SecretAccessKey, nil
	}
	held, ok := s.sessions[sig.keyID]
	role, lives := s.roles[held.role]
	if !ok || !lives || subtle.ConstantTimeCompare([]byte(held.SessionToken), []byte(sig.token)) != 1 {
		return principal{}, "", unknownKeys()
	}
	if !now.Before(held.Expiration) {
		return principal{}, "", refuse(http.StatusForbidden, "ExpiredToken", "The security token included in the request is expired")
	}
	return principal{
		arn: s.sessionARN(held), userID: s.roleID(role.Name) + ":" + held.name,
		actions: role.Actions, session: true, role: s.roleARN(role), source: held.source,
	}, held.SecretAccessKey, nil
}

// sessionARN is without the role's path, as STS has it.
func (s *Server) sessionARN(held session) string {
	return "arn:aws:sts::" + s.account + ":assumed-role/" + held.role + "/" + held.name
}

func (s *Server) roleARN(r Role) string {
	return "arn:aws:iam::" + s.account + ":role" + r.Path + r.Name
}

func (s *Server) roleID(name string) string { return "AROA" + s.uniqueID("role/"+name) }

// uniqueID is an id that stays the same for a name.
func (s *Server) uniqueID(name string) string {
	sum := sha256.Sum256([]byte(s.account + "/" + name))
	return base32.StdEncoding.EncodeToString(sum[:])[:17]
}

func randomID(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return strings.ToUpper(hex.EncodeToString(b))
}

func randomText(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return base64.StdEncoding.EncodeToString(b)
}
