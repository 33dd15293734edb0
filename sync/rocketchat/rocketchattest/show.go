package rocketchattest

import (
	"time"
)

// brief is what everybody may see of an account.
func (q *request) brief(a *Account) object {
	o := object{"_id": a.ID, "username": a.Username, "type": a.Type, "status": a.Status, "active": a.Active,
		"roles": append([]string{}, a.Roles...), "utcOffset": 0}
	text := map[string]string{"name": a.Name, "nickname": a.Nickname, "bio": a.Bio, "statusText": a.StatusText, "avatarETag": a.AvatarETag}
	for key, value := range text {
		if value != "" {
			o[key] = value
		}
	}
	if a.Federated {
		o["federated"] = true
	}
	return o
}

// full is what those see who may see everything, and everybody of themselves.
func (q *request) full(a *Account) object {
	o := q.brief(a)
	o["createdAt"] = stamp(a.CreatedAt)
	o["requirePasswordChange"] = a.RequireChange
	if len(a.Emails) > 0 {
		o["emails"] = addresses(a)
	}
	if !a.LastLogin.IsZero() {
		o["lastLogin"] = stamp(a.LastLogin)
	}
	if len(a.ImportIDs) > 0 {
		o["importIds"] = a.ImportIDs
	}
	if fields := q.declared(a); len(fields) > 0 {
		o["customFields"] = fields
	}
	if a.Extension != "" && q.generation == V8 {
		o["freeSwitchExtension"] = a.Extension
	}
	return o
}

// declared are the custom fields of an account that are still defined.
func (q *request) declared(a *Account) object {
	o := object{}
	for _, f := range q.fields {
		if value, has := a.CustomFields[f.Name]; has {
			o[f.Name] = value
		}
	}
	return o
}

// stored is what writing answers with: the record.
func (q *request) stored(a *Account) object {
	o := q.full(a)
	o["_updatedAt"] = stamp(q.clock())
	o["settings"] = object{}
	rooms := []string{}
	for _, r := range q.roomsOf(a.ID) {
		rooms = append(rooms, r.ID)
	}
	if len(rooms) > 0 {
		o["__rooms"] = rooms
	}
	return o
}

// listed is what lists show of an account.
func (q *request) listed(a *Account) object {
	o := object{"_id": a.ID, "username": a.Username, "name": a.Name, "roles": append([]string{}, a.Roles...),
		"status": a.Status, "active": a.Active, "type": a.Type, "nameInsensitive": fold(a.Name)}
	if len(a.Emails) > 0 {
		o["emails"] = addresses(a)
	}
	if a.AvatarETag != "" {
		o["avatarETag"] = a.AvatarETag
	}
	if !a.LastLogin.IsZero() {
		o["lastLogin"] = stamp(a.LastLogin)
	}
	return o
}

func addresses(a *Account) []object {
	all := []object{}
	for _, e := range a.Emails {
		all = append(all, object{"address": e.Address, "verified": e.Verified})
	}
	return all
}

// stamp is how the server writes a time.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// userInfo tells about one account.
func (q *request) userInfo() (object, error) {
	a := q.sought()
	if a == nil {
		return nil, plain("User not found.")
	}
	o := q.brief(a)
	if a == q.caller || q.may(q.caller, "view-full-other-user-info") {
		o = q.full(a)
	}
	if a == q.caller {
		o["services"] = object{"password": object{"exists": a.Password != ""}}
	}
	if q.query.Get("includeUserRooms") == "true" && (a == q.caller || q.may(q.caller, "view-other-user-channels")) {
		o["rooms"] = q.subscriptions(a)
	}
	return object{"user": o}, nil
}

// sought finds the account of a query. An id may be a user name too; what is personal is
// not searched for those who may not see it.
func (q *request) sought() *Account {
	value := func(key string) string { return q.query.Get(key) }
	all := q.may(q.caller, "view-full-other-user-info")
	switch {
	case value("userId") != "":
		if a := q.accounts[value("userId")]; a != nil {
			return a
		}
		return q.exactly(value("userId"))
	case value("username") != "":
		return q.exactly(value("username"))
	case q.generation == V3_11 || !all: // importId is not known in 3.11
		return nil
	case value("email") != "":
		return q.addresses[fold(value("email"))]
	}
	return q.imported(value("importId"), value("freeSwitchExtension"))
}

// exactly finds a user name with its case.
func (q *request) exactly(name string) *Account {
	if a := q.names[fold(name)]; a != nil && a.Username == name {
		return a
	}
	return nil
}

// imported finds an account by an id of elsewhere or by its extension.
func (q *request) imported(id, extension string) *Account {
	for _, a := range q.accounts {
		for _, known := range a.ImportIDs {
			if id != "" && known == id {
				return a
			}
		}
		if extension != "" && a.Extension == extension {
			return a
		}
	}
	return nil
}

func (q *request) subscriptions(a *Account) []object {
	all := []object{}
	for _, r := range q.roomsOf(a.ID) {
		all = append(all, object{"rid": r.ID, "name": r.Name, "t": r.Type, "roles": r.member(a.ID).Roles})
	}
	return all
}
