package scim

import (
	"net/http"

	"rollcall/directory"
)

func (s *Server) createUser(x *exchange) error {
	put, err := x.userBody()
	if err != nil {
		return err
	}
	got, err := s.Directory.Apply(x.r.Context(), x.by, put)
	if err != nil {
		return err
	}
	return x.answerUser(http.StatusCreated, got)
}

func (s *Server) readUser(x *exchange) error {
	id, err := x.id()
	if err != nil {
		return err
	}
	u, err := s.Directory.User(x.r.Context(), x.by, id)
	if err != nil {
		return err
	}
	return x.writeUser(http.StatusOK, u)
}

func (s *Server) replaceUser(x *exchange) error {
	id, version, err := x.userAtVersion()
	if err != nil {
		return err
	}
	put, err := x.userBody()
	if err != nil {
		return err
	}
	put.User.ID, put.IfVersion = id, version
	got, err := s.Directory.Apply(x.r.Context(), x.by, put)
	if err != nil {
		return err
	}
	return x.answerUser(http.StatusOK, got)
}

func (s *Server) patchUser(x *exchange) error {
	id, version, err := x.userAtVersion()
	if err != nil {
		return err
	}
	body, err := x.body()
	if err != nil {
		return err
	}
	p, err := x.notes.patch(directory.Users, body)
	if err != nil {
		return err
	}
	got, err := s.Directory.EditUser(x.r.Context(), x.by, id, version, p.password, p.editUser)
	if err != nil {
		return err
	}
	return x.answerUser(x.profile.patchUser, got)
}

func (s *Server) deleteUser(x *exchange) error {
	id, version, err := x.userAtVersion()
	if err != nil {
		return err
	}
	if _, err := s.Directory.Apply(x.r.Context(), x.by, directory.DeleteUser{ID: id, IfVersion: version}); err != nil {
		return err
	}
	x.send(http.StatusNoContent)
	return nil
}

// userBody reads the body of a POST or PUT.
func (x *exchange) userBody() (directory.PutUser, error) {
	var put directory.PutUser
	body, err := x.body()
	if err != nil {
		return put, err
	}
	tree, err := x.notes.normalise(directory.Users, body)
	if err != nil {
		return put, err
	}
	if tree["active"] == nil {
		// A provider that says nothing of active must not deactivate anybody by it.
		put.KeepActive = true
		delete(tree, "active")
	}
	text, ok := tree["password"].(string)
	if ok || tree["password"] == nil {
		delete(tree, "password")
	} // else the directory names it among the other faults
	put.Password = directory.NewSecret(text)
	u, unknown, err := directory.UserFrom(tree)
	x.ignoreAll(unknown)
	put.User = *u
	return put, err
}

func (x *exchange) ignoreAll(names []string) {
	for _, name := range names {
		x.notes.ignore(name)
	}
}

// id returns the id in the path. What cannot be one is not looked for.
func (x *exchange) id() (directory.ResourceID, error) {
	id := x.r.PathValue("id")
	for i := range len(id) {
		if !wordByte(id[i]) {
			id = ""
			break
		}
	}
	if id == "" || len(id) > 128 {
		return "", directory.Errorf(directory.NotFound, "", "there is no such resource")
	}
	return directory.ResourceID(id), nil
}

// userAtVersion returns the id in the path and the version in If-Match.
func (x *exchange) userAtVersion() (directory.ResourceID, directory.Version, error) {
	id, err := x.id()
	if err != nil {
		return "", 0, err
	}
	version, err := ifMatch(x.r, func() (directory.Version, error) {
		u, err := x.s.Directory.User(x.r.Context(), x.by, id)
		if err != nil {
			return 0, err
		}
		return u.Meta.Version, nil
	})
	return id, version, err
}

// answerUser answers a change with the person as it is now.
func (x *exchange) answerUser(status int, got directory.Receipt) error {
	u := &directory.Stored{ID: got.User.ID, Doc: got.Doc, Meta: got.User.Meta, Groups: got.Groups}
	return x.writeUser(status, u)
}

// writeUser sends a person with status. A client that already has this version of what
// it reads gets 304, and one that names attributes gets them even where the profile
// answers a PATCH with nothing (RFC 7644 §3.5.2).
func (x *exchange) writeUser(status int, u *directory.Stored) error {
	status, p, err := x.beginResource(status, directory.Users, u)
	if err != nil {
		return err
	}
	if status != http.StatusNoContent && status != http.StatusNotModified {
		err = x.appendUser(&p, u)
	}
	if err != nil {
		return err
	}
	x.send(status)
	return nil
}

// beginResource sets the headers that go with a resource and returns the status that it
// is sent with.
func (x *exchange) beginResource(status int, rt *directory.ResourceType, s *directory.Stored) (int, projection, error) {
	q, err := parseQuery(x.r.URL.RawQuery)
	if err != nil {
		return 0, projection{}, err
	}
	x.Header().Set("ETag", s.Meta.Version.ETag())
	reading := x.r.Method == http.MethodGet || x.r.Method == http.MethodHead
	switch {
	case status == http.StatusCreated:
		x.Header().Set("Location", x.location(rt, s.ID))
	case status == http.StatusNoContent && q.attributes != "":
		status = http.StatusOK
	case reading && ifNoneMatch(x.r, s.Meta.Version):
		status = http.StatusNotModified
	}
	return status, q.projection(rt), nil
}
