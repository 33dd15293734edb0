package rocketchat

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"rollcall/directory"
)

// roleList is what is known of the roles that accounts can have.
type roleList struct {
	mu   sync.Mutex
	ids  map[string]string // by id and by name
	read time.Time
}

// ownRoles are those that every server has, under ids that are their names.
var ownRoles = []string{directory.RoleAdmin, directory.RoleUser, directory.RoleGuest, "bot", "app", "anonymous",
	"livechat-agent", "livechat-manager", "livechat-monitor", "auditor", "auditor-log"}

// How long a list of roles is believed: for those that it has, and for those it has not.
const (
	listFresh = 5 * time.Minute
	listMiss  = 10 * time.Second
)

// wantedRoles returns the roles that somebody shall have, as the directory names them.
// What people may do lies in the role user, and most other roles add little to it: only a
// guest is without, for whom one more role would cost a seat.
func (d *delivering) wantedRoles() []string {
	var roles []string
	for _, g := range d.want.Grants {
		if g.Kind == directory.RoleGrant {
			roles = append(roles, g.Name)
		}
	}
	if !slices.Contains(roles, directory.RoleGuest) && !slices.Contains(roles, directory.RoleUser) {
		roles = append(roles, directory.RoleUser)
	}
	return roles
}

// roleIDs returns the ids of roles, which are written by their id or their name.
func (t *Target) roleIDs(ctx context.Context, names []string) ([]string, error) {
	var ids []string
	for _, name := range names {
		id, err := t.roleID(ctx, name)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

func (t *Target) roleID(ctx context.Context, name string) (string, error) {
	if slices.Contains(ownRoles, name) {
		return name, nil
	}
	t.roles.mu.Lock()
	defer t.roles.mu.Unlock()
	age := t.now().Sub(t.roles.read)
	if id, known := t.roles.ids[name]; known && age < listFresh {
		return id, nil
	}
	if age >= listMiss {
		if err := t.readRoles(ctx); err != nil {
			return "", err
		}
	}
	id, known := t.roles.ids[name]
	if !known {
		return "", refusal("Rocket.Chat has no role %q for accounts; make it there or take it from whoever grants it, then rollcall deliveries redeliver", name)
	}
	return id, nil
}

// readRoles asks for all roles. Those of a single room are nothing for an account.
func (t *Target) readRoles(ctx context.Context) error {
	var got struct {
		Roles []struct {
			ID    string `json:"_id"`
			Name  string `json:"name"`
			Scope string `json:"scope"`
		} `json:"roles"`
	}
	if err := t.client.get(ctx, "roles.list", nil, &got); err != nil {
		return err
	}
	t.roles.ids, t.roles.read = map[string]string{}, t.now()
	for _, r := range got.Roles {
		if r.Scope == "Subscriptions" {
			continue
		}
		if _, taken := t.roles.ids[r.Name]; !taken && r.Name != "" {
			t.roles.ids[r.Name] = r.ID
		}
	}
	for _, r := range got.Roles { // an id outweighs a name
		if r.Scope != "Subscriptions" {
			t.roles.ids[r.ID] = r.ID
		}
	}
	return nil
}

// setRoles gives what is granted and takes what was granted before. What somebody else
// gave stays.
func (d *delivering) setRoles(ctx context.Context) error {
	wanted, err := d.roleIDs(ctx, d.wantedRoles())
	if err != nil {
		return err
	}
	ours := unite(d.facts.Given, d.recall(d.want.ID).given)
	var add, remove []string
	for _, r := range wanted {
		if !slices.Contains(d.account.Roles, r) {
			add = append(add, r)
		}
	}
	for _, r := range ours {
		if !slices.Contains(wanted, r) && !slices.Contains(d.facts.Kept, r) && slices.Contains(d.account.Roles, r) {
			remove = append(remove, r)
		}
	}
	if len(add) > 0 {
		d.remember(d.want.ID, func(b *begun) { b.given = unite(b.given, add) })
	}
	if err := d.changeRoles(ctx, add, remove); err != nil {
		return err
	}
	d.facts.Given = slices.DeleteFunc(wanted, func(r string) bool { return slices.Contains(d.facts.Kept, r) })
	return nil
}

// unite returns what is in either list, once.
func unite(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// changeRoles gives before it takes, so that nobody is without a role in between.
func (d *delivering) changeRoles(ctx context.Context, add, remove []string) error {
	if len(add)+len(remove) == 0 {
		return nil
	}
	if !d.noRoleRoutes.Load() {
		err := d.changeEach(ctx, add, remove)
		if !unknownRoute(err) && !badParameters(err) {
			return err
		}
		d.noRoleRoutes.Store(true)
	}
	return d.replaceRoles(ctx, add, remove)
}

// changeEach changes role by role, which leaves alone what others change meanwhile.
func (d *delivering) changeEach(ctx context.Context, add, remove []string) error {
	for _, role := range add {
		err := d.client.post(ctx, "roles.addUserToRole", map[string]any{"username": d.account.Username, "roleId": role}, nil)
		if err != nil && !says(err, codeAlreadyInRole) {
			return err
		}
	}
	for _, role := range remove {
		err := d.client.post(ctx, "roles.removeUserFromRole", map[string]any{"username": d.account.Username, "roleId": role}, nil)
		if err != nil && !says(err, codeNotInRole) {
			return err
		}
	}
	return nil
}

// replaceRoles sets all roles at once, as servers before version 4 want it. They do not
// look after the last administrator.
func (d *delivering) replaceRoles(ctx context.Context, add, remove []string) error {
	a, err := d.byID(ctx, d.id) // as late as possible: what is not sent is taken away
	switch {
	case err != nil:
		return err
	case a == nil:
		return fmt.Errorf("the account %s is not there any more", d.id)
	case !a.seen():
		return errNotSeen
	}
	roles := slices.DeleteFunc(slices.Clone(a.Roles), func(r string) bool { return slices.Contains(remove, r) })
	roles = append(roles, add...)
	slices.Sort(roles)
	roles = slices.Compact(roles)
	if slices.Contains(a.Roles, directory.RoleAdmin) && !slices.Contains(roles, directory.RoleAdmin) {
		if err := d.anotherAdmin(ctx); err != nil {
			return err
		}
	}
	return d.client.post(ctx, "users.update", map[string]any{"userId": d.id, "data": map[string]any{"roles": roles}}, nil)
}

// anotherAdmin refuses to take the role from the last active administrator.
func (d *delivering) anotherAdmin(ctx context.Context) error {
	var got struct {
		Users []account `json:"users"`
	}
	query := url.Values{"role": {directory.RoleAdmin}, "count": {strconv.Itoa(pageSize)}}
	if err := d.client.get(ctx, "roles.getUsersInRole", query, &got); err != nil {
		return err
	}
	another := func(a account) bool { return a.ID != d.id && (a.Active == nil || *a.Active) }
	if !slices.ContainsFunc(got.Users, another) {
		return refusal("%s is the last administrator in Rocket.Chat; make somebody else one first, then rollcall deliveries redeliver", d.account.called())
	}
	return nil
}
