package rocketchattest

import (
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// userKeys are what a new account and an altered one have in common.
const userKeys = "active:bool bio nickname statusText roles:strings requirePasswordChange:bool setRandomPassword:bool " +
	"sendWelcomeEmail:bool verified:bool customFields:object "

func userRoutes() []route {
	return []route{
		{method: "POST", name: "users.create", factor: true, second: V8, do: (*request).createUser,
			body: pointer(closed("email! name! password! username! joinDefaultChannels:bool fields freeSwitchExtension " + userKeys))},
		{method: "POST", name: "users.update", until: V3_11, factor: true, do: (*request).updateUser,
			body: pointer(closed("userId! data!:object"))},
		{method: "POST", name: "users.update", since: V7, factor: true, do: (*request).updateUser,
			body: pointer(closed("userId! data!:object confirmRelinquish:bool").
				with("data", closed("email name password username status freeSwitchExtension "+userKeys)))},
		{method: "GET", name: "users.info", until: V7, do: (*request).userInfo,
			query: pointer(closed("includeUserRooms fields").either("userId username importId"))},
		{method: "GET", name: "users.info", since: V8, do: (*request).userInfo,
			query: pointer(closed("includeUserRooms fields").either("userId username importId email freeSwitchExtension"))},
		{method: "GET", name: "users.list", until: V7, may: []string{"view-d-room"}, do: (*request).listUsers},
		{method: "GET", name: "users.list", since: V8, may: []string{"view-d-room"}, do: (*request).listUsers,
			query: pointer(closed("count:number offset:number sort query fields email"))},
		{method: "GET", name: "users.listByStatus", since: V7, may: []string{"view-d-room"}, do: (*request).listByStatus,
			query: pointer(closed("status hasLoggedIn:bool type roles:any searchTerm inactiveReason:any count:number offset:number sort query fields"))},
		{method: "POST", name: "users.setActiveStatus", may: []string{"edit-other-user-active-status", "manage-moderation-actions"},
			body: pointer(closed("userId! activeStatus!:bool confirmRelinquish:bool")), do: (*request).setActiveStatus},
		{method: "POST", name: "users.deactivateIdle", may: []string{"edit-other-user-active-status"},
			body: pointer(closed("daysIdle!:number role")), do: (*request).deactivateIdle},
		{method: "GET", name: "users.checkUsernameAvailability", since: V7, query: pointer(closed("username!")),
			do: (*request).checkName},
		{method: "POST", name: "users.delete", may: []string{"delete-user"}, checked: V7, do: (*request).deleteUser,
			body: pointer(closed("confirmRelinquish:bool").some("userId username user"))},
	}
}

// target returns the account that a call is about.
func (q *request) target() (*Account, error) {
	for _, key := range []string{"userId", "username", "user"} {
		value, given := q.param(key)
		if !given {
			continue
		}
		var a *Account
		if key == "userId" {
			a = q.accounts[value]
		} else {
			a = q.names[fold(value)]
		}
		if a == nil {
			return nil, noUser()
		}
		return a, nil
	}
	return nil, refusal("error-user-param-not-provided", `The required "userId" or "username" param was not provided`, nil)
}

// param returns a value from the query of a GET, and else from the body.
func (q *request) param(key string) (string, bool) {
	if q.call.Method == "GET" {
		return q.query.Get(key), q.query.Get(key) != ""
	}
	value := str(q.body[key])
	return value, value != ""
}

// given returns a value of the body as a text, and whether it is there.
func given(o object, key string) (string, bool) {
	value, is := o[key].(string)
	return value, is
}

// flag returns a value of the body as a truth, and whether it is there.
func flag(o object, key string) (value, given bool) {
	value, given = o[key].(bool)
	return value, given
}

// wantedRoles returns the roles of the body, and whether there are any.
func wantedRoles(o object) ([]string, bool) {
	all, is := o["roles"].([]any)
	roles := make([]string, len(all))
	for i, r := range all {
		roles[i] = str(r)
	}
	return roles, is
}

// validUser makes the checks that new and altered accounts have in common; id is empty for
// a new one.
func (q *request) validUser(id string, data object) error {
	if err := q.mayWrite(id, data); err != nil {
		return err
	}
	if err := q.validRoles(data); err != nil {
		return err
	}
	name, _ := given(data, "username")
	if err := q.required(id, data, name); err != nil {
		return err
	}
	if name != "" && !q.validName(name) {
		return refusal("error-input-is-not-a-valid-field", html.EscapeString(name)+" is not a valid username",
			object{"method": "insertOrUpdateUser", "input": name, "field": "Username"})
	}
	random, _ := flag(data, "setRandomPassword")
	if password, _ := given(data, "password"); id == "" && password == "" && !random {
		return missing("Password")
	}
	if id != "" {
		return nil
	}
	return q.available(name, str(data["email"]))
}

// mayWrite asks whether the caller may make or alter accounts at all.
func (q *request) mayWrite(id string, data object) error {
	verified, _ := flag(data, "verified")
	switch {
	case verified && id == q.caller.ID:
		return notAllowed("Editing email verification is not allowed", "Editing_user")
	case id != "" && id != q.caller.ID && !q.may(q.caller, "edit-other-user-info"):
		return notAllowed("Editing user is not allowed", "Editing_user")
	case id == "" && !q.may(q.caller, "create-user"):
		return notAllowed("Adding user is not allowed", "Adding_user")
	}
	return nil
}

// validRoles asks whether roles are there and may be given.
func (q *request) validRoles(data object) error {
	roles, is := wantedRoles(data)
	switch {
	case !is:
		return nil
	case slices.ContainsFunc(roles, func(r string) bool { return q.role(r) == nil }):
		return notAllowed("The field Roles consist invalid role id", "Assign_role")
	case slices.Contains(roles, "admin") && !q.may(q.caller, "assign-admin-role"):
		return notAllowed("Assigning admin is not allowed", "Assign_admin")
	}
	return nil
}

// required asks a new account for its names.
func (q *request) required(id string, data object, username string) error {
	name, _ := given(data, "name")
	switch {
	case id != "":
		return nil
	case q.settings["Accounts_RequireNameForSignUp"] == true && strings.TrimSpace(name) == "":
		return missing("Name")
	case strings.TrimSpace(username) == "":
		return missing("Username")
	}
	return nil
}

func missing(field string) *failure {
	return refusal("error-the-field-is-required", "The field "+field+" is required",
		object{"method": "insertOrUpdateUser", "field": field})
}

// validName reports whether a user name has the form that the workspace wants.
func (s *Server) validName(name string) bool {
	form, err := regexp.Compile("^(?:" + str(s.settings["UTF8_User_Names_Validation"]) + ")$")
	if err != nil {
		form = regexp.MustCompile("^[0-9a-zA-Z-_.]+$")
	}
	return form.MatchString(name)
}

// available asks whether a user name and an address are free.
func (q *request) available(name, email string) error {
	free, err := q.nameFree(name)
	switch {
	case err != nil:
		return err
	case !free:
		return taken(name)
	case email != "" && q.addresses[fold(email)] != nil:
		return taken(email)
	}
	return nil
}

func taken(value string) *failure {
	return refusal("error-field-unavailable", html.EscapeString(value)+" is already in use :(",
		object{"method": "insertOrUpdateUser", "field": value})
}

// nameFree reports whether a user name is free among people and teams; some are not for
// anybody.
func (s *Server) nameFree(name string) (bool, error) {
	blocked := append([]string{"all", "here"}, splitList(str(s.settings["Accounts_BlockedUsernameList"]))...)
	blocked = append(blocked, splitList(str(s.settings["Accounts_SystemBlockedUsernameList"]))...)
	if slices.ContainsFunc(blocked, func(b string) bool { return fold(b) == fold(name) }) {
		return false, refusal("error-blocked-username", html.EscapeString(name)+" is blocked and can't be used!",
			object{"method": "checkUsernameAvailability", "field": name})
	}
	return s.names[fold(name)] == nil && s.teamNamed(name) == nil, nil
}

// splitList splits a list of a setting.
func splitList(list string) []string {
	var all []string
	for _, one := range strings.Split(list, ",") {
		if one = strings.TrimSpace(one); one != "" {
			all = append(all, one)
		}
	}
	return all
}

// validDomain asks whether the workspace takes an address.
func (s *Server) validDomain(email string) error {
	local, domain, ok := strings.Cut(email, "@")
	allowed := splitList(str(s.settings["Accounts_AllowedDomainsList"]))
	blocked := splitList(str(s.settings["Accounts_BlockedDomainsList"]))
	switch {
	case !ok || local == "" || !strings.Contains(domain, ".") || strings.ContainsAny(email, " \t"):
		return refusal("error-invalid-email", "Invalid email "+email, object{"function": "RocketChat.validateEmailDomain", "email": email})
	case len(allowed) > 0 && !slices.Contains(allowed, domain):
		return refusal("error-invalid-domain", "The email domain is not from the allowed list", object{"function": "RocketChat.validateEmailDomain"})
	case slices.Contains(blocked, domain):
		return refusal("error-email-domain-blacklisted", "The email domain is blacklisted", object{"function": "RocketChat.validateEmailDomain"})
	}
	return nil
}

// nameSigns refuses names with signs in them that no name has, also when they are written
// as in an address; so a name with a percent sign is none.
func (q *request) nameSigns(data object) error {
	const signs = `<>/\`
	name, _ := given(data, "name")
	decoded, err := url.PathUnescape(strings.NewReplacer("%2F", "", "%2f", "").Replace(name)) // decodeURI leaves the slash
	if q.generation == V3_11 || err == nil && !strings.ContainsAny(name, signs) && !strings.ContainsAny(decoded, signs) {
		return nil
	}
	return plain("Name contains invalid characters")
}

func (q *request) checkName() (object, error) {
	name := q.query.Get("username")
	if name == q.caller.Username {
		return object{"result": true}, nil
	}
	free, err := q.nameFree(name)
	if err != nil {
		return nil, err
	}
	return object{"result": free}, nil
}
