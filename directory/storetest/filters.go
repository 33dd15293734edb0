package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rollcall/directory"
)

// filter makes a comparison of people.
func filter(path string, op directory.Op, value any) directory.Filter {
	return compare(directory.Users, path, op, value)
}

func compare(table *directory.ResourceType, path string, op directory.Op, value any) directory.Filter {
	p, err := table.Path(path)
	if err != nil {
		panic(err)
	}
	c, err := directory.NewCompare(p, op, value)
	if err != nil {
		panic(err)
	}
	return c
}

func attribute(table *directory.ResourceType, path string) directory.Path {
	p, err := table.Path(path)
	if err != nil {
		panic(err)
	}
	return p
}

// words are the values of people and filters alike, few enough to meet often. Some
// fold, some sort oddly, some are special to SQL.
var words = []string{"", "a", "A", "ab", "Ä", "ä", "ß", "SS", "b", "ba", "%", "_", `\`, "'", "z", "\U0010FFFF", "ﬁ", "日本"}

var anyWord = rapid.SampledFrom(words)

// drawPerson makes somebody of such words.
func drawPerson(t *rapid.T, i int, ids []directory.ResourceID) *directory.User {
	draw := func(label string) string { return anyWord.Draw(t, label) }
	u := &directory.User{ID: ids[i], UserName: fmt.Sprintf("%s%d", draw("userName"), i), DisplayName: draw("displayName"),
		Title: draw("title"), Source: []directory.SourceID{okta, directory.Local}[rapid.IntRange(0, 1).Draw(t, "source")],
		Wanted: rapid.Bool().Draw(t, "wanted")}
	if ext := draw("externalId"); ext != "" {
		u.ExternalID = fmt.Sprintf("%s%d", ext, i)
	}
	for j := range rapid.IntRange(0, 2).Draw(t, "emails") {
		u.Emails = append(u.Emails, directory.MultiValue{Value: fmt.Sprintf("%s%d", draw("email"), i), Primary: j == 1,
			Type: rapid.SampledFrom([]string{"", "work", "home"}).Draw(t, "type")})
	}
	if rapid.IntRange(0, 4).Draw(t, "deleted") == 0 {
		deleted(u)
	}
	moment := func(label string) time.Time {
		return day.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, label)) * time.Millisecond)
	}
	u.Meta = directory.Meta{Version: 1, Created: moment("created"), Modified: moment("modified")}
	return u
}

// questions draws filters about people and the groups that they are in.
type questions struct {
	people []*directory.User
	groups []*directory.Group
}

var ops = []directory.Op{directory.Eq, directory.Ne, directory.Co, directory.Sw, directory.Ew, directory.Gt, directory.Ge, directory.Lt, directory.Le}

func (q *questions) draw(t *rapid.T, depth int) directory.Filter {
	if depth > 0 {
		switch rapid.IntRange(0, 5).Draw(t, "shape") {
		case 0:
			return directory.And{L: q.draw(t, depth-1), R: q.draw(t, depth-1)}
		case 1:
			return directory.Or{L: q.draw(t, depth-1), R: q.draw(t, depth-1)}
		case 2:
			return directory.Not{F: q.draw(t, depth-1)}
		}
	}
	switch rapid.IntRange(0, 6).Draw(t, "leaf") {
	case 0:
		paths := []string{"userName", "displayName", "externalId", "emails", "emails.value", "title", "active", "groups", "meta.created", "id"}
		return directory.Present{Path: attribute(directory.Users, rapid.SampledFrom(paths).Draw(t, "present"))}
	case 1:
		op := rapid.SampledFrom(ops[:2]).Draw(t, "op")
		return filter("active", op, rapid.SampledFrom([]any{true, false, nil}).Draw(t, "value"))
	case 2:
		return q.within(t)
	case 3:
		path := rapid.SampledFrom([]string{"meta.lastModified", "meta.created"}).Draw(t, "path")
		at := day.Add(time.Duration(rapid.IntRange(-1, 4).Draw(t, "at")) * time.Millisecond)
		return filter(path, rapid.SampledFrom(ops).Draw(t, "op"), at.Format("2006-01-02T15:04:05.000Z07:00"))
	case 4:
		return filter(rapid.SampledFrom([]string{"groups", "groups.value"}).Draw(t, "path"), rapid.SampledFrom(ops[:2]).Draw(t, "op"), q.groupID(t))
	}
	return q.text(t)
}

func (q *questions) within(t *rapid.T) directory.Filter {
	emails := attribute(directory.Users, "emails")
	sub := func(name string, op directory.Op, value any) directory.Filter {
		c, err := directory.NewCompare(directory.Path{Attr: &emails.Attr.Sub[map[string]int{"value": 0, "type": 2, "primary": 3}[name]]}, op, value)
		if err != nil {
			panic(err)
		}
		return c
	}
	value := sub("value", rapid.SampledFrom(ops).Draw(t, "op"), q.value(t, "emails"))
	switch rapid.IntRange(0, 3).Draw(t, "within") {
	case 0:
		return directory.Within{Attr: emails.Attr, F: value}
	case 1:
		return directory.Within{Attr: emails.Attr, F: directory.And{L: sub("type", directory.Eq, "work"), R: value}}
	case 2:
		return directory.Within{Attr: emails.Attr, F: directory.Or{L: sub("primary", directory.Eq, true), R: value}}
	}
	return directory.Within{Attr: emails.Attr, F: directory.Not{F: value}}
}

func (q *questions) text(t *rapid.T) directory.Filter {
	path := rapid.SampledFrom([]string{"userName", "displayName", "externalId", "emails", "emails.value", "id", "title", "emails.type"}).Draw(t, "path")
	op := rapid.SampledFrom(ops).Draw(t, "op")
	if rapid.IntRange(0, 15).Draw(t, "null") == 0 {
		return filter(path, rapid.SampledFrom(ops[:2]).Draw(t, "op"), nil)
	}
	return filter(path, op, q.value(t, path))
}

// value is a value that somebody has, or a part of one, or any word.
func (q *questions) value(t *rapid.T, path string) string {
	if rapid.IntRange(0, 2).Draw(t, "random") == 0 {
		return anyWord.Draw(t, "value")
	}
	u := rapid.SampledFrom(q.people).Draw(t, "whose")
	v := map[string]string{"userName": u.UserName, "displayName": u.DisplayName, "externalId": u.ExternalID, "id": string(u.ID), "title": u.Title}[path]
	if len(u.Emails) > 0 && (path == "emails" || path == "emails.value") {
		v = u.Emails[len(u.Emails)-1].Value
	}
	runes := []rune(v)
	switch rapid.IntRange(0, 4).Draw(t, "part") {
	case 0:
		return string(runes[:len(runes)/2])
	case 1:
		return string(runes[len(runes)/2:])
	}
	return v
}

func (q *questions) groupID(t *rapid.T) string {
	ids := []string{"nothing", string(q.people[0].ID)}
	for _, g := range q.groups {
		ids = append(ids, string(g.ID))
	}
	return rapid.SampledFrom(ids).Draw(t, "group")
}

// groupsOf is the brute-force membership: everybody at an even place is in the first
// group, every third in the second. With a source only its groups count.
func (q *questions) groupsOf(i int, source directory.SourceID) (refs []directory.GroupRef) {
	for j, g := range q.groups {
		if i%(j+2) == 0 && (source == "" || source == g.Source) {
			refs = append(refs, directory.GroupRef{ID: g.ID, DisplayName: g.DisplayName, Source: g.Source})
		}
	}
	return refs
}

// testFilters compares lists of random people under random filters with Match.
func testFilters(t *testing.T, open Open) {
	s := open(t)
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		f := workspaceOf(t, s, fmt.Sprintf("w%d", n))
		q := &questions{groups: []*directory.Group{group("ä"), group("b")}}
		q.groups[1].Source = entra
		ids := idsOf(crowd(12))
		for i := range ids {
			q.people = append(q.people, drawPerson(rt, i, ids))
		}
		f.fillQuestions(rt, q)
		f.view(func(ctx context.Context, tx directory.ReadTx) error {
			for range 6 {
				if err := q.compare(ctx, tx, rt); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

func (f *fixture) fillQuestions(rt *rapid.T, q *questions) {
	err := f.store.Update(f.Context(), f.ws, func(ctx context.Context, tx directory.WriteTx) error {
		for i, u := range q.people {
			if err := put(ctx, tx, nil, u); err != nil {
				return fmt.Errorf("person %d: %w", i, err)
			}
		}
		for j, g := range q.groups {
			if err := putGroup(ctx, tx, nil, g); err != nil {
				return err
			}
			for i, u := range q.people {
				if i%(j+2) == 0 {
					if err := tx.AddMembers(ctx, g.ID, []directory.ResourceID{u.ID}); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		rt.Skip(err) // two of the random names fold alike
	}
}

func (q *questions) compare(ctx context.Context, tx directory.ReadTx, rt *rapid.T) error {
	shelves := []string{"okta", directory.ShelfLocalName, directory.ShelfDeleted}
	l := directory.Listing{Shelves: rapid.Permutation(shelves).Draw(rt, "shelves")[:rapid.IntRange(1, 3).Draw(rt, "how many")],
		Filter: q.draw(rt, 2), Start: rapid.Int64Range(0, 5).Draw(rt, "start"), Count: rapid.Int64Range(-1, 5).Draw(rt, "count"),
		GroupsOf: rapid.SampledFrom([]directory.SourceID{"", okta, entra}).Draw(rt, "groups of")}
	m := &shelfModel{make(map[directory.ResourceID]*directory.User)}
	for i, u := range q.people {
		if u.Match(l.Filter, q.groupsOf(i, l.GroupsOf)) {
			m.people[u.ID] = u
		}
	}
	ids, total, err := list(ctx, tx, l)
	if err != nil {
		return err
	}
	wantIDs, wantTotal := m.list(l)
	if err := wrong(fmt.Sprintf("%#v", l.Filter), []any{ids, total}, []any{wantIDs, wantTotal}); err != nil {
		rt.Fatal(err)
	}
	return nil
}

// testGroupFilters does the same for groups.
func testGroupFilters(t *testing.T, open Open) {
	f := newFixture(t, open)
	people := crowd(3)
	f.hire(people...)
	var groups []*directory.Group
	for i, name := range words[1:] {
		g := group(fmt.Sprintf("%s%d", name, i))
		g.Meta.Modified = day.Add(time.Duration(i%4) * time.Millisecond)
		if i%3 == 0 {
			g.ExternalID = ""
		}
		groups = append(groups, g)
		f.found(g, people[:i%4]...)
	}
	rapid.Check(t, func(rt *rapid.T) {
		flt := drawGroupFilter(rt, groups, people, 2)
		var want []directory.ResourceID
		for i, g := range groups {
			has := func(id directory.ResourceID) bool {
				for _, u := range people[:i%4] {
					if u.ID == id {
						return true
					}
				}
				return false
			}
			if g.Match(flt, has) {
				want = append(want, g.ID)
			}
		}
		var got []directory.ResourceID
		total := read(f, func(tx directory.ReadTx, ctx context.Context) (int64, error) {
			got = nil
			return tx.ListGroups(ctx, directory.Listing{Shelves: []string{"okta"}, Filter: flt, Count: directory.NoLimit},
				func(st *directory.Stored) error { got = append(got, st.ID); return nil })
		})
		if err := wrong(fmt.Sprintf("%#v", flt), []any{got, total}, []any{want, int64(len(want))}); err != nil {
			rt.Fatal(err)
		}
	})
}

func drawGroupFilter(t *rapid.T, groups []*directory.Group, people []*directory.User, depth int) directory.Filter {
	if depth > 0 {
		sub := func() directory.Filter { return drawGroupFilter(t, groups, people, depth-1) }
		switch rapid.IntRange(0, 5).Draw(t, "shape") {
		case 0:
			return directory.And{L: sub(), R: sub()}
		case 1:
			return directory.Or{L: sub(), R: sub()}
		case 2:
			return directory.Not{F: sub()}
		}
	}
	g := rapid.SampledFrom(groups).Draw(t, "whose")
	op := rapid.SampledFrom(ops).Draw(t, "op")
	switch rapid.IntRange(0, 4).Draw(t, "leaf") {
	case 0:
		member := rapid.SampledFrom([]string{string(people[0].ID), string(people[2].ID), "nobody"}).Draw(t, "member")
		return compare(directory.Groups, rapid.SampledFrom([]string{"members", "members.value"}).Draw(t, "path"), op, member)
	case 1:
		return compare(directory.Groups, "meta.lastModified", op, directory.FormatTime(g.Meta.Modified))
	case 2:
		return compare(directory.Groups, "externalId", op, g.ExternalID)
	case 3:
		return compare(directory.Groups, "id", op, string(g.ID))
	}
	return compare(directory.Groups, "displayName", op, rapid.SampledFrom([]string{g.DisplayName, "a", "ä", "", "1"}).Draw(t, "name"))
}
