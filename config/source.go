package config

import (
	"fmt"
	"time"
)

// Source is the configuration of an LDAP server that people and groups are read from.
type Source struct {
	Name     string
	LDAP     LDAP
	Schedule string // as it was written; empty: only when somebody asks
	Guard    Guard
	Missing  Missing
	MayGrant []string // roles

	path string // sources[0], or workspaces[1].sources[0]
}

// LDAP says how a server is reached and what is read from it.
type LDAP struct {
	URLs               []string
	StartTLS           bool
	CAFile             string
	ServerName         string
	CertFile           string
	KeyFile            string
	InsecureSkipVerify bool
	AllowPlaintext     bool
	BindDN             string
	BindPassword       Secret // also what bind_password_file names
	Base               string
	Scope              string
	Filter             string
	Preset             string
	IDAttribute        string
	Attributes         map[string][]string // by SCIM path
	Groups             LDAPGroups
	PageSize           int
	Timeout            time.Duration

	passwordFile string
}

// LDAPGroups says which groups are read.
type LDAPGroups struct {
	Enabled          bool
	Base             string // empty: the base of people
	Filter           string
	NameAttribute    string   // empty: the preset's
	MemberAttributes []string // none: the preset's
}

// Guard is how much a run may do without a person having looked. A zero is the default.
type Guard struct {
	Removals int64
	Disables int64
	Enables  int64
	Members  int64
	Groups   int64
	Names    int64
	Values   int64
}

// Missing says what happens to people who are no longer in their source.
type Missing struct {
	AfterRuns   int
	Apart       time.Duration
	Action      MissingAction
	DeleteAfter time.Duration // 0: never
}

// MissingAction is what is done to the missing.
type MissingAction string

// What can be done to the missing.
const (
	MissingDeactivate MissingAction = "deactivate"
	MissingKeep       MissingAction = "keep"
)

// Path returns the full path of a key of this source, such as sources[0].ldap.urls for
// ldap.urls.
func (s *Source) Path(key string) string { return s.path + "." + key }

// Source returns the source with the name.
func (w *Workspace) Source(name string) (*Source, error) {
	var names []string
	for _, s := range w.Sources {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	hint := "no source is configured"
	if len(names) > 0 {
		hint = "there is " + list(names, "and")
	}
	return nil, complain(hint, "no source has the name %q", name)
}

// settleSources decides every option of every source of a workspace.
func (l *loader) settleSources(w *Workspace) {
	at := w.sourcesPath()
	for i := range l.lists[at] {
		s := &Source{path: fmt.Sprintf("%s[%d]", at, i), LDAP: LDAP{Attributes: map[string][]string{}}}
		to := into{config: l.config, workspace: w, source: s}
		for i := range sourceOptions {
			o := &sourceOptions[i]
			if o.Open {
				l.settleOpen(o, s.Path(o.inSource()), to)
				continue
			}
			l.settle(o, s.Path(o.inSource()), to)
		}
		l.checkSource(s)
		w.Sources = append(w.Sources, s)
	}
}

// sourcesPath returns where the sources of a workspace stand: beside the only workspace,
// or in each of several.
func (w *Workspace) sourcesPath() string {
	if w.path == "workspace" {
		return "sources"
	}
	return w.Path("sources")
}

// checkSource wants a name, and one password at most.
func (l *loader) checkSource(s *Source) {
	if s.Name == "" && l.lines[s.Path("name")] == 0 {
		l.faults = append(l.faults, l.config.Fault(s.Path("name"), "a source needs a name", "add name: and a short name"))
	}
	if s.LDAP.passwordFile == "" {
		return
	}
	if s.LDAP.BindPassword != "" {
		l.faults = append(l.faults, l.config.Fault(s.Path("ldap.bind_password_file"), "bind_password is set as well", "keep one of the two"))
		return
	}
	content, err := l.readValue(s.LDAP.passwordFile)
	if err != nil {
		l.faults = append(l.faults, l.config.Fault(s.Path("ldap.bind_password_file"), err.Error(), "it has to hold the password and nothing else"))
	}
	s.LDAP.BindPassword = content
}
