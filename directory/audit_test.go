package directory_test

import (
	"strings"
	"testing"

	. "rollcall/directory"
)

// chain verifies records in order and returns the first fault and the head.
func chain(records []AuditRecord) (AuditHead, error) {
	var v Verifier
	for i := range records {
		if err := v.Check(&records[i]); err != nil {
			return v.Head(), err
		}
	}
	return v.Head(), v.End()
}

func TestTheAuditLogIsAChain(t *testing.T) {
	f := open(t, Settings{})
	for i := range 10 {
		f.hire(f.okta, name(i))
	}
	good := f.audit()
	head, err := chain(good)
	if err != nil || head.Seq != int64(len(good)) {
		t.Fatalf("the log does not verify: %v at %d", err, head.Seq)
	}
	edit := func(change func([]AuditRecord) []AuditRecord) []AuditRecord {
		return change(append([]AuditRecord(nil), good...))
	}
	cases := map[string][]AuditRecord{
		"record 5":  edit(func(r []AuditRecord) []AuditRecord { r[4].Actor = "client:eve"; return r }),
		"record 6 ": edit(func(r []AuditRecord) []AuditRecord { r[5].Detail += " "; return r }),
		"record 7":  edit(func(r []AuditRecord) []AuditRecord { return append(r[:5], r[6:]...) }),
		"record 8":  edit(func(r []AuditRecord) []AuditRecord { r[6], r[7] = r[7], r[6]; return r }),
		"record 9 ": edit(func(r []AuditRecord) []AuditRecord {
			x := r[7]
			x.Seq = 9
			return append(append(append([]AuditRecord(nil), r[:8]...), x), r[8:]...)
		}),
		"record 3 ": edit(func(r []AuditRecord) []AuditRecord { r[2].Salt, r[2].Detail = "", ""; return r }),
		"record 4 ": edit(func(r []AuditRecord) []AuditRecord { r[3].Outcome = Refused; return r }),
	}
	for want, records := range cases {
		if _, err := chain(records); err == nil || !strings.Contains(err.Error()+" ", want) {
			t.Errorf("got %v, want a fault at %s", err, want)
		}
	}
	cut, err := chain(good[:len(good)-1])
	if err != nil || cut == head {
		t.Errorf("a cut tail has the head %v of the whole log %v", cut, head)
	}
}

func TestAPersonsDetailsCanBeErased(t *testing.T) {
	f := open(t, Settings{})
	u := f.hire(f.okta, "lovelace")
	f.must(f.admin, DeleteUser{ID: u.ID, Reason: "asked for it"})
	f.refused(f.okta, PutUser{User: person("lovelace")}, Denied, "userName")
	f.must(f.admin, EraseAudit{Type: UserRecord, Record: NameRecord("Lovelace"), Reason: "asked for it"})
	f.must(f.admin, EraseAudit{Type: UserRecord, Record: string(u.ID), Reason: "asked for it"})
	records := f.audit()
	if _, err := chain(records); err != nil {
		t.Errorf("the log does not verify any more: %v", err)
	}
	for _, r := range records {
		if strings.Contains(r.Detail, "lovelace") {
			t.Errorf("record %d still says %s", r.Seq, r.Detail)
		}
	}
	last := records[len(records)-1]
	if last.Change != "EraseAudit" || last.Record != string(u.ID) {
		t.Errorf("the last record is %+v", last)
	}
}

func TestRefusalsOfMachinesAreCountedOnce(t *testing.T) {
	f := open(t, Settings{})
	f.hire(f.okta, "ada")
	before := len(f.audit())
	for range 5 {
		f.refused(f.entra, PutUser{User: person("ada")}, Exists, "userName")
	}
	if n := len(f.audit()) - before; n != 1 {
		t.Errorf("%d records of five equal refusals by a machine", n)
	}
	for range 3 {
		f.refused(f.admin, PutUser{User: person("ada")}, Exists, "userName")
	}
	if n := len(f.audit()) - before; n != 4 {
		t.Errorf("%d records, want one for the machine and three for the person", n)
	}
}

func TestSecretsAreNotInTheLog(t *testing.T) {
	f := open(t, Settings{})
	f.Directory = New(f.store, WithClock(f.clock.now), WithHasher(plainHasher{}))
	f.must(f.admin, PutSource{Source{ID: "okta", Kind: SCIMClient, PasswordSync: true}})
	r := f.must(f.okta, PutUser{User: person("ada"), Password: NewSecret("canary-1")})
	f.must(f.admin, SetPassword{r.User.ID, NewSecret("canary-2")})
	f.must(f.entra, PutUser{User: person("bob"), Password: NewSecret("canary-3")})
	text, record := NewToken("okta", "ops", f.clock.now())
	f.must(f.admin, IssueToken{record})
	for _, a := range f.audit() {
		for _, canary := range []string{"canary", text.Reveal(), record.Hash} {
			if strings.Contains(a.Detail, canary) {
				t.Errorf("record %d says %s", a.Seq, a.Detail)
			}
		}
	}
	if got := f.user(r.User.ID).Facts.Password; got != "hash of canary-2" {
		t.Errorf("the password is kept as %q", got)
	}
}

type plainHasher struct{}

func (plainHasher) Hash(s Secret) (string, error) { return "hash of " + s.Reveal(), nil }

func TestARefusalSaysNothingOfWhoWasInTheWay(t *testing.T) {
	f := open(t, Settings{})
	f.hire(f.okta, "joe")
	bob := person("bob")
	bob.Emails[0].Value = mailOf("joe")
	f.refused(f.entra, PutUser{User: bob}, Exists, "emails")
	last := f.audit()[len(f.audit())-1]
	if last.Outcome != Refused || strings.Contains(last.Detail, "joe") || !strings.Contains(last.Detail, "emails is taken") {
		t.Errorf("the record says %s", last.Detail)
	}
}
