package tenant

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Options says what a new tenant is.
type Options struct {
	Host string // acme.britive-app.com when empty

	// AWS issues the keys of a role. Nil: keys that no AWS knows.
	AWS func(role, session string, lasts time.Duration) Keys

	// STS carries a signed GetCallerIdentity out and returns the ARN in its answer.
	// Nil: no workload signs in by its AWS identity.
	STS func(*http.Request) (arn string, err error)
}

// Tenant is one tenant. It is an [http.Handler], and may be used by many
// goroutines at once.
type Tenant struct {
	options Options
	mux     *http.ServeMux
	key     *ecdsa.PrivateKey // signs sessions and tokens for clusters

	mu           sync.Mutex
	listing      Form
	people       map[string]*Person  // by name
	offers       map[string][]*offer // by the name of a member
	logins       map[string]*login   // by the hash of the verifier
	sessions     map[string]*session
	apiTokens    map[string]*apiToken
	issuers      []*Issuer
	workloads    map[string]string // person, by the ARN of an AWS identity
	stepUps      map[string]stepUp // by person
	transactions []*transaction
	requests     []*approval
	banner       *Banner
	calls        map[string]int
	faults       map[string]Fault
}

// New makes a tenant that knows nobody and offers nothing.
func New(options Options) *Tenant {
	if options.Host == "" {
		options.Host = "acme.britive-app.com"
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err) // the machine has no randomness
	}
	t := &Tenant{
		options: options, key: key,
		people: map[string]*Person{}, offers: map[string][]*offer{}, logins: map[string]*login{}, sessions: map[string]*session{},
		apiTokens: map[string]*apiToken{}, workloads: map[string]string{}, stepUps: map[string]stepUp{},
		calls: map[string]int{}, faults: map[string]Fault{},
	}
	t.mux = t.newMux()
	return t
}

// Person is a user, or a service identity.
type Person struct {
	Name     string // the user name, an e-mail address in most places
	ID       string // made of the name when empty
	Password string // what the sign-in page wants
	OTP      string // the one-time code that is right; empty: every one is wrong
	Tags     []string
	Service  bool // a service identity
}

func (p *Person) kind() string {
	if p.Service {
		return "ServiceIdentity"
	}
	return "User"
}

// AddPerson makes a person known.
func (t *Tenant) AddPerson(p Person) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if p.ID == "" {
		p.ID = idOf("user", p.Name)
	}
	t.people[p.Name] = &p
}

// idOf is an id that stays the same for a name, in the form of Britive's.
func idOf(kind string, names ...string) string {
	sum := sha256.Sum256([]byte(kind + "\x00" + strings.Join(names, "\x00")))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:20]
}

// newID is one that nothing else has.
func newID() string { return strings.ToLower(rand.Text()[:20]) }
