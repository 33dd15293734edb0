package rocketchat

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"rollcall/directory"
)

// Checked is what a check saw.
type Checked struct {
	Server   string // where it is
	Version  string
	Account  string // whose token it is
	Findings []Finding
}

// Finding is something that is not as it should be, and what to do about it.
type Finding struct {
	Problem bool // something will be refused; else it is good to know
	Text    string
	Hint    string
}

// Broken reports whether something will be refused.
func (c *Checked) Broken() bool {
	return slices.ContainsFunc(c.Findings, func(f Finding) bool { return f.Problem })
}

// need is a permission and what it is needed for.
type need struct{ permission, purpose string }

// needs are the permissions without which something is refused.
var needs = []need{
	{"view-full-other-user-info", "seeing whether accounts are active and which addresses they have"},
	{"view-d-room", "listing accounts"},
	{"view-outside-room", "listing accounts"},
	{"create-user", "making accounts"},
	{"edit-other-user-info", "changing accounts"},
	{"edit-other-user-active-status", "giving and taking access"},
	{"edit-other-user-password", "setting passwords; without it they are dropped without a word"},
	{"assign-roles", "giving roles"},
	{"access-permissions", "giving and taking roles"},
	{"delete-user", "deleting accounts whose grace is over"},
	{"logout-other-user", "ending sessions"},
	{"edit-other-user-totp", "resetting second factors"},
	{"edit-other-user-e2ee", "resetting encryption keys"},
	{"view-privileged-setting", "reading what becomes of the messages of the deleted"},
}

// wishes are the permissions without which less is possible.
var wishes = []need{
	{"api-bypass-rate-limit", "more than some ten calls of a kind a minute"},
	{"assign-admin-role", "making administrators"},
	{"add-user-to-any-c-room", "putting people into channels"},
	{"add-user-to-any-p-room", "putting people into private rooms"},
	{"remove-user", "taking people out of rooms"},
	{"add-team-member", "putting people into teams"},
	{"edit-team-member", "taking people out of teams"},
	{"view-other-user-channels", "telling who is in a room by themselves from whom Rollcall put there"},
}

// Check asks the server who we are to it and what we may, and reads the settings that
// matter. It changes nothing. An error means that not even that was possible.
func (t *Target) Check(ctx context.Context) (*Checked, error) {
	c := &checking{Target: t, Checked: &Checked{Server: t.client.base}}
	for _, step := range []func(context.Context) error{c.version, c.account, c.permissions, c.settings, c.factor} {
		if err := step(ctx); err != nil {
			if f := failed(err); f != nil {
				return nil, errors.New(f.advice())
			}
			return nil, err
		}
	}
	return c.Checked, nil
}

// checking is one check under way.
type checking struct {
	*Target
	*Checked
	roles []string // of the account
}

func (c *checking) problem(text, hint string) {
	c.Findings = append(c.Findings, Finding{true, text, hint})
}

func (c *checking) note(text, hint string) {
	c.Findings = append(c.Findings, Finding{false, text, hint})
}

func (c *checking) version(ctx context.Context) error {
	var got struct {
		Version string `json:"version"`
		Info    struct {
			Version string `json:"version"`
		} `json:"info"`
	}
	if err := c.client.get(ctx, "info", nil, &got); err != nil {
		return err
	}
	if c.Version = got.Info.Version; c.Version == "" {
		c.Version = got.Version
	}
	if older(c.Version, 3, 11) {
		c.problem("Rocket.Chat "+c.Version+" is older than what is known", "upgrade it to 3.11 or later")
	}
	return nil
}

// older reports whether a version comes before another. One that cannot be read does not.
func older(version string, major, minor int) bool {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return false
	}
	a, err1 := strconv.Atoi(parts[0])
	b, err2 := strconv.Atoi(parts[1])
	return err1 == nil && err2 == nil && (a < major || a == major && b < minor)
}

func (c *checking) account(ctx context.Context) error {
	var me account
	if err := c.client.get(ctx, "me", nil, &me); err != nil {
		return err
	}
	c.Account, c.roles = me.called(), me.Roles
	if slices.Contains(me.Roles, directory.RoleAdmin) {
		c.note("the token is an administrator's", "an account of its own, with a role that has just the permissions listed in the manual, can do less harm")
	}
	return nil
}

// permissions compares what is needed with what the roles of the account have.
func (c *checking) permissions(ctx context.Context) error {
	var got struct {
		Update []struct {
			ID    string   `json:"_id"`
			Roles []string `json:"roles"`
		} `json:"update"`
	}
	switch err := c.client.get(ctx, "permissions.listAll", nil, &got); {
	case unknownRoute(err) || failed(err) != nil && failed(err).status == http.StatusForbidden:
		c.note("the server does not say which permissions the account has", "compare them with the list in the manual")
		return c.sight(ctx)
	case err != nil:
		return err
	}
	has := map[string]bool{}
	for _, p := range got.Update {
		has[p.ID] = slices.ContainsFunc(p.Roles, func(r string) bool { return slices.Contains(c.roles, r) })
	}
	hint := "give it to one of the roles of " + c.Account
	for _, n := range needs {
		if !has[n.permission] {
			c.problem("the permission "+n.permission+" is missing, for "+n.purpose, hint)
		}
	}
	for _, n := range wishes {
		if !has[n.permission] {
			c.note("the permission "+n.permission+" is missing, for "+n.purpose, hint+" if you want that")
		}
	}
	return nil
}

// sight tries the permission without which nothing works.
func (c *checking) sight(ctx context.Context) error {
	var got struct {
		User struct {
			CreatedAt any `json:"createdAt"`
		} `json:"user"`
	}
	if err := c.client.get(ctx, "users.info", url.Values{"userId": {catID}}, &got); err != nil {
		return err
	}
	if got.User.CreatedAt == nil {
		c.problem("the permission view-full-other-user-info is missing, for "+needs[0].purpose, "give it to one of the roles of "+c.Account)
	}
	return nil
}

// usualNames is the form of user names that Rocket.Chat has unless it is told otherwise,
// and that ours have.
const usualNames = "[0-9a-zA-Z-_.]+"

// settings reads those that decide how people are treated.
func (c *checking) settings(ctx context.Context) error {
	erasure, err := c.client.setting(ctx, settingErasure)
	if f := failed(err); f != nil && f.rule().class == pause && f.status == http.StatusForbidden {
		c.problem("settings cannot be read, so nobody is deleted", "give view-privileged-setting to one of the roles of "+c.Account)
		return nil
	}
	if err != nil {
		return err
	}
	if is := directory.Erasure(strings.ToLower(word(erasure))); c.config.Erasure != directory.EraseAsTarget && is != c.config.Erasure {
		c.problem("messages of the deleted are treated as "+strconv.Quote(string(is))+", and erasure expects "+strconv.Quote(string(c.config.Erasure)),
			"change "+settingErasure+" in Rocket.Chat or erasure here; until then nobody is deleted")
	}
	names, err := c.client.setting(ctx, "UTF8_User_Names_Validation")
	if err != nil {
		return err
	}
	if form := word(names); form != usualNames && form != "" {
		c.note("user names have to match "+strconv.Quote(form)+", and are made for "+strconv.Quote(usualNames), "people with other names are refused; allow at least the usual ones")
	}
	approve, err := c.client.setting(ctx, "Accounts_ManuallyApproveNewUsers")
	if err == nil && string(approve) == "true" {
		c.note("new accounts wait for approval", "Rollcall approves those that it makes, which sends a mail to each")
	}
	return err
}

// probe is an id that no account has.
const probe = "rollcall-check"

// factor finds out whether a second factor is asked for, by a change of nobody.
func (c *checking) factor(ctx context.Context) error {
	if c.config.Dry {
		return nil
	}
	err := c.client.post(ctx, "users.update", map[string]any{"userId": probe, "data": map[string]any{}}, nil)
	f := failed(err)
	if f == nil || f.foreign {
		return err
	}
	if strings.HasPrefix(f.code, "totp-") {
		c.problem("a second factor is asked for", f.rule().hint)
	}
	return nil
}
