package rocketchattest

import (
	"encoding/json"
	"slices"
)

// defaultSettings are the settings that the rules read, as a new workspace has them, but
// for mail, which works.
func defaultSettings() map[string]any {
	return map[string]any{
		"API_Enable_Rate_Limiter":                                    true,
		"API_Enable_Rate_Limiter_Limit_Calls_Default":                10,
		"API_Enable_Rate_Limiter_Limit_Time_Default":                 60000,
		"API_Default_Count":                                          50,
		"API_Upper_Count_Limit":                                      100,
		"API_Allow_Infinite_Count":                                   true,
		"API_Apply_permission_view-outside-room_on_users-list":       false,
		"Accounts_TwoFactorAuthentication_Enabled":                   true,
		"Accounts_TwoFactorAuthentication_RememberFor":               1800,
		"Accounts_TwoFactorAuthentication_Enforce_Password_Fallback": true,
		"Accounts_TwoFactorAuthentication_By_Email_Auto_Opt_In":      true,
		"Accounts_RequireNameForSignUp":                              true,
		"Accounts_ManuallyApproveNewUsers":                           false,
		"Accounts_Registration_Users_Default_Roles":                  "user",
		"Accounts_BlockedUsernameList":                               "",
		"Accounts_SystemBlockedUsernameList":                         "admin,administrator,system,user",
		"Accounts_AllowedDomainsList":                                "",
		"Accounts_BlockedDomainsList":                                "",
		"Accounts_CustomFields":                                      "",
		"Accounts_AllowUserAvatarChange":                             true,
		"Accounts_AllowInvisibleStatusOption":                        true,
		"Accounts_AllowUserStatusMessageChange":                      true,
		"Accounts_Send_Email_When_Activating":                        true,
		"Accounts_Send_Email_When_Deactivating":                      true,
		"UTF8_User_Names_Validation":                                 "[0-9a-zA-Z-_.]+",
		"Message_ErasureType":                                        "Delete",
		"SMTP_Host":                                                  "smtp.rocket.example",
		"Site_Name":                                                  "Rocket.Chat",
		"Invitation_Email_Count":                                     0,
		"CREATE_TOKENS_FOR_USERS_SECRET":                             "",
	}
}

// public are the settings that everybody may read.
var public = []string{"Accounts_CustomFields", "Accounts_ManuallyApproveNewUsers", "Accounts_RequireNameForSignUp",
	"Message_ErasureType", "Site_Name", "UTF8_User_Names_Validation"}

// SetSetting changes a setting. Custom fields are set as a value, which is kept as JSON,
// or as JSON.
func (s *Server) SetSetting(id string, value any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.set(id, value)
}

// Setting returns a setting.
func (s *Server) Setting(id string) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.settings[id]
}

func (s *Server) set(id string, value any) {
	if n, ok := value.(float64); ok {
		value = int(n)
	}
	if id != "Accounts_CustomFields" {
		s.settings[id] = value
		return
	}
	kept, ok := value.(string)
	if !ok {
		encoded, err := json.Marshal(value)
		if err != nil {
			panic("a setting that is not JSON: " + err.Error())
		}
		kept = string(encoded)
	}
	s.settings[id], s.fields = kept, parseFields(kept)
}

// count returns a setting that is a number.
func (s *Server) count(id string) int {
	n, _ := s.settings[id].(int)
	return n
}

func settingRoutes() []route {
	return []route{
		{method: "GET", name: "settings.public", open: true, do: (*request).publicSettings},
		{method: "GET", name: "settings/:_id", may: []string{"view-privileged-setting"}, do: (*request).setting},
		{method: "POST", name: "settings/:_id", may: []string{"edit-privileged-setting"}, factor: true,
			do: (*request).changeSetting},
		{method: "GET", name: "smtp.check", since: V7, do: (*request).smtpCheck},
		{method: "GET", name: "licenses.info", since: V7, old: true, query: pointer(closed("loadValues:bool")), do: (*request).licenseInfo},
		{method: "GET", name: "licenses.maxActiveUsers", since: V7, do: (*request).maxActiveUsers},
	}
}

func (q *request) setting() (object, error) {
	value, known := q.settings[q.rest]
	if !known {
		return nil, plain("Setting not found")
	}
	return object{"_id": q.rest, "value": value}, nil
}

func (q *request) changeSetting() (object, error) {
	value, given := q.body["value"]
	if _, known := q.settings[q.rest]; !known || !given {
		return nil, plain("Invalid setting")
	}
	q.set(q.rest, value)
	return object{}, nil
}

// publicSettings lists what everybody may read, a page at a time.
func (q *request) publicSettings() (object, error) {
	all := slices.Clone(public)
	if ids := q.query.Get("_id"); ids != "" {
		all = slices.DeleteFunc(all, func(id string) bool { return !slices.Contains(splitList(ids), id) })
	}
	p, err := q.page()
	if err != nil {
		return nil, err
	}
	from, to := p.bounds(len(all))
	settings := []object{}
	for _, id := range all[from:to] {
		settings = append(settings, object{"_id": id, "value": q.settings[id]})
	}
	return object{"settings": settings, "count": len(settings), "offset": p.offset, "total": len(all), "success": true}, nil
}

func (q *request) smtpCheck() (object, error) {
	return object{"isSMTPConfigured": q.canMail()}, nil
}

// licenseInfo tells about the licence; its limits only to those who may see settings.
func (q *request) licenseInfo() (object, error) {
	l := object{"activeModules": append([]string{}, q.license.Modules...), "hasValidLicense": q.license.Valid,
		"preventedActions": object{"activeUsers": q.seatsGone(), "guestUsers": q.guestsGone()}}
	if q.may(q.caller, "view-privileged-setting") {
		values := q.query.Get("loadValues") == "true"
		l["limits"] = object{"activeUsers": shownLimit(q.license.Seats, q.seatsUsed(), values),
			"guestUsers": shownLimit(q.license.Guests, q.guestsUsed(), values)}
	}
	return object{"license": l}, nil
}

func shownLimit(most, used int, values bool) object {
	limit := object{"max": most}
	if most == 0 {
		limit["max"] = -1
	}
	if values {
		limit["value"] = used
	}
	return limit
}

func (q *request) maxActiveUsers() (object, error) {
	answer := object{"maxActiveUsers": nil, "activeUsers": q.seatsUsed()}
	if q.license.Valid && q.license.Seats > 0 {
		answer["maxActiveUsers"] = q.license.Seats
	}
	return answer, nil
}
