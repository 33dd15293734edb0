package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"rollcall/directory"
	"rollcall/directory/sqlstore"
)

// story is what the audit log alone says that became of everything.
type story struct {
	read    int64 // up to which record
	users   map[directory.ResourceID]*directory.User
	members map[directory.ResourceID][]directory.ResourceID // by group
	changes map[string]int64                                // of people, by type and id
	version map[directory.ResourceID]directory.Version      // of people
}

func newStory() *story {
	return &story{users: map[directory.ResourceID]*directory.User{}, members: map[directory.ResourceID][]directory.ResourceID{},
		changes: map[string]int64{}, version: map[directory.ResourceID]directory.Version{}}
}

// goOn reads on from where it stopped, in an export of the log.
func (s *story) goOn(export string) error {
	for line := range strings.Lines(export) {
		var r exported
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			return err
		}
		s.read = r.Seq
		if r.Outcome == directory.Refused {
			continue
		}
		var detail directory.AuditDetail
		if err := json.Unmarshal([]byte(r.Detail), &detail); err != nil {
			return err
		}
		if err := s.tell(r, detail); err != nil {
			return fmt.Errorf("audit record %d: %w", r.Seq, err)
		}
	}
	return nil
}

// tell takes in one record.
func (s *story) tell(r exported, detail directory.AuditDetail) error {
	id := directory.ResourceID(r.Record)
	switch r.Type {
	case directory.UserRecord:
		if s.users[id] == nil {
			s.users[id] = new(directory.User)
		}
		s.changes[r.Record]++
		s.version[id]++
		return directory.Replay(s.users[id], detail.Diff)
	case directory.GroupRecord:
		kept := slices.DeleteFunc(s.members[id], func(m directory.ResourceID) bool { return slices.Contains(detail.Removed, m) })
		s.members[id] = append(kept, detail.Added...)
	}
	return nil
}

// state is what the store says.
type state struct {
	source     directory.SourceID
	workspace  directory.Workspace
	users      map[directory.ResourceID]*directory.User // live and deleted
	members    map[directory.ResourceID][]directory.ResourceID
	deliveries map[string]int64 // generations of people, by id
}

// stateOf reads everything from the folder of a running server.
func stateOf(t *testing.T, v *victim) *state {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), sqlstore.Config{Dir: v.dir})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	id, err := store.EnsureWorkspace(t.Context(), "default")
	if err != nil {
		t.Fatal(err)
	}
	s := &state{source: v.source, users: map[directory.ResourceID]*directory.User{}, members: map[directory.ResourceID][]directory.ResourceID{},
		deliveries: map[string]int64{}}
	if err := store.View(t.Context(), id, s.read); err != nil {
		t.Fatal(err)
	}
	s.readDeliveries(t, v)
	return s
}

func (s *state) read(ctx context.Context, tx directory.ReadTx) error {
	ws, err := tx.Workspace(ctx)
	if err != nil {
		return err
	}
	s.workspace = *ws
	everybody := directory.Listing{Shelves: []string{string(s.source), directory.ShelfDeleted}, Start: 1, Count: directory.NoLimit}
	if _, err := tx.ListUsers(ctx, everybody, func(r *directory.Stored) error {
		u, err := userOf(r)
		s.users[r.ID] = u
		return err
	}); err != nil {
		return err
	}
	var groups []directory.ResourceID
	all := directory.Listing{Shelves: []string{string(s.source)}, Start: 1, Count: directory.NoLimit}
	if _, err := tx.ListGroups(ctx, all, func(r *directory.Stored) error {
		groups = append(groups, r.ID)
		return nil
	}); err != nil {
		return err
	}
	for _, g := range groups {
		page, err := tx.Members(ctx, g, "", 1_000_000)
		if err != nil {
			return err
		}
		s.members[g] = nil
		for _, m := range page {
			s.members[g] = append(s.members[g], m.ID)
		}
	}
	return nil
}

func (s *state) readDeliveries(t *testing.T, v *victim) {
	t.Helper()
	db := v.database(t)
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), "select record, generation from deliveries where type = 'user'")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var record string
		var generation int64
		if err := rows.Scan(&record, &generation); err != nil {
			t.Fatal(err)
		}
		s.deliveries[record] = generation
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// checkUsers compares people with what the log says of them.
func (s *state) checkUsers(t *testing.T, told *story) {
	t.Helper()
	for id, want := range told.users {
		got := s.users[id]
		if got == nil {
			t.Errorf("the log has user %s, the store has not", id)
			continue
		}
		if diff := directory.DiffUsers(want, got); len(diff) > 0 {
			t.Errorf("user %s is not what the log says: %+v", id, diff)
		}
		if got.Meta.Version != told.version[id] {
			t.Errorf("user %s is at version %d after %d changes in the log", id, got.Meta.Version, told.version[id])
		}
	}
	for id := range s.users {
		if told.users[id] == nil {
			t.Errorf("the store has user %s, the log has not", id)
		}
	}
}

// checkGroups compares members with what the log says of them. The store lists the live
// ones only.
func (s *state) checkGroups(t *testing.T, told *story) {
	t.Helper()
	for group, got := range s.members {
		want := slices.DeleteFunc(slices.Clone(told.members[group]), func(m directory.ResourceID) bool {
			return s.users[m] == nil || s.users[m].Facts.Deleted != nil
		})
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("group %s has %d members, the log says %d", group, len(got), len(want))
		}
	}
	if len(s.members) != len(told.members) {
		t.Errorf("there are %d groups, the log says %d", len(s.members), len(told.members))
	}
}

// checkCounts compares what the workspace counts with those who are counted.
func (s *state) checkCounts(t *testing.T) {
	t.Helper()
	var want directory.Counts
	for u := range maps.Values(s.users) {
		want = want.Add(directory.CountsOf(u))
	}
	if got := s.workspace.Counts; got != want {
		t.Errorf("the workspace counts %+v, there are %+v", got, want)
	}
}
