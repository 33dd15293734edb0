package rocketchattest

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// brief is what everybody may see of an account.
func (q *request) brief(a *Account) object {
	o := object{"_id": a.ID, "username": a.Username, "type": a.Type, "status": a.Status, "active": a.Active, "utcOffset": 0}
	text := map[string]string{"name": a.Name, "nickname": a.Nickname, "bio": a.Bio, "statusText": a.StatusText, "avatarETag": a.AvatarETag}
	for key, value := range text {
		if value != "" {
			o[key] = value
		}
	}
	if a.Federated {
		o["federated"] = true
	}
	if a.Extension != "" && q.generation == V8 {
		o["freeSwitchExtension"] = a.Extension
	}
	if fields := q.declared(a, false); len(fields) > 0 {
		o["customFields"] = fields
	}
	return o
}

// full is what those see who may see everything, and everybody of themselves.
func (q *request) full(a *Account) object {
	o := q.brief(a)
	o["roles"] = append([]string{}, a.Roles...)
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
	if fields := q.declared(a, true); len(fields) > 0 {
		o["customFields"] = fields
	}
	return o
}

// declared are the custom fields of an account that are still defined, all of them or those
// for everybody.
func (q *request) declared(a *Account, all bool) object {
	o := object{}
	for _, f := range q.fields {
		if value, has := a.CustomFields[f.Name]; has && (all || f.Public) {
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

// listed is what lists show of an account: less to those who may not see everything.
func (q *request) listed(a *Account) object {
	o := object{"_id": a.ID, "username": a.Username, "name": a.Name, "status": a.Status, "active": a.Active, "type": a.Type,
		"nameInsensitive": fold(a.Name)}
	if a.AvatarETag != "" {
		o["avatarETag"] = a.AvatarETag
	}
	if !q.may(q.caller, "view-full-other-user-info") {
		return o
	}
	o["roles"] = append([]string{}, a.Roles...)
	if len(a.Emails) > 0 {
		o["emails"] = addresses(a)
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
		o["canViewAllInfo"] = true
	}
	if a == q.caller {
		o["services"] = object{"password": object{"exists": a.Password != ""}}
	}
	if q.query.Get("includeUserRooms") == "true" && (a == q.caller || q.may(q.caller, "view-other-user-channels")) {
		o["rooms"] = q.subscriptions(a)
	}
	return object{"user": o}, nil
}

// sought finds the account of a query. Ids and user names are one as good as the other;
// what is personal is not searched for those who may not see it, unless it is their own.
func (q *request) sought() *Account {
	name := cmp.Or(q.query.Get("userId"), q.query.Get("username"))
	if a := q.accounts[name]; a != nil {
		return a
	}
	if name != "" || q.generation == V3_11 {
		return q.exactly(name)
	}
	a := q.addresses[fold(strings.TrimSpace(q.query.Get("email")))]
	if extension := q.query.Get("freeSwitchExtension"); extension != "" {
		return q.first(func(a *Account) bool { return a.Extension == extension })
	}
	if id := q.query.Get("importId"); id != "" {
		a = q.first(func(a *Account) bool { return slices.Contains(a.ImportIDs, id) })
	}
	if a != q.caller && !q.may(q.caller, "view-full-other-user-info") {
		return nil
	}
	return a
}

// exactly finds a user name with its case.
func (q *request) exactly(name string) *Account {
	if a := q.names[fold(name)]; a != nil && a.Username == name {
		return a
	}
	return nil
}

// first finds the first account, by user name, that fits.
func (q *request) first(fits func(*Account) bool) *Account {
	all := q.byName()
	i := slices.IndexFunc(all, fits)
	if i < 0 {
		return nil
	}
	return all[i]
}

func (q *request) subscriptions(a *Account) []object {
	all := []object{}
	for _, r := range q.roomsOf(a.ID) {
		all = append(all, object{"rid": r.ID, "name": r.Name, "t": r.Type, "roles": r.member(a.ID).Roles})
	}
	return all
}
