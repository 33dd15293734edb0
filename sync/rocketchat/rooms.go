package rocketchat

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"rollcall/directory"
)

// membership is a place in a channel, a private room or a team.
type membership struct {
	Kind  directory.GrantKind `json:"kind"`
	Name  string              `json:"name"`
	ID    string              `json:"id,omitempty"`    // of the room or team; empty: nobody knows whether they are in it
	Stays bool                `json:"stays,omitempty"` // they were there before
}

// is reports whether two are the same place.
func (m membership) is(n membership) bool { return m.Kind == n.Kind && m.Name == n.Name }

// of names the place by its id, if that is known, and somebody in it.
func (m membership) of(kind, userID string) map[string]any {
	if m.ID == "" {
		return map[string]any{"userId": userID, kind + "Name": m.Name}
	}
	return map[string]any{"userId": userID, kind + "Id": m.ID}
}

// The codes of errors about rooms and teams that something is decided by.
const (
	codeNoRoom       = "error-room-not-found"
	codeRoomArchived = "error-room-archived"
	codeNotInRoom    = "error-user-not-in-room"
	codeNoTeam       = "team-does-not-exist"
	codeNoMember     = "member-does-not-exist"
)

// setRooms puts somebody into the rooms and teams that are granted, and takes them out of
// those that were granted before. Where they were by themselves they stay. Nobody is put
// anywhere who may not sign in.
func (d *delivering) setRooms(ctx context.Context) error {
	wanted := d.wantedRooms()
	ours := slices.DeleteFunc(slices.Clone(d.facts.Rooms), d.doubtful)
	for _, m := range slices.Concat(ours, d.recall(d.want.ID).rooms) {
		if m.Stays || slices.ContainsFunc(wanted, m.is) {
			continue
		}
		if err := d.exit(ctx, m); err != nil {
			return err
		}
	}
	rooms, err := d.enterAll(ctx, wanted, ours)
	if err != nil {
		return err
	}
	d.facts.Rooms = rooms
	return nil
}

// wantedRooms returns where somebody shall be: teams before the channels that may belong
// to them.
func (d *delivering) wantedRooms() (all []membership) {
	for _, kind := range []directory.GrantKind{directory.TeamGrant, directory.ChannelGrant} {
		for _, g := range d.want.Grants {
			if g.Kind == kind {
				all = append(all, membership{Kind: kind, Name: g.Name})
			}
		}
	}
	return all
}

// enterAll puts somebody wherever they are not yet through us.
func (d *delivering) enterAll(ctx context.Context, wanted, ours []membership) (rooms []membership, err error) {
	var before []string
	asked := false
	for _, m := range wanted {
		if i := slices.IndexFunc(ours, m.is); i >= 0 {
			rooms = append(rooms, ours[i])
			continue
		}
		if !asked {
			if before, err = d.roomsBefore(ctx); err != nil {
				return nil, err
			}
			asked = true
		}
		m.Stays = m.Kind == directory.ChannelGrant && slices.Contains(before, m.Name) && !d.doubtful(m)
		if !m.Stays {
			if m.ID, err = d.enter(ctx, m); err != nil {
				return nil, err
			}
		}
		rooms = append(rooms, m)
	}
	return rooms, nil
}

// doubtful reports whether an attempt that ended badly may have put somebody there, or
// taken them away.
func (d *delivering) doubtful(m membership) bool {
	return slices.ContainsFunc(d.recall(d.want.ID).rooms, m.is)
}

// moving notes that somebody is about to be put somewhere or taken away, for the answer
// may be lost.
func (d *delivering) moving(m membership) {
	if !d.doubtful(m) {
		d.remember(d.want.ID, func(b *begun) { b.rooms = append(slices.Clone(b.rooms), membership{Kind: m.Kind, Name: m.Name}) })
	}
}

// roomsBefore lists the names of the rooms that somebody is in. Who may not see them is
// shown none: then everybody counts as put there by us.
func (d *delivering) roomsBefore(ctx context.Context) (names []string, err error) {
	var got struct {
		User struct {
			Rooms []struct {
				Name string `json:"name"`
				Type string `json:"t"`
			} `json:"rooms"`
		} `json:"user"`
	}
	if err := d.client.get(ctx, "users.info", url.Values{"userId": {d.id}, "includeUserRooms": {"true"}}, &got); err != nil {
		return nil, err
	}
	for _, r := range got.User.Rooms {
		if r.Type == "c" || r.Type == "p" {
			names = append(names, r.Name)
		}
	}
	return names, nil
}

// enter puts somebody into a room or team, where they may be already, and returns its id.
func (d *delivering) enter(ctx context.Context, m membership) (id string, err error) {
	d.moving(m)
	if m.Kind == directory.TeamGrant {
		return d.enterTeam(ctx, m)
	}
	var got struct {
		Channel, Group struct {
			ID string `json:"_id"`
		}
	}
	body := map[string]any{"roomName": m.Name, "userId": d.id}
	err = d.client.post(ctx, "channels.invite", body, &got)
	if says(err, codeNoRoom) {
		err = d.client.post(ctx, "groups.invite", body, &got)
	}
	if says(err, codeNoRoom) {
		return "", refusal("Rocket.Chat has no channel %q that the account of the token may put people into; make it there, with "+
			"add-user-to-any-c-room, or for a private one add-user-to-any-p-room, for the account, then rollcall deliveries redeliver", m.Name)
	}
	if got.Group.ID != "" {
		return got.Group.ID, err
	}
	return got.Channel.ID, err
}

func (d *delivering) enterTeam(ctx context.Context, m membership) (id string, err error) {
	var got struct {
		Team struct {
			ID string `json:"_id"`
		} `json:"teamInfo"`
	}
	err = d.client.get(ctx, "teams.info", url.Values{"teamName": {m.Name}}, &got)
	if f := failed(err); unknownRoute(err) || f != nil && f.status == http.StatusBadRequest {
		return "", refusal("Rocket.Chat has no team %q that the account of the token sees; make it there, then rollcall deliveries redeliver", m.Name)
	}
	if err != nil {
		return "", err
	}
	body := map[string]any{"teamId": got.Team.ID, "members": []map[string]any{{"userId": d.id, "roles": []string{"member"}}}}
	return got.Team.ID, d.client.post(ctx, "teams.addMembers", body, nil)
}

// exit takes somebody out of a room or team in which we put them, unless they are gone
// from there, or it is gone or laid away.
func (d *delivering) exit(ctx context.Context, m membership) error {
	d.moving(m)
	var err error
	if m.Kind == directory.TeamGrant {
		err = d.client.post(ctx, "teams.removeMember", m.of("team", d.id), nil)
	} else {
		body := m.of("room", d.id)
		err = d.client.post(ctx, "channels.kick", body, nil)
		if says(err, codeNoRoom) {
			err = d.client.post(ctx, "groups.kick", body, nil)
		}
	}
	if says(err, codeNoRoom, codeRoomArchived, codeNotInRoom, codeNoTeam, codeNoMember) {
		return nil
	}
	return err
}
