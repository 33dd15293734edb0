package sqlstore

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"rollcall/directory"
)

// column is a column of a table with its value.
type column struct {
	name  string
	value any
}

// inserts keeps what insertOf builds, by table.
var inserts sync.Map

// insertOf returns the statement that inserts whole rows, which always have the same
// columns.
func insertOf(table string, row []column) *manyRows {
	if m, ok := inserts.Load(table); ok {
		return m.(*manyRows)
	}
	names := make([]string, len(row))
	for i, c := range row {
		names[i] = c.name
	}
	m, _ := inserts.LoadOrStore(table, &manyRows{len(row) + 2, `
		insert into ` + table + ` (workspace_id, id, ` + strings.Join(names, ", ") + `)
		values `, ``})
	return m.(*manyRows)
}

// updateRow writes the columns in which row differs from old.
func (w *writer) updateRow(table string, id directory.ResourceID, old, row []column) error {
	args := []any{w.ws, string(id)}
	var set strings.Builder
	for i, c := range row {
		if c == old[i] {
			continue
		}
		if len(args) > 2 {
			set.WriteString(", ")
		}
		args = append(args, c.value)
		set.WriteString(c.name + " = $" + strconv.Itoa(len(args)))
	}
	if len(args) == 2 {
		return nil
	}
	if err := w.b.exec(`
		update `+table+`
		set `+set.String()+`
		where workspace_id = $1
		and id = $2`, args...); err != nil {
		return fmt.Errorf("update %s %s: %w", table, id, err)
	}
	return nil
}
