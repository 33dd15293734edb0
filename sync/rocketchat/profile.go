package rocketchat

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"rollcall/directory"
	bridgesync "rollcall/sync"
)

// The keys of a profile, as users.update has them.
const (
	keyUsername = "username"
	keyName     = "name"
	keyEmail    = "email"
	keyNickname = "nickname"
	keyBio      = "bio"
	keyStatus   = "statusText"
)

// profileOf returns what the directory has to say of somebody, by key.
func profileOf(want *bridgesync.Desired) map[string]string {
	u := want.User
	p := map[string]string{keyName: strings.Map(plainSign, shownName(u)), keyNickname: u.NickName}
	if u.Chat != nil {
		p[keyBio], p[keyStatus] = u.Chat.Bio, u.Chat.StatusText
	}
	for key, value := range p {
		p[key] = strings.TrimSpace(value) // as the server does
	}
	return p
}

// plainSign replaces the signs that Rocket.Chat refuses in names of people.
func plainSign(r rune) rune {
	if strings.ContainsRune(`<>/\`, r) {
		return '-'
	}
	return r
}

// shownName returns what somebody is called by people. Rocket.Chat wants everybody to be.
func shownName(u *directory.User) string {
	if u.DisplayName != "" {
		return u.DisplayName
	}
	if n := u.Name; n != nil {
		if n.Formatted != "" {
			return n.Formatted
		}
		if whole := strings.TrimSpace(n.GivenName + " " + n.FamilyName); whole != "" {
			return whole
		}
	}
	return u.UserName
}

// setProfile sends what differs, and nothing that does not: an address that is sent again
// would have mails sent. A server that refuses may have stored it all the same, so it is
// looked at once more.
func (d *delivering) setProfile(ctx context.Context) error {
	change := d.changes()
	err := d.update(ctx, change)
	if err != nil && change[keyEmail] == nowhere(d.want.ID) && says(err, "error-invalid-domain", "error-email-domain-blacklisted", "error-invalid-email") {
		delete(change, keyEmail) // the server allows no such address: this one is not given up
		delete(change, "verified")
		err = d.update(ctx, change)
	}
	if err != nil {
		return err
	}
	d.sent()
	return nil
}

// update sends a change of the profile.
func (d *delivering) update(ctx context.Context, change map[string]any) error {
	if len(change) == 0 {
		return nil
	}
	d.trying(change)
	err := d.client.post(ctx, "users.update", map[string]any{"userId": d.id, "data": change}, nil)
	if name, renamed := change[keyUsername].(string); renamed && err == nil {
		d.account.Username = name
	}
	if f := failed(err); f == nil || f.status != http.StatusBadRequest {
		return err
	}
	a, again := d.byID(ctx, d.id)
	if again != nil || a == nil || !a.seen() {
		return err
	}
	d.account = a
	left := d.changes()
	for key := range change {
		if _, differs := left[key]; differs {
			return err
		}
	}
	return nil
}

// trying notes what is about to be sent, for the answer may be lost.
func (d *delivering) trying(change map[string]any) {
	d.remember(d.want.ID, func(b *begun) {
		b.sent = maps.Clone(b.sent)
		if b.sent == nil {
			b.sent = map[string][]string{}
		}
		for key, value := range change {
			if text, ok := value.(string); ok {
				b.sent[key] = unite(b.sent[key], []string{text})
			}
		}
	})
}

// changes returns what of the profile differs from what is wanted.
func (d *delivering) changes() map[string]any {
	change := map[string]any{}
	if name := d.username(); d.account.Username != name && (!d.facts.Linked || d.config.RenameLinked) {
		change[keyUsername] = name
	}
	if name := d.profile[keyName]; name != d.account.Name {
		change[keyName] = name
	}
	if email := d.email(); email != "" && !same(email, d.account.email()) {
		change[keyEmail], change["verified"] = email, true
	}
	d.compare(change, keyNickname, d.account.Nickname)
	d.compare(change, keyBio, d.account.Bio)
	if status := d.profile[keyStatus]; status != d.facts.Sent[keyStatus] || d.doubted(keyStatus, d.account.StatusText) {
		d.compare(change, keyStatus, d.account.StatusText) // people change it all day: it is sent when it changes in the directory
	}
	return change
}

// compare notes a value that differs. What the directory does not say is cleared only if
// it said so before.
func (d *delivering) compare(change map[string]any, key, has string) {
	wanted := d.profile[key]
	if wanted == has || wanted == "" && has != d.facts.Sent[key] && !d.doubted(key, has) {
		return
	}
	change[key] = wanted
}

// doubted reports whether a value was sent by an attempt that ended badly.
func (d *delivering) doubted(key, has string) bool {
	return slices.Contains(d.recall(d.want.ID).sent[key], has)
}

// email returns the address that the account shall have; empty: whichever it has. Who has
// to give theirs up, because they are deleted or it is about to be somebody else's, gets
// one that does not exist: Rocket.Chat takes none away.
func (d *delivering) email() string {
	if d.want.Names.Email != "" {
		return d.want.Names.Email
	}
	has, ours := d.account.email(), d.facts.Sent[keyEmail]
	if ours != "" && same(ours, has) || has != "" && d.doubted(keyEmail, has) {
		return nowhere(d.want.ID)
	}
	return ""
}

// sent notes what is ours in the account by now.
func (d *delivering) sent() {
	d.facts.Sent = maps.Clone(d.profile)
	d.facts.Sent[keyEmail] = d.want.Names.Email
	maps.DeleteFunc(d.facts.Sent, func(_, v string) bool { return v == "" })
}
