package catalog

// file is one YAML file.
type file struct {
	// APIVersion is jit.kubectl-jit.dev/v1alpha1.
	APIVersion text `yaml:"apiVersion"`

	// Kind is Catalog.
	Kind text `yaml:"kind"`

	// Users are everybody who may sign in.
	Users []item[userEntry] `yaml:"users"`

	// Tags are named groups of users.
	Tags []item[tagEntry] `yaml:"tags"`

	// Applications are the places in which access is given.
	Applications []item[applicationEntry] `yaml:"applications"`
}

// userEntry is a person or a service who may sign in.
type userEntry struct {
	// Name is what the person is called everywhere, an e-mail address in most
	// places. It becomes the name of the AWS session. Case is ignored.
	Name text `yaml:"name"`

	// ID is what the broker compares. The default is derived from the name, so
	// set it before a user is renamed.
	ID text `yaml:"id"`

	// Disabled is true to keep the user out, who is no approver then either.
	Disabled text `yaml:"disabled"`
}

// tagEntry is a named group of users.
type tagEntry struct {
	// Name is what policies call the tag. Case is ignored.
	Name text `yaml:"name"`

	// Users are names of users.
	Users []text `yaml:"users"`
}

// applicationEntry is a place in which access is given, with its environments.
type applicationEntry struct {
	// Name is the first part of a profile's path. Case is ignored, as in every
	// name of a path.
	Name text `yaml:"name"`

	// Description is for whoever reads the file; clients are not told.
	Description text `yaml:"description"`

	// ID is what goes to clients as appContainerId. The default is derived from the name.
	ID text `yaml:"id"`

	// Type is AWS, the only kind there is.
	Type text `yaml:"type"`

	// Environments are the AWS accounts that the profiles lead to.
	Environments []item[environmentEntry] `yaml:"environments"`

	// Profiles are what can be checked out.
	Profiles []item[profileEntry] `yaml:"profiles"`
}

// environmentEntry is one account of an application.
type environmentEntry struct {
	// Name is the second part of a profile's path, the account as people call it.
	Name text `yaml:"name"`

	// ID is what goes to clients as environmentId. The default is derived from the names
	// of the application and the environment.
	ID text `yaml:"id"`

	// AWS says how to reach the account.
	AWS item[awsEntry] `yaml:"aws"`
}

// awsEntry says how to reach an AWS account.
type awsEntry struct {
	// Account is the number of the account, twelve digits, in quotes.
	Account text `yaml:"account"`

	// Partition is aws (default), aws-cn or aws-us-gov.
	Partition text `yaml:"partition"`

	// SAMLProvider is the name of the account's SAML provider in which the
	// broker's metadata document is registered.
	SAMLProvider text `yaml:"samlProvider"`

	// Recipient is what the trust policies' SAML:aud is compared with. The default
	// is the partition's sign-in address.
	Recipient text `yaml:"recipient"`

	// Audience is the Audience element. The default is urn:amazon:webservices.
	Audience text `yaml:"audience"`

	// Region is the region of the STS endpoint. The default is the global
	// endpoint in aws, and the first region in the other partitions.
	Region text `yaml:"region"`

	// Tags is true to send session tags and a source identity. The roles' trust
	// policies must then allow sts:TagSession and sts:SetSourceIdentity, and the
	// profiles' names be such as AWS takes for a tag: letters, digits, blanks and
	// _.:/=+-@.
	Tags text `yaml:"tags"`
}

// profileEntry is what a person checks out: a role in one or more environments.
type profileEntry struct {
	// Name is the last part of the profile's path.
	Name text `yaml:"name"`

	// Description is shown beside the name.
	Description text `yaml:"description"`

	// ID is what goes to clients as papId. The default is derived from the names of the
	// application and the profile.
	ID text `yaml:"id"`

	// Environments are names of environments of the same application.
	Environments []text `yaml:"environments"`

	// Role is the name of the IAM role, with its path where it has one:
	// team/EKS-Pod-Manager.
	Role text `yaml:"role"`

	// Duration is how long a checkout lasts, between 10s and 24h. There is no
	// default.
	Duration text `yaml:"duration"`

	// MaxSession is the role's maximum session duration in AWS, between 1h and
	// 12h. The default is AWS's own, 1h. A checkout may be longer: its sessions
	// are renewed.
	MaxSession text `yaml:"maxSession"`

	// Extension says whether a checkout can be extended. Without it none can.
	Extension item[extensionEntry] `yaml:"extension"`

	// Policies say who may check the profile out. Who is in none of them does not
	// see it. A checkout needs one policy that is content.
	Policies []item[policyEntry] `yaml:"policies"`
}

// extensionEntry lets a checkout be prolonged.
type extensionEntry struct {
	// By is how much one extension adds, between 1s and 24h.
	By text `yaml:"by"`

	// Limit is how often a checkout may be extended, from 1 to 100 times.
	Limit text `yaml:"limit"`
}

// policyEntry gives a profile to some, under conditions. All of them must hold.
type policyEntry struct {
	// Name is what the audit trail calls the policy.
	Name text `yaml:"name"`

	// Members are the people whom the policy lets check out.
	Members item[peopleEntry] `yaml:"members"`

	// Justification is none (default), optional or required.
	Justification text `yaml:"justification"`

	// Approval says who must approve first. Without it nobody must.
	Approval item[approvalEntry] `yaml:"approval"`
}

// peopleEntry names people: users, and the users of tags.
type peopleEntry struct {
	// Users are names of users.
	Users []text `yaml:"users"`

	// Tags are names of tags, for the users in them.
	Tags []text `yaml:"tags"`
}

// approvalEntry asks for the consent of one of the approvers. Nobody approves
// their own request.
type approvalEntry struct {
	// Approvers are the people of whom one must approve.
	Approvers item[peopleEntry] `yaml:"approvers"`

	// TimeToApprove is how long a request waits for a decision, between 1s and
	// 168h. The default is 5m.
	TimeToApprove text `yaml:"timeToApprove"`

	// ValidFor is how long an approval may be used, between 1s and 168h. A checkout
	// that uses it ends with it at the latest. The default is 2h.
	ValidFor text `yaml:"validFor"`
}
