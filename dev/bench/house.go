package main

import (
	"context"
	"errors"
	"fmt"

	"rollcall/directory"
	"rollcall/directory/sqlstore"
)

// clientName is the SCIM client that everything here is done for.
const clientName = "bench"

// house is a directory in this process: the door without HTTP before it.
type house struct {
	*directory.Directory
	store *sqlstore.Store
	by    directory.Actor
}

// open opens a directory and makes it ready for our client.
func open(ctx context.Context, c sqlstore.Config) (h *house, err error) {
	store, err := sqlstore.Open(ctx, c)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			store.Close()
		}
	}()
	if err := store.Migrate(ctx); err != nil {
		return nil, err
	}
	ws, err := store.EnsureWorkspace(ctx, "default")
	if err != nil {
		return nil, err
	}
	h = &house{Directory: directory.New(store), store: store,
		by: directory.Actor{Kind: directory.ClientActor, ID: clientName, Name: clientName, Source: clientName, Workspace: ws}}
	operator := directory.Actor{Kind: directory.CommandLine, Name: "bench", Workspace: ws}
	_, err = h.Apply(ctx, operator, directory.PutSource{Source: directory.Source{ID: clientName, Kind: directory.SCIMClient}})
	return h, err
}

func (h *house) close() error { return h.store.Close() }

// hire makes one person.
func (h *house) hire(ctx context.Context, n int) error {
	_, err := h.Apply(ctx, h.by, directory.PutUser{User: person(n)})
	return err
}

// seedSlice is how many people or members are seeded at a time.
const seedSlice = 1024

// seed makes people from one number up to another, each through the door, and returns
// their ids in order.
func (h *house) seed(ctx context.Context, from, to int) ([]directory.ResourceID, error) {
	ids := make([]directory.ResourceID, 0, to-from)
	for n := from; n < to; n += seedSlice {
		changes := make([]directory.Change, 0, seedSlice)
		for i := n; i < min(n+seedSlice, to); i++ {
			changes = append(changes, directory.PutUser{User: person(i)})
		}
		results, err := h.ApplyAll(ctx, h.by, changes)
		if err != nil {
			return ids, err
		}
		for _, r := range results {
			if r.Err != nil {
				return ids, r.Err
			}
			ids = append(ids, r.Receipt.User.ID)
		}
	}
	return ids, nil
}

// gather makes a group and puts people into it.
func (h *house) gather(ctx context.Context, name string, ids []directory.ResourceID) (directory.ResourceID, error) {
	r, err := h.Apply(ctx, h.by, directory.PutGroup{Group: directory.Group{DisplayName: name}})
	if err != nil {
		return "", err
	}
	for from := 0; from < len(ids); from += seedSlice {
		add := directory.MemberChange{Add: ids[from:min(from+seedSlice, len(ids))]}
		if _, err := h.Apply(ctx, h.by, directory.ChangeMembers{Group: r.Group.ID, Members: add}); err != nil {
			return "", fmt.Errorf("fill group %s: %w", name, err)
		}
	}
	return r.Group.ID, nil
}

// furnish makes a data folder with people in it and leaves it for the real program.
func furnish(ctx context.Context, dir string, people int) (ids []directory.ResourceID, err error) {
	h, err := open(ctx, sqlstore.Config{Dir: dir})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	return h.seed(ctx, 0, people)
}
