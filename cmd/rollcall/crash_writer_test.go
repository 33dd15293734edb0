package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// writer is an identity provider that writes one request after the other, and its
// ledger: what was acknowledged, and what it does not know.
type writer struct {
	*victim
	n      int
	made   int // people so far, for names
	people []*entry
	group  *crowd
	doubt  *doubt // the request that was under way when the server was killed
	odd    string // an answer that was not the one expected
}

// entry is a person as the server last acknowledged them.
type entry struct {
	id      string
	name    string
	active  bool
	deleted bool
}

// crowd is the group of a writer, and who was acknowledged to be in it.
type crowd struct {
	id      string
	members []string
}

// doubt is a request without an answer: it has happened wholly or not at all.
type doubt struct {
	what   string
	entry  *entry // as it would be, for a person
	member string // who would be added, for the group
}

// write writes until the server is gone, and returns how often it was acknowledged.
func (w *writer) write(ctx context.Context) int {
	for n := 0; ; n++ {
		if w.doubt = w.step(ctx, n); w.doubt != nil {
			return n
		}
	}
}

// step makes one request, of all kinds in turn. It returns what is in doubt.
func (w *writer) step(ctx context.Context, n int) *doubt {
	if w.group.id == "" {
		return w.makeGroup(ctx)
	}
	live := slices.DeleteFunc(slices.Clone(w.people), func(e *entry) bool { return e.deleted })
	switch {
	case len(live) < 5 || n%5 == 0:
		return w.create(ctx)
	case n%5 == 1 || n%5 == 2:
		return w.toggle(ctx, live[n%len(live)])
	case n%5 == 3:
		return w.join(ctx, live[n%len(live)])
	}
	return w.remove(ctx, live[n%len(live)])
}

func (w *writer) makeGroup(ctx context.Context) *doubt {
	name := fmt.Sprintf("group %d", w.n)
	id, ok := w.send(ctx, http.MethodPost, "/Groups", fmt.Sprintf(
		`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":%q}`, name), http.StatusCreated)
	if !ok {
		return &doubt{what: "group"}
	}
	w.group.id = id
	return nil
}

func (w *writer) create(ctx context.Context) *doubt {
	w.made++
	e := &entry{name: fmt.Sprintf("user-%d-%d", w.n, w.made), active: true}
	id, ok := w.send(ctx, http.MethodPost, "/Users", fmt.Sprintf(
		`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":%q,"externalId":%q,"active":true,
		"emails":[{"value":"%s@example.com","primary":true}]}`, e.name, e.name, e.name), http.StatusCreated)
	if !ok {
		return &doubt{what: "create", entry: e}
	}
	e.id = id
	w.people = append(w.people, e)
	return nil
}

const patchOp = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[%s]}`

func (w *writer) toggle(ctx context.Context, e *entry) *doubt {
	after := *e
	after.active = !e.active
	_, ok := w.send(ctx, http.MethodPatch, "/Users/"+e.id, fmt.Sprintf(patchOp,
		fmt.Sprintf(`{"op":"replace","path":"active","value":%t}`, after.active)), http.StatusOK)
	if !ok {
		return &doubt{what: "toggle", entry: &after}
	}
	*e = after
	return nil
}

func (w *writer) remove(ctx context.Context, e *entry) *doubt {
	after := *e
	after.deleted = true
	if _, ok := w.send(ctx, http.MethodDelete, "/Users/"+e.id, "", http.StatusNoContent); !ok {
		return &doubt{what: "delete", entry: &after}
	}
	*e = after
	return nil
}

func (w *writer) join(ctx context.Context, e *entry) *doubt {
	_, ok := w.send(ctx, http.MethodPatch, "/Groups/"+w.group.id, fmt.Sprintf(patchOp,
		fmt.Sprintf(`{"op":"add","path":"members","value":[{"value":%q}]}`, e.id)), http.StatusNoContent)
	if !ok {
		return &doubt{what: "join", member: e.id}
	}
	w.group.members = append(w.group.members, e.id)
	return nil
}

// send makes a request and reports whether it was acknowledged.
func (w *writer) send(ctx context.Context, method, path, body string, want int) (id string, ok bool) {
	r, err := http.NewRequestWithContext(ctx, method, w.base+path, strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.token)
	r.Header.Set("Content-Type", "application/scim+json")
	answer, err := w.http.Do(r)
	if err != nil {
		return "", false
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return "", false
	}
	if answer.StatusCode != want {
		w.odd = fmt.Sprintf("%s %s was answered with %s: %s", method, path, answer.Status, text)
		return "", false
	}
	var resource struct{ ID string }
	json.Unmarshal(text, &resource) // a 204 has no body
	return resource.ID, true
}

// compare reads back everything that the ledger knows. What was in doubt may be there or
// not, and is no longer in doubt then.
func (w *writer) compare(t *testing.T) {
	t.Helper()
	if w.odd != "" {
		t.Errorf("writer %d stopped before the kill: %s", w.n, w.odd)
	}
	if w.doubt != nil {
		w.settle(t)
	}
	there := w.readPeople(t)
	for _, e := range w.people {
		active, live := there[e.id]
		if live == e.deleted || live && active != e.active {
			t.Errorf("%s was acknowledged as active %t, deleted %t; it is live %t, active %t", e.name, e.active, e.deleted, live, active)
		}
	}
	if len(there) != len(slices.DeleteFunc(slices.Clone(w.people), func(e *entry) bool { return e.deleted })) {
		t.Errorf("writer %d has %d people, the ledger another number", w.n, len(there))
	}
	members := w.readMembers(t)
	for _, e := range w.people {
		joined := slices.Contains(w.group.members, e.id) && !e.deleted
		if slices.Contains(members, e.id) != joined {
			t.Errorf("%s is in the group: %t, the ledger says %t", e.name, !joined, joined)
		}
	}
}

// settle finds out whether the request in doubt has happened.
func (w *writer) settle(t *testing.T) {
	t.Helper()
	d := w.doubt
	w.doubt = nil
	switch {
	case d.what == "group":
		if found := w.list(t, "/Groups", fmt.Sprintf(`displayName eq "group %d"`, w.n)); len(found) == 1 {
			w.group.id = found[0].ID
		}
	case d.what == "join":
		if slices.Contains(w.readMembers(t), d.member) {
			w.group.members = append(w.group.members, d.member)
		}
	case d.what == "create":
		if found := w.list(t, "/Users", fmt.Sprintf(`userName eq %q`, d.entry.name)); len(found) == 1 {
			d.entry.id = found[0].ID
			w.people = append(w.people, d.entry)
		}
	default:
		w.settlePerson(d.entry, w.readPeople(t))
	}
}

// settlePerson takes over what a change in doubt would have made, if it has.
func (w *writer) settlePerson(after *entry, there map[string]bool) {
	active, live := there[after.id]
	if live == after.deleted || live && active != after.active {
		return
	}
	for _, e := range w.people {
		if e.id == after.id {
			*e = *after
		}
	}
}

// listed is a resource in a list.
type listed struct {
	ID     string
	Active bool
}

// readPeople returns who is there of those that this writer made, and whether active.
func (w *writer) readPeople(t *testing.T) map[string]bool {
	t.Helper()
	there := map[string]bool{}
	for _, u := range w.list(t, "/Users", fmt.Sprintf(`userName sw "user-%d-"`, w.n)) {
		there[u.ID] = u.Active
	}
	return there
}

// readMembers returns who is in the group of this writer.
func (w *writer) readMembers(t *testing.T) []string {
	t.Helper()
	if w.group.id == "" {
		return nil
	}
	var group struct{ Members []struct{ Value string } }
	w.read(t, "/Groups/"+w.group.id, &group)
	var ids []string
	for _, m := range group.Members {
		ids = append(ids, m.Value)
	}
	return ids
}

// list reads all pages of a list.
func (w *writer) list(t *testing.T, path, filter string) []listed {
	t.Helper()
	var all []listed
	for {
		var page struct {
			TotalResults int
			Resources    []listed
		}
		w.read(t, fmt.Sprintf("%s?count=1000&startIndex=%d&attributes=active&filter=%s", path, len(all)+1, url.QueryEscape(filter)), &page)
		all = append(all, page.Resources...)
		if len(page.Resources) == 0 || len(all) >= page.TotalResults {
			return all
		}
	}
}

func (w *writer) read(t *testing.T, path string, into any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.token)
	answer, err := w.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s, %v", path, answer.Status, err)
	}
}
