package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"rollcall/directory"
)

// sourcesRelease is rollcall sources release.
type sourcesRelease struct {
	Name   directory.SourceID `arg:"" help:"Name of the source that is detached."`
	Reason string             `placeholder:"TEXT" help:"Why, for the audit log."`
}

// Run makes everybody of a detached source local.
func (c sourcesRelease) Run(ctx context.Context, a *app) error {
	return handover{From: c.Name, To: directory.Local, reason: c.Reason}.run(ctx, a)
}

// sourcesTransfer is rollcall sources transfer.
type sourcesTransfer struct {
	Name   directory.SourceID `arg:"" help:"Name of the source that is detached."`
	To     directory.SourceID `required:"" placeholder:"NAME" help:"Source that shall own its people and groups."`
	User   string             `placeholder:"USERNAME" xor:"one" help:"Give this one only, who may be an administrator or protected."`
	Group  string             `placeholder:"NAME" xor:"one" help:"Give this group only, which may make people administrators."`
	Reason string             `placeholder:"TEXT" help:"Why, for the audit log."`
}

// Run gives everybody of a detached source to another one.
func (c sourcesTransfer) Run(ctx context.Context, a *app) error {
	return handover{From: c.Name, To: c.To, user: c.User, group: c.Group, reason: c.Reason}.run(ctx, a)
}

// handover gives all that a source owns to another owner, and counts.
type handover struct {
	From    directory.SourceID `json:"from"`
	To      directory.SourceID `json:"to"`
	People  int                `json:"people"`
	Groups  int                `json:"groups"`
	Refused []refusedHandover  `json:"refused"`
	user    string             // the only one who is given; empty: everybody
	group   string             // the only group that is given; empty: all of them
	reason  string
}

// refusedHandover is a record that stays where it was.
type refusedHandover struct {
	Type   directory.RecordType `json:"type"`
	ID     directory.ResourceID `json:"id"`
	Reason string               `json:"reason"`
}

func (h handover) run(ctx context.Context, a *app) error {
	h.Refused = []refusedHandover{}
	return a.work(ctx, func(s *session) error {
		if err := h.readSources(ctx, a, s); err != nil {
			return err
		}
		if err := h.give(ctx, s); err != nil {
			return err
		}
		if err := a.print(h, h.write); err != nil {
			return err
		}
		if n := len(h.Refused); n > 0 {
			return directory.Errorf(directory.Denied, "", "%d records stay with the source %s", n, h.From).
				Hinted("mend what is said above and repeat the command")
		}
		return nil
	})
}

// readSources does for the two sources what a server does that reads the configuration, if
// none runs here: one that is gone is detached, and one that is new becomes known. A
// command that read no file knows nothing of sources.
func (h *handover) readSources(ctx context.Context, a *app, s *session) error {
	c, err := a.config(nil)
	if err != nil || c.File == "" {
		return err
	}
	if _, _, err := askServer(ctx, c); err == nil {
		return nil // it has the last word
	}
	if _, err := s.configured.Source(string(h.From)); err != nil {
		if err := s.detachIfKnown(ctx, h.From); err != nil {
			return err
		}
	}
	to, err := s.configured.Source(string(h.To))
	if err != nil {
		return nil // local, or one that the directory knows or refuses
	}
	return announce(ctx, s.Directory, s.by.Workspace, to)
}

// detachIfKnown detaches an LDAP source. The refusals of all the others come later.
func (s *session) detachIfKnown(ctx context.Context, id directory.SourceID) error {
	all, err := s.sources(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(one directory.Source) bool { return one.ID == id })
	if i < 0 || all[i].Kind != directory.LDAPServer || all[i].Detached != 0 {
		return nil
	}
	_, err = s.Apply(ctx, configuring(s.by.Workspace), directory.DetachSource{ID: id})
	return err
}

// give hands over people, deleted ones included, and then groups.
func (h *handover) give(ctx context.Context, s *session) error {
	people, groups, err := h.chosen(ctx, s)
	if err != nil {
		return err
	}
	if h.People, err = h.giveAll(ctx, s, directory.UserRecord, people); err != nil {
		return err
	}
	h.Groups, err = h.giveAll(ctx, s, directory.GroupRecord, groups)
	return err
}

// chosen lists what is handed over: the one that was named, or all.
func (h *handover) chosen(ctx context.Context, s *session) (people, groups []directory.ResourceID, err error) {
	if h.user == "" && h.group == "" {
		return owned(ctx, s, h.From)
	}
	err = s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) error {
		if h.user != "" {
			u, err := findUser(ctx, tx, h.user)
			if err == nil {
				people = []directory.ResourceID{u.ID}
			}
			return err
		}
		g, err := findGroup(ctx, tx, h.group, h.From)
		if err == nil {
			groups = []directory.ResourceID{g.ID}
		}
		return err
	})
	return people, groups, err
}

// giveAll hands over records of a type and returns how many it could. A refusal that is
// about the sources would be the same for everybody, so the first one ends it.
func (h *handover) giveAll(ctx context.Context, s *session, kind directory.RecordType, ids []directory.ResourceID) (done int, err error) {
	for slice := range slices.Chunk(ids, handoverSlice) {
		changes := make([]directory.Change, len(slice))
		for i, id := range slice {
			changes[i] = directory.Transfer{Type: kind, ID: id, From: h.From, To: h.To, Named: h.user+h.group != "", Reason: h.reason}
		}
		results, err := s.ApplyAll(ctx, s.by, changes)
		if err != nil {
			return done, err
		}
		for i, r := range results {
			if e, ok := errors.AsType[*directory.Error](r.Err); ok && (e.Attr == "name" || e.Attr == "to") {
				return done, e
			}
			if r.Err != nil {
				h.Refused = append(h.Refused, refusedHandover{kind, slice[i], r.Err.Error()})
				continue
			}
			done++
		}
	}
	return done, nil
}

// handoverSlice is how many records are handed over at a time.
const handoverSlice = 128

// owned lists what belongs to a source that lets go of it, even if that is nothing.
func owned(ctx context.Context, s *session, source directory.SourceID) (people, groups []directory.ResourceID, err error) {
	err = s.Read(ctx, s.by, func(ctx context.Context, tx directory.ReadTx) error {
		known, err := tx.Source(ctx, source)
		if err != nil {
			return err
		}
		if err := known.LetsGo(); err != nil {
			return err
		}
		list := func(ids *[]directory.ResourceID) func(*directory.Stored) error {
			return func(r *directory.Stored) error {
				if r.Source == source {
					*ids = append(*ids, r.ID)
				}
				return nil
			}
		}
		shelves := []string{string(source), directory.ShelfDeleted}
		if _, err := tx.ListUsers(ctx, directory.Listing{Shelves: shelves, Start: 1, Count: directory.NoLimit}, list(&people)); err != nil {
			return err
		}
		_, err = tx.ListGroups(ctx, directory.Listing{Shelves: shelves[:1], Start: 1, Count: directory.NoLimit}, list(&groups))
		return err
	})
	if directory.Is(err, directory.NotFound) {
		err = directory.Errorf(directory.NotFound, "name", "there is no source %s", source).Hinted("see: rollcall sources list")
	}
	return people, groups, err
}

func (h handover) write(w io.Writer) {
	fmt.Fprintf(w, "%d people and %d groups of the source %s now belong to %s\n", h.People, h.Groups, h.From, h.To)
	if len(h.Refused) == 0 {
		return
	}
	fmt.Fprintln(w)
	var rows [][]string
	for _, r := range h.Refused[:min(len(h.Refused), mostShown)] {
		rows = append(rows, []string{string(r.Type), string(r.ID), r.Reason})
	}
	table(w, []string{"TYPE", "ID", "WHY IT STAYS"}, rows)
}
