// Package config is our own file, config.yaml in the configuration folder:
// tenants, aliases and the few settings there are.
//
//	Load:   read ──▶ decode, strictly ──▶ Config ──▶ (Over another's) ──▶ ResolveTenant
//	Update: read ──▶ decode ──▶ change ──▶ edit the YAML nodes ──▶ decode again ──▶ replace
//
// A whole file:
//
//	apiVersion: jit.kubectl-jit.dev/v1alpha1
//	kind: Config
//	tenant: sigma
//	tenants:
//	  sigma:
//	    url: https://broker.example.com
//	    certificateAuthority: broker-ca.pem
//	aliases:
//	  eks-reader: Manual - Sigma Labs/196226166352 (Sigma Labs)/EKS Reader
//	  other:
//	    tenant: acme
//	    profile: App/Env/Profile
//	  eks-deployer:
//	    profile: Manual - Sigma Labs/196226166352 (Sigma Labs)/EKS Pod Manager
//	    assume:
//	      - role: arn:aws:iam::196226166352:role/EKS-Deployer
//	        externalId: ci/42
//	        tags: {team: payments}
//	extend: never
//	offline: deny
//	storage: keyring
//	pybritive: ignore
package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/kubectl-jit/kubectl-jit/pkg/jit"
)

// The header of the file. It may be left out.
const (
	apiVersion = "jit.kubectl-jit.dev/v1alpha1"
	kind       = "Config"
)

// Config is the whole file. A missing file is an empty Config.
type Config struct {
	// Path is where the file lies; it is not written into it.
	Path string `yaml:"-"`

	// Tenant is the tenant that is meant when no command names one: a name in
	// Tenants, a URL, or the bare name of a Britive tenant.
	Tenant string

	// Tenants are those known by a short name: Britive tenants and other brokers.
	Tenants map[string]Tenant

	// Aliases are short names of profiles. A name is made of letters, digits,
	// dots, dashes and underscores.
	Aliases map[string]Alias

	// Extend says whether a person's call extends a checkout that is about to end,
	// where the policy allows it without asking anybody: "auto" (as is "") or
	// "never".
	Extend string

	// Offline says whether a held AWS session may serve while the broker cannot
	// be reached: "allow" (as is "") or "deny".
	Offline string

	// Storage says where secrets are held: "keyring", "file" (0600 files), "none"
	// (nothing outlives the process) or "" (keyring where there is one, else
	// file).
	Storage string

	// Pybritive says whether pybritive's configuration, aliases and sessions are
	// used in place where ours say nothing: "use" (as is "") or "ignore".
	Pybritive string
}

// Tenant is one broker.
type Tenant struct {
	// URL is the address of the broker, https://HOST[:PORT].
	URL string

	// CertificateAuthority is a PEM file whose certificates are trusted for this
	// broker besides the system's. A relative path is relative to the file's folder.
	CertificateAuthority string

	// SSO is the identity provider that signs people in through the browser, as the
	// tenant calls it; empty lets the tenant's own page ask.
	SSO string

	// Federation is the provider by which a program without a person signs in, as
	// NAME or NAME-OPTION: aws, awsstsjwt, azuresmi, azureumi, bitbucket, gcp, github,
	// gitlab or spacelift. Where it is set, no other sign-in counts but a token in the
	// environment.
	Federation string
}

// Alias is a short name of a profile, and of further roles where it names some. In
// the file it is the path alone, "application/environment/profile", or these fields.
type Alias struct {
	// Tenant is the tenant of the profile: a name in Tenants, a URL, a bare name,
	// or empty for the default one.
	Tenant string

	// Profile is the path of the profile, "application/environment/profile"; a slash
	// inside a name is written \/.
	Profile string

	// Assume are further IAM roles, assumed one after the other with the keys of the
	// one before. Each has a role, which is its ARN; where its trust policy asks for
	// them, an externalId and tags (names and values); and where the usual is not
	// wanted, sessionName (yours) and region (the cluster's), whose STS is asked.
	Assume []jit.Role
}

// Load reads the file. Relative paths in it come back absolute. Codes: invalid (not what the file may hold; the message
// names file, line and column), unavailable (it cannot be read).
func Load(path string) (*Config, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &Config{Path: path}, nil
	}
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, jit.Errorf(jit.Unavailable, "read "+path, "%w", pathError.Err)
	}
	if err != nil {
		return nil, jit.Errorf(jit.Unavailable, "read "+path, "%w", err)
	}
	c, err := decode(path, data)
	if err != nil {
		return nil, err
	}
	for name, tenant := range c.Tenants {
		if ca := tenant.CertificateAuthority; ca != "" && !filepath.IsAbs(ca) {
			tenant.CertificateAuthority = filepath.Join(filepath.Dir(path), ca)
			c.Tenants[name] = tenant
		}
	}
	return c, nil
}
