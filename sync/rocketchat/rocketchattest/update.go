package rocketchattest

import (
	"slices"
	"strings"
)

// updateUser alters an account, and then switches it on or off.
func (q *request) updateUser() (object, error) {
	id := str(q.body["userId"])
	data := q.body["data"].(object)
	a := q.accounts[id]
	if err := q.mayUpdate(a, id, data); err != nil {
		return nil, err
	}
	var err error
	q.alter(a, func() { err = q.write(a, data) })
	if err != nil {
		return nil, err
	}
	if active, given := flag(data, "active"); given {
		confirmed, _ := flag(q.body, "confirmRelinquish")
		if err := q.activate(a, active, confirmed); err != nil {
			return nil, err
		}
	}
	return object{"user": q.stored(a)}, nil
}

// mayUpdate makes the checks before anything is written.
func (q *request) mayUpdate(a *Account, id string, data object) error {
	if err := q.nameSigns(data); err != nil {
		return err
	}
	if a != nil && a.Federated && q.generation > V3_11 {
		return refusal("Edit_Federated_User_Not_Allowed", "Not possible to edit a federated user", nil)
	}
	if err := q.validUser(id, data); err != nil {
		return err
	}
	roles, hasRoles := wantedRoles(data)
	switch {
	case a == nil && q.generation == V3_11:
		return plain("Cannot read property 'username' of undefined")
	case a == nil:
		return refusal("error-user-not-found", "User not found", object{"method": "saveUser"})
	case hasRoles && !same(roles, a.Roles) && !q.may(q.caller, "assign-roles"):
		return notAllowed("Assign roles is not allowed", "Assign_role")
	case hasRoles:
		return q.roomFor(a, roles, a.Type)
	}
	return nil
}

// same reports whether two lists have the same in them.
func same(a, b []string) bool {
	within := func(a, b []string) bool {
		return !slices.ContainsFunc(a, func(one string) bool { return !slices.Contains(b, one) })
	}
	return within(a, b) && within(b, a)
}

// write stores what a request has. A generation ago it stopped where something failed and
// left what it had written; now it is one transaction, but for the mails.
func (q *request) write(a *Account, data object) error {
	before := a.clone()
	for _, step := range []func(*Account, object) error{q.writeIdentity, q.writeStatus, q.writeEmail, q.writePassword, q.writeRest} {
		if err := step(a, data); err != nil {
			if q.generation == V8 {
				*a = before
			}
			return err
		}
	}
	return q.mailChanges(&before, a, data)
}

// writeIdentity writes user name and name. Any trouble with the user name is told in one
// word.
func (q *request) writeIdentity(a *Account, data object) error {
	name, renames := given(data, "username")
	name = strings.TrimSpace(name)
	if renames && name != a.Username {
		free := fold(name) == fold(a.Username)
		if !free {
			var err error
			if free, err = q.nameFree(name); err != nil {
				return err
			}
		}
		if !free || name == "" {
			return refusal("error-could-not-save-identity", "Could not save user identity", object{"method": "saveUser"})
		}
		a.Username = name
	}
	if real, given := given(data, "name"); given {
		a.Name = strings.TrimSpace(real)
	}
	return nil
}

func (q *request) writeStatus(a *Account, data object) error {
	if text, given := given(data, "statusText"); given {
		a.StatusText = text
	}
	return nil
}

// writeEmail replaces the whole list of addresses, unless the first one is the same. An
// address that differs in case only is taken, by its own owner.
func (q *request) writeEmail(a *Account, data object) error {
	email := strings.TrimSpace(str(data["email"]))
	if email == "" {
		return nil
	}
	if err := q.validDomain(email); err != nil {
		return err
	}
	if a.Email() == email {
		return nil
	}
	other := q.addresses[fold(email)]
	own := slices.ContainsFunc(a.Emails, func(e Email) bool { return fold(e.Address) == fold(email) })
	if other != nil || own {
		return taken(email)
	}
	if q.generation < V8 && a.Email() != "" {
		if err := q.mail(Mail{To: a.Email(), Kind: MailChanged, User: a.ID}); err != nil {
			return err
		}
	}
	verified, _ := flag(data, "verified")
	a.Emails = []Email{{email, verified}}
	return nil
}

// writePassword writes a password, and drops it in silence when the caller may not.
func (q *request) writePassword(a *Account, data object) error {
	password := strings.TrimSpace(str(data["password"]))
	if random, _ := flag(data, "setRandomPassword"); random {
		password = q.id(17)
		data["requirePasswordChange"] = true
	}
	if password != "" && q.may(q.caller, "edit-other-user-password") {
		a.Password = password
	}
	return nil
}

func (q *request) writeRest(a *Account, data object) error {
	if bio, given := given(data, "bio"); given {
		a.Bio = strings.TrimSpace(bio)
	}
	if nickname, given := given(data, "nickname"); given {
		a.Nickname = strings.TrimSpace(nickname)
	}
	if roles, is := wantedRoles(data); is {
		a.Roles = roles
	}
	if change, is := flag(data, "requirePasswordChange"); is {
		a.RequireChange = change
	}
	if extension, given := given(data, "freeSwitchExtension"); given {
		a.Extension = strings.TrimSpace(extension)
	}
	if verified, is := flag(data, "verified"); is && len(a.Emails) > 0 {
		a.Emails[0].Verified = verified
	}
	values, is := data["customFields"].(object)
	if !is {
		return nil
	}
	if err := q.validFields(values); err != nil {
		return err
	}
	q.keepFields(a, values)
	return nil
}

// mailChanges mails what a change of address or password asks for, when all is written.
func (q *request) mailChanges(before, a *Account, data object) error {
	if before.Email() != a.Email() {
		if err := q.mailAddress(before, a, data); err != nil {
			return err
		}
	}
	if random, _ := flag(data, "setRandomPassword"); random && before.Password != a.Password {
		return q.mail(Mail{To: a.Email(), Kind: MailPassword, User: a.ID})
	}
	return nil
}

// mailAddress mails the old address, and asks the new one to confirm unless it is said to
// be verified.
func (q *request) mailAddress(before, a *Account, data object) error {
	if q.generation == V8 && before.Email() != "" {
		if err := q.mail(Mail{To: before.Email(), Kind: MailChanged, User: a.ID}); err != nil {
			return err
		}
	}
	if verified, _ := flag(data, "verified"); verified {
		return nil
	}
	return q.mail(Mail{To: a.Email(), Kind: MailVerification, User: a.ID})
}
