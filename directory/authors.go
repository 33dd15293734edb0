package directory

import (
	"cmp"
	"reflect"
)

// ownersOwn are the attributes that always belong to the owning source.
var ownersOwn = map[string]bool{"externalId": true, "userName": true, "active": true}

// writable lists the attributes of people that somebody outside can set.
var writable = func() []*Attribute {
	var list []*Attribute
	for i := range Users.Attributes {
		if a := &Users.Attributes[i]; a.set != nil {
			list = append(list, a)
		}
	}
	return list
}()

// keepOthersValues makes a source's PUT replace only what the source authored: a value
// that somebody else set survives being left out, and becomes the source's when the
// source sends another one.
func keepOthersValues(before, after *User) {
	for path, author := range before.Facts.Authors {
		a := attributeAt(path)
		if a == nil {
			continue
		}
		asked, present := a.Value(after), a.Value(before)
		switch {
		case asked == nil || asked == false:
			a.Assign(after, present)
		case !reflect.DeepEqual(asked, present):
			delete(after.Facts.Authors, path)
		default:
			after.Facts.Authors[path] = author
		}
	}
}

// authorship notes who set what an administrator or the person changed on a record
// that a source owns, and refuses what the owner set.
func (p *passage) authorship(before, after *User) error {
	if before == nil || before.Source == Local || p.by.owner() {
		return nil
	}
	var faults Faults
	for _, a := range writable {
		present, asked := a.Value(before), a.Value(after)
		if reflect.DeepEqual(present, asked) {
			continue
		}
		path := Path{Attr: a}.String()
		_, byOther := before.Facts.Authors[path]
		if ownersOwn[a.Name] && a.Schema != ChatSchema || assigned(present) && !byOther {
			faults = append(faults, locked(before, a, path))
			continue
		}
		noteAuthor(after, path, asked, p.by.author())
	}
	return faults.orNil()
}

func assigned(v any) bool { return v != nil && v != false }

func locked(u *User, a *Attribute, path string) *Error {
	e := Errorf(ReadOnly, path, "%s belongs to the source %s", path, u.Source)
	if a.Name == "active" {
		return e.Hinted("to take access away here: rollcall users deactivate %s", u.UserName)
	}
	return e.Hinted("change it there")
}

func noteAuthor(u *User, path string, value any, by Author) {
	if !assigned(value) {
		delete(u.Facts.Authors, path)
		return
	}
	if u.Facts.Authors == nil {
		u.Facts.Authors = map[string]Author{}
	}
	u.Facts.Authors[path] = by
}

// author returns how values that a sets are marked.
func (a Actor) author() Author {
	if a.Kind == PersonActor {
		return ByPerson
	}
	return ByAdministrator
}

func attributeAt(path string) *Attribute {
	at, err := Users.Path(path)
	if err != nil {
		return nil
	}
	return at.Attr
}

func compareGrants(a, b Grant) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Author, b.Author))
}
