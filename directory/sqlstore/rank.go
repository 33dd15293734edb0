package sqlstore

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"rollcall/directory"
)

// The levels of the counts of a shelf. A block counts the records from its lowest key
// up to the next block's; the first block's lowest key is empty. Every large block
// begins where a small one does.
const (
	wholeLevel = 0 // one row: the total
	largeLevel = 1
	smallLevel = 2
)

// blockSizes is how many records a block of a level may count before it is split.
// About as many large blocks in a million records as small ones in a large block make
// the way to any page shortest.
type blockSizes struct{ large, small int64 }

var defaultBlocks = blockSizes{large: 16384, small: 512}

// block is one row of ranks.
type block struct {
	low     string
	records int64
}

// shelfTotals returns how many records each shelf has.
func (r *reader) shelfTotals(ctx context.Context, t directory.RecordType) (map[string]int64, error) {
	totals := make(map[string]int64)
	err := r.q.query(ctx, func(rw row) error {
		var shelf string
		var n int64
		err := rw.Scan(&shelf, &n)
		totals[shelf] = n
		return err
	}, `
		select shelf, records
		from ranks
		where workspace_id = $1
		and type = $2
		and level = 0`, r.ws, string(t))
	if err != nil || r.batch == nil {
		return totals, err
	}
	for _, f := range r.batch.frames {
		for _, m := range f.moves {
			if m.Type == t {
				totals[m.Shelf] += m.delta
			}
		}
	}
	return totals, nil
}

// Shelves implements [directory.UserReader].
func (r *reader) Shelves(ctx context.Context, t directory.RecordType) ([]string, error) {
	totals, err := r.shelfTotals(ctx, t)
	if err != nil {
		return nil, err
	}
	var shelves []string
	for s, n := range totals {
		if n > 0 {
			shelves = append(shelves, s)
		}
	}
	slices.Sort(shelves)
	return shelves, nil
}

// seek finds the small block in which the record with the given rank (0 is the first)
// stands, and how many records of the block come before it.
func (r *reader) seek(ctx context.Context, k shelfKey, rank int64) (low string, skip int64, err error) {
	from, to := "", ""
	for level := largeLevel; level <= smallLevel; level++ {
		blocks, err := r.blocks(ctx, k, level, from, to)
		if err != nil {
			return "", 0, err
		}
		from, to, rank = within(blocks, rank, to)
	}
	return from, rank, nil
}

// within finds the block that has the record with the rank, where it ends, and the
// rank within it.
func within(blocks []block, rank int64, end string) (low, next string, rest int64) {
	for i, b := range blocks {
		if rank < b.records || i == len(blocks)-1 {
			if i+1 < len(blocks) {
				end = blocks[i+1].low
			}
			return b.low, end, rank
		}
		rank -= b.records
	}
	return "", end, rank
}

// blocks returns the blocks of a level whose lowest keys are at least from and, if to
// is not empty, below it, as they will be when the batch is done.
func (r *reader) blocks(ctx context.Context, k shelfKey, level int, from, to string) (blocks []block, err error) {
	// The level is written out: SQLite looks at bound integers when it plans, and would
	// plan anew at each other one.
	text, args := `
		select low, records
		from ranks
		where workspace_id = $1
		and type = $2
		and shelf = $3
		and level = `+strconv.Itoa(level)+`
		and low >= $4`, []any{r.ws, string(k.Type), k.Shelf, from}
	if to != "" {
		text, args = text+`
		and low < $5`, append(args, to)
	}
	err = r.q.query(ctx, func(rw row) error {
		var b block
		err := rw.Scan(&b.low, &b.records)
		blocks = append(blocks, b)
		return err
	}, text+`
		order by low`, args...)
	if r.batch != nil {
		for _, m := range r.batch.movesOf(k) {
			shift(blocks, m, to)
		}
	}
	return blocks, err
}

// shift counts a move of the batch in the block where it belongs.
func shift(blocks []block, m move, end string) {
	i, found := slices.BinarySearchFunc(blocks, m.id, func(b block, id string) int { return strings.Compare(b.low, id) })
	if !found {
		i--
	}
	if i >= 0 && (end == "" || m.id < end) {
		blocks[i].records += m.delta
	}
}
