package britiveapi

import "encoding/json"

// Listing answers GET /api/access?type=sdk. It must never carry page, size and
// data beside these: the SDK would take it for one page of many.
type Listing struct {
	Count        int           `json:"count"` // of all accesses, also where size cut them
	Accesses     []AccessRow   `json:"accesses"`
	Apps         []App         `json:"apps"`
	Environments []Environment `json:"environments"`
	Profiles     []Profile     `json:"profiles"`
}

// AccessRow names one access by its ids, once for each access type.
type AccessRow struct {
	AppContainerID Text   `json:"appContainerId"`
	EnvironmentID  Text   `json:"environmentId"`
	PapID          Text   `json:"papId"`
	AccessType     string `json:"accessType"`
}

// The access types. The first gives credentials, the second a web console.
const (
	Programmatic = "PROGRAMMATIC"
	Console      = "CONSOLE"
)

// App is an application in a [Listing].
type App struct {
	AppContainerID            Text   `json:"appContainerId"`
	AppDescription            string `json:"appDescription"`
	CatalogAppDisplayName     string `json:"catalogAppDisplayName"` // the name that people type
	CatalogAppName            string `json:"catalogAppName"`        // the type, such as AWS
	RequiresHierarchicalModel bool   `json:"requiresHierarchicalModel"`
	ConsoleAccess             bool   `json:"consoleAccess"`
	ProgrammaticAccess        bool   `json:"programmaticAccess"`
}

// Environment is an environment in a [Listing] and in a [LegacyProfile]. Its
// alternate name is never null: pybritive lower-cases it.
type Environment struct {
	EnvironmentID                Text            `json:"environmentId"`
	EnvironmentName              string          `json:"environmentName"`
	AlternateEnvironmentName     string          `json:"alternateEnvironmentName"`
	EnvironmentDescription       string          `json:"environmentDescription"`
	ProfileEnvironmentProperties json.RawMessage `json:"profileEnvironmentProperties,omitempty"`
}

// Profile is a profile in a [Listing].
type Profile struct {
	PapID             Text            `json:"papId"`
	PapName           string          `json:"papName"`
	PapDescription    string          `json:"papDescription"`
	SessionAttributes json.RawMessage `json:"sessionAttributes,omitempty"`
}

// LegacyApp is one element of the answer to GET /api/access without a query.
type LegacyApp struct {
	AppContainerID            Text            `json:"appContainerId"`
	AppName                   string          `json:"appName"`
	AppDescription            string          `json:"appDescription"`
	CatalogAppName            string          `json:"catalogAppName"`
	IconURL                   string          `json:"iconUrl"`
	ProgrammaticAccess        bool            `json:"programmaticAccess"`
	ConsoleAccess             bool            `json:"consoleAccess"`
	RequiresHierarchicalModel bool            `json:"requiresHierarchicalModel"`
	SupportsSharedAccounts    bool            `json:"supportsSharedAccounts"`
	Profiles                  []LegacyProfile `json:"profiles"`
}

// LegacyProfile is a profile in a [LegacyApp]. It has no papId: britivectl reads
// that as a number and fails at a string.
type LegacyProfile struct {
	ProfileID          Text          `json:"profileId"`
	ProfileName        string        `json:"profileName"`
	ProfileDescription string        `json:"profileDescription"`
	ConsoleAccess      bool          `json:"consoleAccess"`
	ProgrammaticAccess bool          `json:"programmaticAccess"`
	Environments       []Environment `json:"environments"`
}

// PageRow is one access in a page of GET /api/access?page=…&size=…, which the browser
// extension uses and some tenants answer with unasked: an object with data (the
// rows), page (from 0), size, and count (of the rows of all pages).
type PageRow struct {
	PapID         Text        `json:"papId"`
	EnvironmentID Text        `json:"environmentId"`
	AppID         Text        `json:"appId"`
	Application   PageApp     `json:"application"`
	Environment   Environment `json:"environment"`
	Profile       PageProfile `json:"profile"`
}

// PageApp is an application in a [PageRow].
type PageApp struct {
	AppName         string `json:"appName"`
	ApplicationType string `json:"applicationType"`
}

// PageProfile is a profile in a [PageRow].
type PageProfile struct {
	PapName     string `json:"papName"`
	Description string `json:"description"`
}
