package main

import (
	"context"
	"fmt"
	"time"

	"rollcall/directory"
)

// stock stores people as the door leaves them, with audit records and what is to be
// delivered, but without asking whether they may come: for a million of them that saves
// half the time. It returns their ids in order.
func (h *house) stock(ctx context.Context, people int, progress func(done int)) ([]directory.ResourceID, error) {
	ids := make([]directory.ResourceID, 0, people)
	for len(ids) < people {
		arrivals := make([]arrival, min(seedSlice, people-len(ids)))
		for i := range arrivals {
			var err error
			if arrivals[i], err = h.arrive(len(ids) + i); err != nil {
				return ids, err
			}
		}
		err := h.store.Update(ctx, h.by.Workspace, func(ctx context.Context, tx directory.WriteTx) error {
			for _, a := range arrivals {
				if err := a.store(ctx, tx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return ids, err
		}
		for _, a := range arrivals {
			ids = append(ids, a.user.ID)
		}
		progress(len(ids))
	}
	return ids, nil
}

// arrival is all that is written when somebody is made.
type arrival struct {
	user   directory.User
	doc    []byte
	record directory.AuditRecord
}

func (h *house) arrive(n int) (a arrival, err error) {
	now := time.Now().UTC().Truncate(time.Millisecond)
	a.user = person(n)
	a.user.ID, a.user.Source = directory.NewID(now), h.by.Source
	a.user.Meta = directory.Meta{Version: 1, Created: now, Modified: now}
	if a.doc, err = a.user.Doc(); err != nil {
		return a, err
	}
	detail, err := directory.AuditDetail{Name: a.user.UserName, Diff: directory.DiffUsers(nil, &a.user)}.Text()
	a.record = directory.AuditRecord{At: now, Actor: h.by.String(), ActorID: h.by.ID, Change: directory.PutUser{}.Kind(),
		Outcome: directory.Created, Type: directory.UserRecord, Record: string(a.user.ID),
		Salt: fmt.Sprintf("%032x", n), Detail: detail, RequestID: string(a.user.ID)}
	return a, err
}

func (a *arrival) store(ctx context.Context, tx directory.WriteTx) error {
	if err := tx.PutUser(ctx, nil, &a.user, a.doc); err != nil {
		return err
	}
	if err := tx.Record(ctx, &a.record); err != nil {
		return err
	}
	return tx.Raise(ctx, directory.UserRecord, string(a.user.ID), directory.PushLane, a.record.At)
}
