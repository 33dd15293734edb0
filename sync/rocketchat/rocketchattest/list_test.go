package rocketchattest_test

import (
	"fmt"
	"net/url"
	"slices"
	"testing"
	"time"

	. "rollcall/sync/rocketchat/rocketchattest"
)

func TestInfoFindsPeople(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g Generation) {
		c := start(t, Options{Generation: g})
		id := c.made(ada())
		c.s.Edit(id, func(a *Account) { a.ImportIDs = []string{"cn=ada"} })
		for _, query := range []string{"userId=" + id, "userId=ada", "username=ada", "username=" + id} {
			user := c.get("users.info?" + query).good(t)["user"].(object)
			if user["_id"] != id || user["emails"] == nil {
				t.Errorf("%s: found %v", query, user)
			}
		}
		c.get("users.info?username=ADA").bad(t, 400, nil)
		for query, since := range map[string]Generation{"email=ADA@rocket.example": V8, "importId=cn=ada": V7} {
			if got := c.get("users.info?" + query); (got.status == 200) != (g >= since) {
				t.Errorf("%s: answered %d %s", query, got.status, got.raw)
			}
		}
		c.s.Forbid("view-full-other-user-info")
		user := c.get("users.info?userId=" + id).good(t)["user"].(object)
		if user["emails"] != nil || user["lastLogin"] != nil || user["roles"] != nil {
			t.Errorf("shows %v", user)
		}
		if listed := c.get("users.list?count=1").good(t)["users"].([]any)[0].(object); listed["emails"] != nil || listed["roles"] != nil {
			t.Errorf("lists %v", listed)
		}
		if own := c.get("users.info?userId=" + c.id).good(t)["user"].(object); own["emails"] == nil || own["services"] == nil {
			t.Errorf("shows of oneself %v", own)
		}
		if got := c.get("users.info?email=ada@rocket.example"); got.status != 400 {
			t.Errorf("answered %d %s", got.status, got.raw)
		}
	})
}

func TestInfoOfNobodyInParticular(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.get("users.info").bad(t, 400, "error-invalid-params")
	c.get("users.info?userId=a&username=b").bad(t, 400, "error-invalid-params")
	c.s.Upgrade(V7)
	c.get("users.info").bad(t, 400, "invalid-params")
}

func TestListsComeInPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g Generation) {
		c := start(t, Options{Generation: g})
		for i := range 120 {
			c.s.Add(Account{Username: fmt.Sprintf("u%03d", i), Active: true})
		}
		for query, want := range map[string]int{"": 50, "count=20": 20, "count=1000": 100, "count=0": 123, "count=100&offset=100": 23, "offset=500": 0} {
			if got := c.get("users.list?" + query).good(t); got["count"] != float64(want) || got["total"] != 123.0 {
				t.Errorf("%s: %v of %v", query, got["count"], got["total"])
			}
		}
		first := c.get(`users.list?count=1&sort={"username":-1}`).good(t)["users"].([]any)[0].(object)
		if first["username"] != "u119" || first["importIds"] != nil {
			t.Errorf("the first is %v", first)
		}
		c.get(`users.list?sort={"username":2}`).bad(t, 400, "error-invalid-sort")
	})
}

func TestListByAddressIsExact(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.made(ada())
	c.made(with(with(ada(), "username", "bada"), "email", "bada@rocket.example"))
	for g, want := range map[Generation]float64{V3_11: 5, V7: 5, V8: 1} {
		c.s.Upgrade(g)
		if got := c.get("users.list?email=ADA@rocket.example").good(t); got["total"] != want {
			t.Errorf("%s found %v", g, got)
		}
	}
	c.s.Upgrade(V8)
	c.get("users.list?active=true").bad(t, 400, "error-invalid-params")
	if got := c.get(`users.list?query={"active":false}`).good(t); got["total"] != 5.0 {
		t.Errorf("a query that is ignored found %v", got)
	}
	c.s.Forbid("view-full-other-user-info")
	c.get("users.list?email=ada@rocket.example").bad(t, 403, nil)
	c.s.Forbid("view-d-room")
	c.get("users.list").bad(t, 403, nil)
}

func TestListByStatus(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := start(t, Options{Clock: clock.Now})
	for name, a := range map[string]Account{
		"pending": {Active: true}, "left": {}, "here": {Active: true, LastLogin: clock.Now()}, "gone": {LastLogin: clock.Now(), InactiveReason: "deactivated"},
	} {
		a.Username = name
		c.s.Add(a)
	}
	for query, want := range map[string][]string{
		"hasLoggedIn=false&type=user":         {"left", "pending"},
		"hasLoggedIn=true&status=active":      {"here", "rollcall.bridge", "root.admin"},
		"hasLoggedIn=true&status=deactivated": {"gone"},
		"inactiveReason[]=deactivated":        {"gone"},
		"searchTerm=EN":                       {"pending"},
		"roles[]=admin":                       {"root.admin"},
		"type=bot":                            {"rocket.cat"},
	} {
		var got []string
		for _, u := range c.get("users.listByStatus?" + query).good(t)["users"].([]any) {
			got = append(got, u.(object)["username"].(string))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: found %v, want %v", query, got, want)
		}
	}
}

func TestListsAreSortedAsAskedFor(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := start(t, Options{Clock: clock.Now})
	clock.add(time.Hour)
	c.s.Add(Account{ID: "1", Username: "one", Name: "Zoe", Emails: []Email{{Address: "b@rocket.example"}}, Roles: []string{"app"}, Active: true,
		LastLogin: clock.Now().Add(time.Hour)})
	clock.add(time.Hour)
	c.s.Add(Account{ID: "2", Username: "two", Name: "adam", Emails: []Email{{Address: "a@rocket.example"}}, Roles: []string{"app"}, LastLogin: clock.Now()})
	for sort, want := range map[string][]string{
		`{"username":1}`: {"one", "two"}, `{"username":-1}`: {"two", "one"}, `{"name":1}`: {"two", "one"},
		`{"emails.address":1}`: {"two", "one"}, `{"active":1}`: {"two", "one"}, `{"status":-1}`: {"one", "two"},
		`{"createdAt":-1}`: {"two", "one"}, `{"lastLogin":1}`: {"one", "two"}, `{"_id":-1}`: {"two", "one"},
		`{"type":1,"name":1}`: {"two", "one"}, `{"nothing":1}`: {"one", "two"}, `{"lastLogin":1,"_id":-1}`: {"two", "one"},
	} {
		var got []string
		for _, u := range c.get("users.listByStatus?roles[]=app&sort=" + url.QueryEscape(sort)).good(t)["users"].([]any) {
			got = append(got, u.(object)["username"].(string))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", sort, got, want)
		}
	}
	for _, bad := range []string{"name", "[1]", `{"name":1`, `{"name":"up"}`} {
		c.get("users.list?sort="+url.QueryEscape(bad)).bad(t, 400, "error-invalid-sort")
	}
}

func TestListsMayNeedOneMorePermission(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Settings: map[string]any{"API_Apply_permission_view-outside-room_on_users-list": true}})
	c.get("users.list").good(t)
	c.s.Forbid("view-outside-room")
	for _, route := range []string{"users.list", "users.listByStatus"} {
		says(t, c.get(route).bad(t, 403, nil), "unauthorized")
	}
}

func TestInfoWithRooms(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	id := c.made(ada())
	room := c.s.AddRoom(Room{Name: "engines", Type: "p", Members: []Member{{UserID: id, Roles: []string{"owner"}}}})
	query := "users.info?includeUserRooms=true&userId=" + id
	if user := c.get(query).good(t)["user"].(object); user["rooms"] != nil {
		t.Errorf("shows the rooms %v", user["rooms"])
	}
	c.s.Permit("view-other-user-channels")
	rooms := c.get(query).good(t)["user"].(object)["rooms"].([]any)
	if one := rooms[0].(object); len(rooms) != 1 || one["rid"] != room.ID || one["t"] != "p" || one["roles"].([]any)[0] != "owner" {
		t.Errorf("shows the rooms %v", rooms)
	}
}
