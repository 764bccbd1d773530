package tenant

import (
	"regexp"
	"slices"
	"time"
)

// App is an application, with what is in it.
type App struct {
	Name         string
	ID           string // made of the names when empty, here and below
	Type         string // AWS, Kubernetes…: catalogAppName
	Description  string
	Environments []Environment
	Profiles     []Profile
}

// Environment is an account, or a cluster.
type Environment struct {
	Name        string
	Alternate   string // its second name
	ID          string
	Description string

	// Of a cluster.
	APIServerURL             string
	CertificateAuthorityData string // base64 of one PEM certificate
	OIDCIssuerURL, ClientID  string
}

// Profile is what may be checked out, in every environment of its application
// or in those it names.
type Profile struct {
	Name         string
	ID           string
	Description  string
	Environments []string // by name; empty: all
	Members      []string // names of persons

	Console            bool // a web console can be had
	NoCredentials      bool // no credentials can be had
	Role               string
	Groups             []string      // of the token for a cluster
	TokenLasts         time.Duration // that token; zero, or longer than the checkout: to its end
	Duration           time.Duration // one hour when zero
	ExtendBy           time.Duration // zero: it cannot be extended
	ExtensionLimit     int
	Justification      bool
	JustificationRegex *regexp.Regexp // nil: any
	TicketTypes        []string       // a ticket of one of them is wanted; empty: none
	Tickets            []string       // the ids that there are
	StepUp             StepUp
	Approval           *Approval

	// What takes time. Until it is over the checkout is checkOutSubmitted, or
	// checkInSubmitted.
	Setup, Leave time.Duration
	SetupFails   string // what went wrong when the setup is over; empty: nothing
}

// Approval is a rule that somebody must approve first.
type Approval struct {
	Users, Tags   []string
	TimeToApprove time.Duration // 5 minutes when zero
	ValidFor      time.Duration // 120 minutes when zero
}

// allows reports whether the person may decide.
func (a *Approval) allows(p *Person) bool {
	return slices.Contains(a.Users, p.Name) ||
		slices.ContainsFunc(p.Tags, func(tag string) bool { return slices.Contains(a.Tags, tag) })
}

// offer is one profile in one environment.
type offer struct {
	app         *App
	environment *Environment
	profile     *Profile
}

func (o *offer) resource() string { return o.profile.ID + "/" + o.environment.ID }

// types are the access types that it has.
func (o *offer) types() (types []string) {
	if !o.profile.NoCredentials {
		types = append(types, programmatic)
	}
	if o.profile.Console {
		types = append(types, console)
	}
	return types
}

const (
	programmatic = "PROGRAMMATIC"
	console      = "CONSOLE"
)

// AddApp declares an application.
func (t *Tenant) AddApp(app App) {
	t.mu.Lock()
	defer t.mu.Unlock()
	app.ID = orID(app.ID, "app", app.Name)
	app.Environments, app.Profiles = slices.Clone(app.Environments), slices.Clone(app.Profiles)
	for i := range app.Environments {
		e := &app.Environments[i]
		e.ID = orID(e.ID, "environment", app.Name, e.Name)
	}
	for i := range app.Profiles {
		p := &app.Profiles[i]
		p.ID = orID(p.ID, "profile", app.Name, p.Name)
		if p.Duration == 0 {
			p.Duration = time.Hour
		}
		for j := range app.Environments {
			e := &app.Environments[j]
			if len(p.Environments) == 0 || slices.Contains(p.Environments, e.Name) {
				o := &offer{&app, e, p}
				for _, member := range p.Members {
					t.offers[member] = append(t.offers[member], o)
				}
			}
		}
	}
}

func orID(id, kind string, names ...string) string {
	if id != "" {
		return id
	}
	return idOf(kind, names...)
}

// offersFor lists what a person may have, in the order of its declaration.
func (t *Tenant) offersFor(p *Person) []*offer { return t.offers[p.Name] }

// offer finds one by its ids. What a person may not have is not there.
func (t *Tenant) offer(p *Person, profile, environment string) (*offer, error) {
	for _, o := range t.offersFor(p) {
		if o.profile.ID == profile && o.environment.ID == environment {
			return o, nil
		}
	}
	return nil, missing("profile " + profile + " in environment " + environment)
}
