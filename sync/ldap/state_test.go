package ldap

import (
	"testing"
	"time"
)

// TestWhoIsDisabled goes through what servers say about accounts. A lock after wrong
// passwords is not among what disables anybody.
func TestWhoIsDisabled(t *testing.T) {
	day := func(text string) time.Time {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	never := time.Time{}
	tests := []struct {
		name    string
		preset  string
		has     map[string]string
		enabled bool
		until   time.Time
	}{
		{"normal", ActiveDirectory, map[string]string{"userAccountControl": "512"}, true, never},
		{"disabled", ActiveDirectory, map[string]string{"userAccountControl": "514"}, false, never},
		{"no password needed", ActiveDirectory, map[string]string{"userAccountControl": "544"}, true, never},
		{"disabled, password never expires", ActiveDirectory, map[string]string{"userAccountControl": "66050"}, false, never},
		{"password never expires", ActiveDirectory, map[string]string{"userAccountControl": "66048"}, true, never},
		{"disabled, smart card", ActiveDirectory, map[string]string{"userAccountControl": "262658"}, false, never},
		{"locked after wrong passwords", ActiveDirectory, map[string]string{"userAccountControl": "512", "lockoutTime": "133500000000000000"}, true, never},
		{"locked out by the flag that nobody sets", ActiveDirectory, map[string]string{"userAccountControl": "528"}, true, never},
		{"password expired", ActiveDirectory, map[string]string{"userAccountControl": "8389120"}, true, never},
		{"never expires, as 0", ActiveDirectory, map[string]string{"userAccountControl": "512", "accountExpires": "0"}, true, never},
		{"never expires, as the largest", ActiveDirectory, map[string]string{"userAccountControl": "512", "accountExpires": "9223372036854775807"}, true, never},
		{"expires", ActiveDirectory, map[string]string{"userAccountControl": "512", "accountExpires": "133485408000000000"}, true, day("2024-01-01T00:00:00Z")},
		{"expired and disabled", ActiveDirectory, map[string]string{"userAccountControl": "514", "accountExpires": "133485408000000000"}, false, day("2024-01-01T00:00:00Z")},

		{"nothing said", DS389, nil, true, never},
		{"locked by an administrator", DS389, map[string]string{"nsAccountLock": "true"}, false, never},
		{"in capitals", DS389, map[string]string{"nsAccountLock": "TRUE"}, false, never},
		{"unlocked", DS389, map[string]string{"nsAccountLock": "false"}, true, never},
		{"locked after wrong passwords", DS389, map[string]string{"accountUnlockTime": "20261124090000Z", "passwordRetryCount": "5"}, true, never},

		{"locked by an administrator", FreeIPA, map[string]string{"nsAccountLock": "TRUE"}, false, never},
		{"expires", FreeIPA, map[string]string{"krbPrincipalExpiration": "20270101120000Z"}, true, day("2027-01-01T12:00:00Z")},
		{"locked after wrong passwords", FreeIPA, map[string]string{"krbLoginFailedCount": "6", "krbLastFailedAuth": "20261124090000Z"}, true, never},

		{"nothing said", OpenLDAP, nil, true, never},
		{"locked for good", OpenLDAP, map[string]string{"pwdAccountLockedTime": "000001010000Z"}, false, never},
		{"locked after wrong passwords", OpenLDAP, map[string]string{"pwdAccountLockedTime": "20261124090000Z"}, true, never},
		{"locked after wrong passwords, to the microsecond", OpenLDAP, map[string]string{"pwdAccountLockedTime": "20261124090000.123456Z"}, true, never},
		{"expires in shadow days", OpenLDAP, map[string]string{"shadowExpire": "20000"}, true, day("2024-10-04T00:00:00Z")},
		{"never expires", OpenLDAP, map[string]string{"shadowExpire": "-1"}, true, never},
		{"nor so", OpenLDAP, map[string]string{"shadowExpire": "99999999"}, true, never},
		{"ends", OpenLDAP, map[string]string{"pwdEndTime": "20270101120000+0100"}, true, day("2027-01-01T11:00:00Z")},
		{"the earlier end counts", OpenLDAP, map[string]string{"pwdEndTime": "20270101120000Z", "shadowExpire": "20000"}, true, day("2024-10-04T00:00:00Z")},
	}
	for _, tt := range tests {
		t.Run(tt.preset+" "+tt.name, func(t *testing.T) {
			got, fault := presets[tt.preset].state(entryWith(tt.has))
			if fault != nil || got.enabled != tt.enabled || !got.until.Equal(tt.until) {
				t.Errorf("enabled %v until %v, %v", got.enabled, got.until, fault)
			}
		})
	}
}

// TestAStateThatMakesNoSenseIsAFault keeps a server that hides an attribute from bringing
// the disabled back.
func TestAStateThatMakesNoSenseIsAFault(t *testing.T) {
	for name, tt := range map[string]struct {
		preset string
		has    map[string]string
	}{
		"hidden":         {ActiveDirectory, nil},
		"no number":      {ActiveDirectory, map[string]string{"userAccountControl": "enabled"}},
		"no end":         {ActiveDirectory, map[string]string{"userAccountControl": "512", "accountExpires": "tomorrow"}},
		"before 1601":    {ActiveDirectory, map[string]string{"userAccountControl": "512", "accountExpires": "-1"}},
		"no truth":       {DS389, map[string]string{"nsAccountLock": "perhaps"}},
		"no time":        {FreeIPA, map[string]string{"krbPrincipalExpiration": "2027-01-01"}},
		"no days":        {OpenLDAP, map[string]string{"shadowExpire": "soon"}},
		"no end of time": {OpenLDAP, map[string]string{"pwdEndTime": "never"}},
	} {
		if _, fault := presets[tt.preset].state(entryWith(tt.has)); fault == nil || fault.Attr != "active" {
			t.Errorf("%s: %v", name, fault)
		}
	}
}

// entryWith makes an entry with one value for each attribute.
func entryWith(has map[string]string) *entry {
	e := &entry{dn: "cn=somebody"}
	for name, value := range has {
		e.attributes = append(e.attributes, attribute{name, []string{value}})
	}
	return e
}
