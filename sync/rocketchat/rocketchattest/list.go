package rocketchattest

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// page is which part of a list is asked for.
type page struct {
	offset, count int // a count of 0 is everything
	order         []order
}

// order is one key of a sort.
type order struct {
	key  string
	down bool
}

// page reads which part of a list is asked for. More than the workspace gives at once is
// not refused: less comes.
func (q *request) page() (page, error) {
	p := page{count: q.count("API_Default_Count")}
	p.offset, _ = strconv.Atoi(q.query.Get("offset"))
	if asked, err := strconv.Atoi(q.query.Get("count")); err == nil {
		p.count = min(asked, q.count("API_Upper_Count_Limit"))
		if asked == 0 && q.settings["API_Allow_Infinite_Count"] != true {
			p.count = q.count("API_Default_Count")
		}
	}
	var err error
	p.order, err = sorting(q.query.Get("sort"))
	return p, err
}

// sorting reads a sort: a JSON object of 1 and -1, in order.
func sorting(text string) ([]order, error) {
	if text == "" {
		return nil, nil
	}
	bad := refusal("error-invalid-sort", "Invalid sort parameter provided: \""+text+"\"", object{"helperMethod": "parseJsonQuery"})
	d := json.NewDecoder(strings.NewReader(text))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, bad
	}
	var all []order
	for d.More() {
		key, err := d.Token()
		var way int
		if err != nil || d.Decode(&way) != nil || way != 1 && way != -1 {
			return nil, bad
		}
		all = append(all, order{str(key), way < 0})
	}
	if _, err := d.Token(); err != nil {
		return nil, bad
	}
	return all, nil
}

// bounds returns where a page begins and ends.
func (p page) bounds(total int) (from, to int) {
	from = min(max(p.offset, 0), total)
	if p.count <= 0 {
		return from, total
	}
	return from, min(from+p.count, total)
}

// sort puts accounts into the order asked for, which is that of user names unless said
// otherwise.
func (p page) sort(all []*Account) {
	if len(p.order) == 0 {
		return
	}
	slices.SortStableFunc(all, func(a, b *Account) int {
		for _, o := range p.order {
			if c := strings.Compare(sortKey(a, o.key), sortKey(b, o.key)); c != 0 && o.down {
				return -c
			} else if c != 0 {
				return c
			}
		}
		return 0
	})
}

// sortKey is what accounts are sorted by.
func sortKey(a *Account, key string) string {
	switch key {
	case "_id":
		return a.ID
	case "username":
		return a.Username
	case "name":
		return fold(a.Name)
	case "emails.address", "emails":
		return a.Email()
	case "status":
		return strconv.FormatBool(a.Active) + a.Status
	case "active":
		return strconv.FormatBool(a.Active)
	case "createdAt":
		return stamp(a.CreatedAt)
	case "lastLogin":
		return stamp(a.LastLogin)
	}
	return ""
}

// listUsers lists accounts. What is asked for in query and fields is ignored, and so is
// what is not known.
func (q *request) listUsers() (object, error) {
	if err := q.outside(); err != nil {
		return nil, err
	}
	email := q.query.Get("email")
	if q.generation < V8 {
		email = "" // not known there, and not looked at: everybody is listed
	}
	if email != "" && !q.may(q.caller, "view-full-other-user-info") {
		return nil, unauthorized()
	}
	return q.listing(func(a *Account) bool {
		return email == "" || slices.ContainsFunc(a.Emails, func(e Email) bool { return fold(e.Address) == fold(email) })
	}, q.listed)
}

// outside asks for the permission to see people in no common room, if the workspace wants
// that.
func (q *request) outside() error {
	if q.settings["API_Apply_permission_view-outside-room_on_users-list"] == true && !q.may(q.caller, "view-outside-room") {
		return unauthorized()
	}
	return nil
}

// listing answers with the page asked for of those who fit.
func (q *request) listing(fits func(*Account) bool, show func(*Account) object) (object, error) {
	p, err := q.page()
	if err != nil {
		return nil, err
	}
	all := slices.DeleteFunc(q.byName(), func(a *Account) bool { return !fits(a) })
	p.sort(all)
	from, to := p.bounds(len(all))
	users := []object{}
	for _, a := range all[from:to] {
		users = append(users, show(a))
	}
	return object{"users": users, "count": len(users), "offset": p.offset, "total": len(all)}, nil
}

// listByStatus lists accounts as the page for administrators does.
func (q *request) listByStatus() (object, error) {
	if err := q.outside(); err != nil {
		return nil, err
	}
	wanted := flat(q.query)
	return q.listing(func(a *Account) bool { return q.stands(a, wanted) }, func(a *Account) object {
		o := q.listed(a)
		o["federated"] = a.Federated
		if a.InactiveReason != "" {
			o["inactiveReason"] = a.InactiveReason
		}
		if a.Extension != "" {
			o["freeSwitchExtension"] = a.Extension
		}
		return o
	})
}

// stands reports whether an account stands as a query wants.
func (q *request) stands(a *Account, wanted object) bool {
	in, given := toTruth(wanted["hasLoggedIn"])
	roles := texts(wanted["roles"])
	reasons := texts(wanted["inactiveReason"])
	switch {
	case wanted["status"] == "active" && !a.Active, wanted["status"] == "deactivated" && a.Active:
		return false
	case given && in == a.LastLogin.IsZero():
		return false
	case wanted["type"] != nil && wanted["type"] != a.Type:
		return false
	case len(roles) > 0 && !slices.ContainsFunc(roles, a.Has):
		return false
	case len(reasons) > 0 && !slices.Contains(reasons, a.InactiveReason):
		return false
	}
	return contains(a, str(wanted["searchTerm"]))
}

// contains reports whether a term is somewhere in the names or the address.
func contains(a *Account, term string) bool {
	if term == "" {
		return true
	}
	all := fold(strings.Join([]string{a.Username, a.Name, a.Email()}, "\n"))
	return strings.Contains(all, fold(term))
}

// texts returns a list of texts, or one of one.
func texts(v any) []string {
	if one := str(v); one != "" {
		return splitList(one)
	}
	all, _ := v.([]any)
	list := make([]string, len(all))
	for i, one := range all {
		list[i] = str(one)
	}
	return list
}
