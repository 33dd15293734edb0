package sqlstore

import (
	"fmt"
	"slices"
	"strconv"

	"rollcall/directory"
)

var raiseRanks = manyRows{6, `
		insert into ranks (workspace_id, type, shelf, level, low, records)
		values `, `
		on conflict (workspace_id, type, shelf, level, low) do update
		set records = ranks.records + excluded.records`}

// flushMoves counts what came onto shelves and went off them.
func (b *batch) flushMoves(moves []move) error {
	byShelf := make(map[shelfKey]map[string]int64)
	for _, m := range moves {
		if byShelf[m.shelfKey] == nil {
			byShelf[m.shelfKey] = make(map[string]int64)
		}
		byShelf[m.shelfKey][m.id] += m.delta
	}
	for k, deltas := range byShelf {
		if err := b.flushShelf(k, deltas); err != nil {
			return fmt.Errorf("count records on %s: %w", k.Shelf, err)
		}
	}
	return nil
}

func (b *batch) flushShelf(k shelfKey, deltas map[string]int64) error {
	ids := make([]string, 0, len(deltas))
	var total int64
	for id, d := range deltas {
		if d != 0 {
			ids = append(ids, id)
			total += d
		}
	}
	slices.Sort(ids)
	large, small, err := b.spans(k, ids, deltas)
	if err != nil {
		return err
	}
	rows := [][]any{b.rankRow(k, wholeLevel, "", total)}
	for _, s := range large {
		rows = append(rows, b.rankRow(k, largeLevel, s.low, s.delta))
	}
	for _, s := range small {
		rows = append(rows, b.rankRow(k, smallLevel, s.low, s.delta))
	}
	if err := b.insertRows(raiseRanks, rows); err != nil {
		return err
	}
	// Small blocks first: large ones are split where small ones begin.
	if err := b.tidySmall(k, small); err != nil {
		return err
	}
	return b.tidyLarge(k, large)
}

func (b *batch) rankRow(k shelfKey, level int, low string, delta int64) []any {
	return []any{b.workspace, string(k.Type), k.Shelf, level, low, delta}
}

// span is a block whose count changes.
type span struct {
	block
	next  string // where the following block begins; empty at the end
	delta int64
}

func (s span) after() int64 { return s.records + s.delta }

// holds reports whether the block has the place of id, which is not below it.
func (s span) holds(id string) bool { return s.next == "" || id < s.next }

// spans finds the blocks to which ids, sorted, belong.
func (b *batch) spans(k shelfKey, ids []string, deltas map[string]int64) (large, small []span, err error) {
	for _, id := range ids {
		if n := len(small); n == 0 || !small[n-1].holds(id) {
			l, s, err := b.spansAt(k, id)
			if err != nil {
				return nil, nil, err
			}
			small = append(small, s)
			if n := len(large); n == 0 || !large[n-1].holds(id) {
				large = append(large, l)
			}
		}
		small[len(small)-1].delta += deltas[id]
		large[len(large)-1].delta += deltas[id]
	}
	return large, small, nil
}

// spansAt finds the large and the small block where id belongs.
func (b *batch) spansAt(k shelfKey, id string) (large, small span, err error) {
	err = b.query(b.ctx, func(rw row) error {
		var level int64
		var s span
		err := rw.Scan(&level, &s.low, &s.records, &s.next)
		if level == largeLevel {
			large = s
		} else {
			small = s
		}
		return err
	}, `
		select *
		from (`+spanText(largeLevel)+`) as large
		union all
		select *
		from (`+spanText(smallLevel)+`) as small`, b.workspace, string(k.Type), k.Shelf, id)
	return large, small, err
}

func spanText(level int) string {
	return `
			select r.level, r.low, r.records, coalesce((
				select min(n.low)
				from ranks n
				where n.workspace_id = r.workspace_id
				and n.type = r.type
				and n.shelf = r.shelf
				and n.level = r.level
				and n.low > r.low), '')
			from ranks r
			where r.workspace_id = $1
			and r.type = $2
			and r.shelf = $3
			and r.level = ` + strconv.Itoa(level) + `
			and r.low <= $4
			order by r.low desc
			limit 1`
}

// tidySmall splits the small blocks that have grown too large, and drops those that
// are empty but where a large block begins.
func (b *batch) tidySmall(k shelfKey, spans []span) error {
	for _, s := range spans {
		switch {
		case s.after() > b.s.blocks.small:
			if err := b.splitSmall(k, s); err != nil {
				return err
			}
		case s.after() == 0 && s.low != "":
			if err := b.dropSmall(k, s.low); err != nil {
				return err
			}
		}
	}
	return nil
}

// splitSmall cuts a small block into halves, and these again, until all are small
// enough.
func (b *batch) splitSmall(k shelfKey, s span) error {
	keep := s.after()
	var rows [][]any
	low, left := s.low, s.after()
	for left > b.s.blocks.small {
		part := left / 2
		if most := b.s.blocks.small / 2; left > 2*b.s.blocks.small {
			part = max(most, 1)
		}
		next, err := b.keyAt(k, low, part)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			keep = part
		} else {
			rows[len(rows)-1][5] = part
		}
		low, left = next, left-part
		rows = append(rows, b.rankRow(k, smallLevel, low, left))
	}
	rows = append(rows, b.rankRow(k, smallLevel, s.low, keep-s.after()))
	return b.insertRows(raiseRanks, rows)
}

// keyAt returns the key of the record that stands skip places after the first one from
// low on.
func (b *batch) keyAt(k shelfKey, low string, skip int64) (key string, err error) {
	found, err := one(b.ctx, b, []any{&key}, `
		select id
		from `+tableOf(k.Type)+`
		where workspace_id = $1
		and shelf = $2
		and id >= $3
		order by id
		limit 1 offset $4`, b.workspace, k.Shelf, low, skip)
	if err == nil && !found {
		err = directory.Errorf(directory.Internal, "", "the counts of %s do not fit its records", k.Shelf)
	}
	return key, err
}

func tableOf(t directory.RecordType) string {
	if t == directory.GroupRecord {
		return "groups"
	}
	return "users"
}

func (b *batch) dropSmall(k shelfKey, low string) error {
	return b.exec(`
		delete from ranks
		where workspace_id = $1
		and type = $2
		and shelf = $3
		and level = 2
		and low = $4
		and not exists (
			select 1
			from ranks l
			where l.workspace_id = $1
			and l.type = $2
			and l.shelf = $3
			and l.level = 1
			and l.low = $4)`, b.workspace, string(k.Type), k.Shelf, low)
}

// tidyLarge splits the large blocks that have grown too large between two small ones,
// and drops the empty ones with what is left of their small blocks.
func (b *batch) tidyLarge(k shelfKey, spans []span) error {
	for _, s := range spans {
		switch {
		case s.after() > b.s.blocks.large:
			if err := b.splitLarge(k, s); err != nil {
				return err
			}
		case s.after() == 0 && s.low != "":
			if err := b.dropLarge(k, s); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *batch) splitLarge(k shelfKey, s span) error {
	r := reader{s: b.s, q: b, ws: b.workspace}
	small, err := r.blocks(b.ctx, k, smallLevel, s.low, s.next)
	if err != nil {
		return err
	}
	var rows [][]any
	var part int64
	for i, block := range small {
		if i > 0 && part+block.records > b.s.blocks.large/2 && part > 0 {
			rows = append(rows, b.rankRow(k, largeLevel, block.low, 0))
			part = 0
		}
		if len(rows) > 0 {
			rows[len(rows)-1][5] = rows[len(rows)-1][5].(int64) + block.records
		}
		part += block.records
	}
	var moved int64
	for _, row := range rows {
		moved += row[5].(int64)
	}
	return b.insertRows(raiseRanks, append(rows, b.rankRow(k, largeLevel, s.low, -moved)))
}

func (b *batch) dropLarge(k shelfKey, s span) error {
	text, args := `
		delete from ranks
		where workspace_id = $1
		and type = $2
		and shelf = $3
		and level in (1, 2)
		and low >= $4`, []any{b.workspace, string(k.Type), k.Shelf, s.low}
	if s.next != "" {
		text, args = text+`
		and low < $5`, append(args, s.next)
	}
	return b.exec(text, args...)
}
