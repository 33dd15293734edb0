package main

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/config"
	"rollcall/directory"
	"rollcall/directory/storetest"
	bridgesync "rollcall/sync"
)

// twoWorkspaces is a configuration of two workspaces with an LDAP source each.
const twoWorkspaces = `workspaces:
  - slug: one
    seats: {limit: 5}
    sources:
      - name: corp
        ldap: {urls: ["ldap://127.0.0.1:1"], base: "dc=example,dc=com"}
  - slug: two
    seats: {limit: 5}
    sources:
      - name: branch
        ldap: {urls: ["ldap://127.0.0.1:1"], base: "dc=example,dc=com"}
`

// changed is twoWorkspaces with another limit and another definition in each.
var changed = strings.NewReplacer("limit: 5", "limit: 6", "dc=example", "dc=changed").Replace(twoWorkspaces)

// memory is a server without a network, and with a store that fails on cue.
type memory struct {
	*testing.T
	*server
	faulty *storetest.Faulty
	said   strings.Builder // the log
	file   string
}

func newMemory(t *testing.T) *memory {
	t.Helper()
	m := &memory{T: t, faulty: storetest.NewFaulty(newStore(t)), file: filepath.Join(t.TempDir(), "rollcall.yaml")}
	m.server = &server{directory: directory.New(m.faulty), scheduler: &bridgesync.Scheduler{}, log: slog.New(slog.NewTextHandler(&m.said, nil)),
		again: func() (*config.Config, error) { return (&app{globals: globals{File: m.file}}).config(nil) }}
	return m
}

// hangUp writes a configuration, has it read again and returns what the log says of that.
func (m *memory) hangUp(text string) string {
	m.Helper()
	if err := os.WriteFile(m.file, []byte(text), 0o600); err != nil {
		m.Fatal(err)
	}
	m.said.Reset()
	m.reload(m.Context())
	return m.said.String()
}

// desk works in one of the workspaces.
func (m *memory) desk(slug string) desk {
	m.Helper()
	id, err := m.directory.Store().EnsureWorkspace(m.Context(), slug)
	if err != nil {
		m.Fatal(err)
	}
	return desk{m.T, &session{m.directory, commandLineActor(id), new(config.Workspace)}}
}

// changes counts what is on record in both workspaces.
func (m *memory) changes() (n int64) {
	m.Helper()
	all, err := m.directory.Store().Workspaces(m.Context())
	if err != nil {
		m.Fatal(err)
	}
	for _, w := range all {
		n += w.Audit.Seq
	}
	return n
}

// followed are the definitions of the sources that are run, by workspace and name.
func (m *memory) followed() map[string]string {
	found := map[string]string{}
	for _, c := range m.scheduler.Sources() {
		found[string(c.Workspace)+"/"+string(c.Name)] = c.Definition
	}
	return found
}

// TestAReloadWithAFaultChangesNothing has a fault in the last workspace that shows only
// in the database, or only when everything is put together.
func TestAReloadWithAFaultChangesNothing(t *testing.T) {
	t.Parallel()
	m := newMemory(t)
	if said := m.hangUp(twoWorkspaces); !strings.Contains(said, "was read again") {
		t.Fatal(said)
	}
	two := m.desk("two")
	two.must(two.by, directory.PutSource{Source: directory.Source{ID: "okta", Kind: directory.SCIMClient}})
	had, ran := m.changes(), m.followed()
	for now, says := range map[string]string{
		"name: okta": `rollcall.yaml:10: workspaces[1].sources[0].name: the name \"okta\" is that of a SCIM client`,
		"name: branch\n        may_grant: [admin]": "rollcall.yaml:11: workspaces[1].sources[0].may_grant: no source may grant the role admin",
	} {
		said := m.hangUp(strings.Replace(changed, "name: branch", now, 1) + "  - slug: new\n")
		if !strings.Contains(said, "what was read before stays in force") || !strings.Contains(said, says) {
			t.Errorf("with %s the log says %s", now, said)
		}
		all, err := m.directory.Store().Workspaces(t.Context())
		if err != nil || len(all) != 2 || m.changes() != had {
			t.Errorf("with %s: %d workspaces, %d changes after %d, %v", now, len(all), m.changes(), had, err)
		}
	}
	for name, definition := range m.followed() {
		if ran[name] != definition {
			t.Errorf("%s is run by another definition", name)
		}
	}
	if said := m.hangUp(changed); !strings.Contains(said, "was read again") || m.changes() != had+4 {
		t.Errorf("mended, it did %d changes: %s", m.changes()-had, said)
	}
}

// TestAReloadThatBreaksOffLeavesEachSourceToBeRun lets the database go away at every step
// of a reload: a source is then run by the definition that is in force.
func TestAReloadThatBreaksOffLeavesEachSourceToBeRun(t *testing.T) {
	t.Parallel()
	m := newMemory(t)
	for n := 1; ; n++ {
		if said := m.hangUp(twoWorkspaces); !strings.Contains(said, "was read again") {
			t.Fatal(said)
		}
		m.faulty.FailAt(n, errors.New("the database is gone"))
		said := m.hangUp(changed)
		if m.faulty.Disarm() {
			break
		}
		if strings.Contains(said, "faults") {
			t.Errorf("without a fault in the configuration the log says %s", said)
		}
		ran := m.followed()
		for slug, name := range map[string]directory.SourceID{"one": "corp", "two": "branch"} {
			d := m.desk(slug)
			all, err := d.sources(t.Context())
			if err != nil || len(all) != 1 {
				t.Fatal(all, err)
			}
			if got := ran[string(d.by.Workspace)+"/"+string(name)]; got != all[0].Definition {
				t.Errorf("after a fault at step %d %s is run by %q, in force is %q", n, name, got, all[0].Definition)
			}
		}
	}
	if got := m.followed(); len(got) != 2 {
		t.Errorf("after all it runs %v", got)
	}
}
