package sqlstore

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"rollcall/directory"
)

// What is stored of a record travels in few columns, for every column of an answer
// costs several allocations in SQLite's driver: the head has all that is short.
const (
	headOfT      = `t.version || ' ' || t.created || ' ' || t.modified || ' ' || t.id || ' ' || t.source as head`
	userColumns  = headOfT + `, t.facts, t.doc`
	groupColumns = headOfT + `, '' as facts, t.doc`
)

// scanStored reads the head, the facts and the document, and then what more there is.
func scanStored(rw row, more ...any) (*directory.Stored, error) {
	var head, facts, doc string
	dest := append([]any{&head, &facts, &doc}, more...)
	if err := rw.Scan(dest...); err != nil {
		return nil, fmt.Errorf("read record: %w", err)
	}
	st := new(directory.Stored)
	if err := readHead(st, head); err != nil {
		return nil, err
	}
	// One allocation for both, which belong to the caller.
	both := append(append(make([]byte, 0, len(doc)+len(facts)), doc...), facts...)
	st.Doc, st.Facts = both[:len(doc):len(doc)], both[len(doc):]
	return st, nil
}

// readHead takes a head apart. The source comes last, for it may have spaces in it.
func readHead(st *directory.Stored, head string) error {
	var numbers [3]int64
	rest := head
	for i := range numbers {
		var text string
		var err error
		text, rest, _ = strings.Cut(rest, " ")
		if numbers[i], err = strconv.ParseInt(text, 10, 64); err != nil {
			return fmt.Errorf("read record %q: %w", head, err)
		}
	}
	id, source, _ := strings.Cut(rest, " ")
	st.ID, st.Source = directory.ResourceID(id), directory.SourceID(source)
	st.Meta = directory.Meta{Version: directory.Version(numbers[0]), Created: fromMillis(numbers[1]), Modified: fromMillis(numbers[2])}
	return nil
}

func scanStoredUser(rw row, more ...any) (*directory.Stored, error) {
	st, err := scanStored(rw, more...)
	if err == nil && len(st.Facts) == 0 {
		st.Facts = []byte("{}")
	}
	return st, err
}

func scanStoredGroup(rw row, more ...any) (*directory.Stored, error) {
	st, err := scanStored(rw, more...)
	if err == nil {
		st.Facts = nil
	}
	return st, err
}

// decodeUser makes a user of what is stored of one.
func decodeUser(st *directory.Stored) (*directory.User, error) {
	u, err := directory.DecodeUser(st.Doc)
	if err != nil {
		return nil, err
	}
	u.Source, u.Meta = st.Source, st.Meta
	if len(st.Facts) > 0 {
		if err := json.Unmarshal(st.Facts, &u.Facts); err != nil {
			return nil, fmt.Errorf("read facts of user %s: %w", u.ID, err)
		}
	}
	return u, nil
}

func decodeGroup(st *directory.Stored) (*directory.Group, error) {
	g, err := directory.DecodeGroup(st.Doc)
	if err != nil {
		return nil, err
	}
	g.Source, g.Meta = st.Source, st.Meta
	return g, nil
}
