package rocketchattest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// customField is a field that the workspace defines for its people.
type customField struct {
	Name      string   `json:"-"`
	Type      string   `json:"type"`
	Required  bool     `json:"required"`
	Public    bool     `json:"public"`
	MinLength int      `json:"minLength"`
	MaxLength int      `json:"maxLength"`
	Options   []string `json:"options"`
	Modify    *struct {
		Array bool   `json:"array"`
		Field string `json:"field"`
	} `json:"modifyRecordField"`
}

// parseFields reads the setting that defines fields. What is not JSON defines none.
func parseFields(setting string) []customField {
	defined := map[string]customField{}
	if json.Unmarshal([]byte(setting), &defined) != nil {
		return nil
	}
	var all []customField
	for _, name := range slices.Sorted(maps.Keys(defined)) {
		f := defined[name]
		f.Name = name
		all = append(all, f)
	}
	return all
}

// validFields checks values against the definitions; what nothing defines is not looked
// at. A field with options wants one of them in every write, required or not.
func (s *Server) validFields(values object) error {
	if setting := str(s.settings["Accounts_CustomFields"]); strings.TrimSpace(setting) != "" && !json.Valid([]byte(setting)) {
		return refusal("error-invalid-customfield-json", "Invalid JSON for Custom Fields", nil)
	}
	for _, f := range s.fields {
		value := strings.TrimSpace(str(values[f.Name]))
		text := ""
		switch {
		case value == "" && f.Required:
			text = fmt.Sprintf("Field %s is required", f.Name)
		case f.Type == "select" && !slices.Contains(f.Options, str(values[f.Name])):
			text = fmt.Sprintf("Value for field %s is invalid", f.Name)
		case value == "":
		case f.MaxLength > 0 && len(value) > f.MaxLength:
			text = fmt.Sprintf("Max length of field %s %d", f.Name, f.MaxLength)
		case len(value) < f.MinLength:
			text = fmt.Sprintf("Min length of field %s %d", f.Name, f.MinLength)
		}
		if text != "" {
			return refusal("error-user-registration-custom-field", text, object{"method": "registerUser"})
		}
	}
	return nil
}

// keepFields stores the values that are defined and drops the others without a word. A
// definition may say that its value is also written elsewhere in the record.
func (s *Server) keepFields(a *Account, values object) {
	for _, f := range s.fields {
		value, given := values[f.Name]
		if !given {
			continue
		}
		if a.CustomFields == nil {
			a.CustomFields = object{}
		}
		a.CustomFields[f.Name] = value
		if f.Modify != nil && f.Modify.Field == "roles" {
			a.rewriteRoles(str(value), f.Modify.Array)
		}
	}
}

// rewriteRoles is what a definition does that points at the roles: Rocket.Chat does as it
// is told.
func (a *Account) rewriteRoles(value string, add bool) {
	if add {
		a.Roles = append(a.Roles, value)
		return
	}
	a.Roles = []string{value}
}
