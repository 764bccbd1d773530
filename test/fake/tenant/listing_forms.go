package tenant

import "cmp"

// older is the list of applications, each with its profiles, each with its
// environments. A profile has no papId here: bctl reads that as a number.
func older(found []*offer) any {
	list := []any{}
	apps, profiles := map[*App]map[string]any{}, map[*Profile]map[string]any{}
	for _, o := range found {
		if apps[o.app] == nil {
			apps[o.app] = map[string]any{
				"appContainerId": o.app.ID, "appName": o.app.Name, "appDescription": o.app.Description, "catalogAppName": o.app.Type,
				"iconUrl": "", "programmaticAccess": true, "consoleAccess": true,
				"requiresHierarchicalModel": false, "supportsSharedAccounts": false, "profiles": []any{},
			}
			list = append(list, apps[o.app])
		}
		if profiles[o.profile] == nil {
			profiles[o.profile] = map[string]any{
				"profileId": o.profile.ID, "profileName": o.profile.Name, "profileDescription": o.profile.Description,
				"consoleAccess": o.profile.Console, "programmaticAccess": !o.profile.NoCredentials, "environments": []any{},
			}
			apps[o.app]["profiles"] = append(apps[o.app]["profiles"].([]any), profiles[o.profile])
		}
		profiles[o.profile]["environments"] = append(profiles[o.profile]["environments"].([]any), map[string]any{
			"environmentId": o.environment.ID, "environmentName": o.environment.Name, "environmentDescription": o.environment.Description,
			"alternateEnvironmentName": cmp.Or(o.environment.Alternate, o.environment.Name), "accountId": nil,
		})
	}
	return list
}

// page is one page, from 0, with all access types of an offer in one row.
func page(c *call, found []*offer) (any, error) {
	number, err := c.number("page", 0)
	if err != nil {
		return nil, err
	}
	size, err := c.number("size", 20)
	if err != nil {
		return nil, err
	}
	begin := min(number*size, len(found))
	data := []any{}
	for _, o := range found[begin:min(begin+size, len(found))] {
		data = append(data, pageRow(o))
	}
	return map[string]any{"count": len(found), "page": number, "size": size, "sort": "", "filter": "", "data": data}, nil
}

func pageRow(o *offer) any {
	var details []any
	for _, kind := range o.types() {
		details = append(details, map[string]any{
			"accessType": kind, "status": "Allow", "approvalValidityTime": nil, "checkOutTime": nil, "checkInTime": nil, "favoriteId": nil,
		})
	}
	environment := environmentRow(o.environment)
	environment["accountId"] = nil
	return map[string]any{
		"papId": o.profile.ID, "environmentId": o.environment.ID, "appId": o.app.ID, "frequency": 0, "countOfProfiles": 1,
		"myAccessDetails": details,
		"application": map[string]any{
			"appId": o.app.ID, "appName": o.app.Name, "applicationType": o.app.Type, "description": orNull(o.app.Description),
			"supportsToken": true, "requiresHierarchicalModel": false, "consoleAccess": o.profile.Console,
			"programmaticAccess": !o.profile.NoCredentials, "consoleAccessError": nil, "programmaticAccessError": nil,
			"supportsSharedAccounts": true,
		},
		"environment": environment,
		"profile": map[string]any{
			"papId": o.profile.ID, "papName": o.profile.Name, "description": o.profile.Description,
			"consoleAccess": o.profile.Console, "programmaticAccess": !o.profile.NoCredentials, "sessionAttributes": []any{},
			"accessCount": 0, "expirationDuration": o.profile.Duration.Milliseconds(), "extensionDuration": o.profile.ExtendBy.Milliseconds(),
			"extensionLimit": o.profile.ExtensionLimit, "notificationPriorToExpiration": 300000, "extendable": o.profile.ExtendBy > 0,
		},
	}
}
