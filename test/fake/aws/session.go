package aws

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"maps"
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
	role    string
	name    string
	chained bool
}

// principal is who signed a request.
type principal struct {
	arn     string
	userID  string
	actions []string
	session bool
	role    string // ARN of the role, with its path; of a session only
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

// Calls counts the calls of each action so far, refused ones included.
func (s *Server) Calls() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.calls)
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
	return s.issue(role, name, s.now().Add(lasts), false)
}

func (s *Server) issue(role, name string, until time.Time, chained bool) Keys {
	keys := Keys{
		AccessKeyID:     "ASIA" + randomID(8),
		SecretAccessKey: randomText(30),
		SessionToken:    "IQoJb3JpZ2luX2Vj" + randomText(300) + "+/=",
		Expiration:      until.Truncate(time.Second),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions[keys.AccessKeyID] = session{Keys: keys, role: role, name: name, chained: chained}
	return keys
}

// holder finds whose keys signed a request, and their secret.
func (s *Server) holder(sig signature) (principal, string, error) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if user, ok := s.users[sig.keyID]; ok {
		return principal{
			arn: "arn:aws:iam::" + s.account + ":user/" + user.Name, userID: "AIDA" + uniqueID(user.Name), actions: user.Actions,
		}, user.SecretAccessKey, nil
	}
	held, ok := s.sessions[sig.keyID]
	if !ok || subtle.ConstantTimeCompare([]byte(held.SessionToken), []byte(sig.token)) != 1 {
		return principal{}, "", refuse(http.StatusForbidden, "InvalidClientTokenId", "The security token included in the request is invalid.")
	}
	if !now.Before(held.Expiration) {
		return principal{}, "", refuse(http.StatusForbidden, "ExpiredToken", "The security token included in the request is expired")
	}
	role := s.roles[held.role]
	return principal{
		arn:    "arn:aws:sts::" + s.account + ":assumed-role/" + role.Name + "/" + held.name, // without the role's path, as STS has it
		userID: roleID(role.Name) + ":" + held.name, actions: role.Actions, session: true, role: s.roleARN(role),
	}, held.SecretAccessKey, nil
}

func (s *Server) roleARN(r Role) string {
	return "arn:aws:iam::" + s.account + ":role" + r.Path + r.Name
}

func roleID(name string) string { return "AROA" + uniqueID(name) }

// uniqueID is an id that stays the same for a name.
func uniqueID(name string) string {
	return strings.ToUpper(hex.EncodeToString([]byte(name + "0123456789"))[:17])
}

func randomID(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return strings.ToUpper(hex.EncodeToString(b))
}

func randomText(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return base64.StdEncoding.EncodeToString(b)
}
