package scim

import (
	"net/http"

	"rollcall/directory"
)

func (s *Server) createGroup(x *exchange) error {
	put, err := x.groupBody()
	if err != nil {
		return err
	}
	got, err := s.Directory.Apply(x.r.Context(), x.by, put)
	if err != nil {
		return err
	}
	return x.answerGroup(http.StatusCreated, got)
}

func (s *Server) readGroup(x *exchange) error {
	id, err := x.id()
	if err != nil {
		return err
	}
	g, err := s.Directory.Group(x.r.Context(), x.by, id)
	if err != nil {
		return err
	}
	return x.writeGroup(http.StatusOK, g)
}

// replaceGroup replaces attributes and members. RFC 7644 §3.5.1 has a PUT clear what it
// does not name, and the providers that replace groups always send all members; so
// members that are absent leave the group empty. Providers that leave them out, such as
// Entra and authentik, use PATCH.
func (s *Server) replaceGroup(x *exchange) error {
	id, version, err := x.groupAtVersion()
	if err != nil {
		return err
	}
	put, err := x.groupBody()
	if err != nil {
		return err
	}
	put.Group.ID, put.IfVersion = id, version
	if put.Members == nil {
		put.Members = &directory.MemberChange{Replace: true}
	}
	got, err := s.Directory.Apply(x.r.Context(), x.by, put)
	if err != nil {
		return err
	}
	return x.answerGroup(http.StatusOK, got)
}

func (s *Server) patchGroup(x *exchange) error {
	id, version, err := x.groupAtVersion()
	if err != nil {
		return err
	}
	body, err := x.body()
	if err != nil {
		return err
	}
	p, err := x.notes.patch(directory.Groups, body)
	if err != nil {
		return err
	}
	got, err := s.editGroup(x, p, id, version)
	if err != nil {
		return err
	}
	return x.answerGroup(x.profile.patchGroup, got)
}

// editGroup applies p. Where it speaks of members alone, as most do, the group is not
// edited.
func (s *Server) editGroup(x *exchange, p *patch, id directory.ResourceID, version directory.Version) (directory.Receipt, error) {
	if p.membersOnly() {
		change := directory.ChangeMembers{Group: id, Members: *p.memberChange(), IfVersion: version}
		return s.Directory.Apply(x.r.Context(), x.by, change)
	}
	return s.Directory.EditGroup(x.r.Context(), x.by, id, version, p.editGroup)
}

func (s *Server) deleteGroup(x *exchange) error {
	id, version, err := x.groupAtVersion()
	if err != nil {
		return err
	}
	if _, err := s.Directory.Apply(x.r.Context(), x.by, directory.DeleteGroup{ID: id, IfVersion: version}); err != nil {
		return err
	}
	x.send(http.StatusNoContent)
	return nil
}

// groupBody reads the body of a POST or PUT. Members are nil if it does not speak of
// them.
func (x *exchange) groupBody() (directory.PutGroup, error) {
	var put directory.PutGroup
	body, err := x.body()
	if err != nil {
		return put, err
	}
	tree, err := x.notes.normalise(directory.Groups, body)
	if err != nil {
		return put, err
	}
	g, ids, unknown, err := directory.GroupFrom(tree)
	if err != nil {
		return put, err
	}
	x.ignoreAll(unknown)
	put.Group = *g
	if ids != nil {
		put.Members = &directory.MemberChange{Replace: true, Add: ids}
	}
	return put, nil
}

// groupAtVersion returns the id in the path and the version in If-Match.
func (x *exchange) groupAtVersion() (directory.ResourceID, directory.Version, error) {
	id, err := x.id()
	if err != nil {
		return "", 0, err
	}
	version, err := ifMatch(x.r, func() (directory.Version, error) {
		g, err := x.s.Directory.Group(x.r.Context(), x.by, id)
		if err != nil {
			return 0, err
		}
		return g.Meta.Version, nil
	})
	return id, version, err
}

// answerGroup answers a change with the group as it is now.
func (x *exchange) answerGroup(status int, got directory.Receipt) error {
	if len(got.Left) > 0 {
		x.s.Logger.Debug("members were left out", "group", got.Group.ID, "number", len(got.Left), "request", x.by.RequestID)
	}
	return x.writeGroup(status, &directory.Stored{ID: got.Group.ID, Doc: got.Doc, Meta: got.Group.Meta})
}

// writeGroup is writeUser for a group.
func (x *exchange) writeGroup(status int, g *directory.Stored) error {
	status, p, err := x.beginResource(status, directory.Groups, g)
	if err != nil {
		return err
	}
	if status != http.StatusNoContent && status != http.StatusNotModified {
		err = x.appendGroup(&p, g, status)
	}
	if err != nil {
		return err
	}
	x.send(status)
	return nil
}
