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

// insertTexts keeps the texts that insertText builds, by table.
var insertTexts sync.Map

// insertText returns the statement that inserts a whole row, which always has the same
// columns.
func insertText(table string, row []column) string {
	if t, ok := insertTexts.Load(table); ok {
		return t.(string)
	}
	names := make([]string, len(row))
	for i, c := range row {
		names[i] = c.name
	}
	t := `
		insert into ` + table + ` (workspace_id, id, ` + strings.Join(names, ", ") + `)
		values (` + placeholders(1, len(row)+2) + `)`
	insertTexts.Store(table, t)
	return t
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
