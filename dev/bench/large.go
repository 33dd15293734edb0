package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"rollcall/directory"
)

// measurePages compares the page near the end with the first one.
func (b *bench) measurePages(ctx context.Context, m *million) error {
	b.say("first and last page")
	start := b.users - b.users/100 + 1
	first, last := m.paging("first page", 1, 1), m.paging("last page", 1, start)
	if err := b.interleave(ctx, first, last); err != nil {
		return err
	}
	b.compare(fmt.Sprintf("page at startIndex %d, median", start), last, first, tally.middle, micros, atMost(1.5))
	b.compare(fmt.Sprintf("page at startIndex %d, CPU each", start), last, first, tally.cpuEach, micros, atMost(1.5))
	return nil
}

// measureNames compares finding somebody among all with finding somebody among a
// thousand.
func (b *bench) measureNames(ctx context.Context, m *million) (err error) {
	b.say("finding names")
	small, err := b.newSite(ctx, "thousand", 1000)
	if err != nil {
		return err
	}
	defer closing(&err, small.server)
	few, many := small.finding("among 1000", 1), m.finding("among all", 1)
	if err := b.interleave(ctx, few, many); err != nil {
		return err
	}
	b.compare(fmt.Sprintf("userName eq among %d, median", b.users), many, few, tally.middle, micros, atMost(1.5))
	b.compare(fmt.Sprintf("userName eq among %d, CPU each", b.users), many, few, tally.cpuEach, micros, atMost(1.5))
	return nil
}

// How many members come at a time, and how often in a turn.
const (
	memberBatch = 100
	memberTurns = 25
)

// measureMembers compares adding members to the large group with adding them to empty
// ones.
func (b *bench) measureMembers(ctx context.Context, m *million) error {
	b.say("adding members")
	c := m.client(1)
	defer c.close()
	adding := func(name string, group func(turn int) directory.ResourceID) *lane {
		turn := 0
		return &lane{name: name, callers: 1, server: m.process, most: memberTurns, do: func(ctx context.Context, _ int) error {
			path := "/Groups/" + string(group(turn))
			from := b.members + turn*memberBatch%(b.users-b.members-memberBatch)
			turn++
			_, err := c.ask(ctx, 0, http.MethodPatch, path, addMembers(m.ids[from:from+memberBatch]), http.StatusNoContent)
			return err
		}}
	}
	empty := adding("an empty group", func(turn int) directory.ResourceID { return m.empty[turn] })
	crowd := adding("the large group", func(int) directory.ResourceID { return m.crowd })
	if err := b.interleave(ctx, empty, crowd); err != nil {
		return err
	}
	b.compare(fmt.Sprintf("100 members into a group of %d, median", b.members), crowd, empty, tally.middle, micros, atMost(1.2))
	b.compare(fmt.Sprintf("100 members into a group of %d, CPU each", b.members), crowd, empty, tally.cpuEach, micros, atMost(1.2))
	return nil
}

// addMembers is the body of a PATCH that adds people to a group.
func addMembers(ids []directory.ResourceID) []byte {
	values := make([]string, len(ids))
	for i, id := range ids {
		values[i] = fmt.Sprintf(`{"value":%q}`, id)
	}
	return fmt.Appendf(nil, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],`+
		`"Operations":[{"op":"add","path":"members","value":[%s]}]}`, strings.Join(values, ","))
}

// measureMemory keeps the program on the large folder busy for a while in every way, and
// looks at its memory then.
func (b *bench) measureMemory(ctx context.Context, m *million) error {
	b.say("memory after reads and writes")
	if err := b.interleave(ctx, m.reading("reads", writers), m.finding("names", writers), m.creating("writes", writers, &b.people)); err != nil {
		return err
	}
	for _, line := range []struct{ what, name string }{
		{"memory, resident", "VmRSS"}, {"memory, anonymous", "RssAnon"}, {"memory, resident at its highest", "VmHWM"},
	} {
		bytes, err := m.memory(line.name)
		if err != nil {
			return err
		}
		b.table.add(row{what: fmt.Sprintf("%s, %d people", line.what, b.users), measured: inMegabytes(bytes), goal: noMore(256, megabytes)})
	}
	return nil
}
