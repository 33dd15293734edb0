package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"rollcall/config"
	"rollcall/directory"
	bridgesync "rollcall/sync"
	"rollcall/sync/ldap"
)

// ldapConfig is a configured source as package ldap wants it.
func ldapConfig(s *config.Source) ldap.Config {
	l := s.LDAP
	return ldap.Config{
		Name: s.Name,
		URLs: l.URLs,
		TLS: ldap.TLS{StartTLS: l.StartTLS, CAFile: l.CAFile, ServerName: l.ServerName, CertFile: l.CertFile, KeyFile: l.KeyFile,
			InsecureSkipVerify: l.InsecureSkipVerify},
		AllowPlaintext: l.AllowPlaintext,
		BindDN:         l.BindDN,
		BindPassword:   directory.NewSecret(l.BindPassword.Reveal()),
		Base:           l.Base,
		Scope:          ldap.Scope(l.Scope),
		Filter:         l.Filter,
		IDAttribute:    l.IDAttribute,
		Preset:         l.Preset,
		Groups: ldap.Groups{Off: !l.Groups.Enabled, Base: l.Groups.Base, Filter: l.Groups.Filter, NameAttr: l.Groups.NameAttribute,
			MemberAttrs: l.Groups.MemberAttributes},
		Attributes: l.Attributes,
		PageSize:   l.PageSize,
		Timeout:    l.Timeout,
	}
}

// sourceFaults are what the parts that use the sources find wrong with them.
func sourceFaults(c *config.Config) config.Faults {
	var faults config.Faults
	for _, w := range c.Workspaces {
		for _, s := range w.Sources {
			_, err := ldap.New(ldapConfig(s))
			faults = append(faults, faultsAt(c, s, "ldap.", err)...)
			if s.Name != "" { // else it was reported where it was read
				faults = append(faults, faultsAt(c, s, "", sourceOfConfig(s).Check())...)
			}
			if s.Schedule != "" {
				_, err = bridgesync.ParseSchedule(s.Schedule)
				faults = append(faults, faultsAt(c, s, "", err)...)
			}
		}
	}
	return faults
}

// placed is a part of the configuration that knows where its keys are.
type placed interface{ Path(key string) string }

// faultsAt places the faults that a part found at the lines that they are about.
func faultsAt(c *config.Config, s placed, prefix string, err error) config.Faults {
	var all directory.Faults
	if one, ok := errors.AsType[*directory.Error](err); ok {
		all = directory.Faults{one}
	}
	if several, ok := errors.AsType[directory.Faults](err); ok {
		all = several
	}
	faults := make(config.Faults, len(all))
	for i, e := range all {
		faults[i] = c.Fault(s.Path(prefix+e.Attr), e.Msg, e.Hint)
	}
	return faults
}

// configured makes a runnable source of a configured one.
func configured(ws directory.WorkspaceID, s *config.Source) (bridgesync.Configured, error) {
	source, err := ldap.New(ldapConfig(s))
	if err != nil {
		return bridgesync.Configured{}, err
	}
	return bridgesync.Configured{
		Workspace:  ws,
		Name:       directory.SourceID(s.Name),
		Source:     source,
		Digest:     source.MappingDigest(),
		Definition: definition(s),
		Limits: bridgesync.Limits{Removals: s.Guard.Removals, Disables: s.Guard.Disables, Enables: s.Guard.Enables,
			Members: s.Guard.Members, Groups: s.Guard.Groups, Names: s.Guard.Names, Values: s.Guard.Values},
		Missing: bridgesync.Missing{Runs: s.Missing.AfterRuns, Apart: s.Missing.Apart, Keep: s.Missing.Action == config.MissingKeep,
			DeleteAfter: s.Missing.DeleteAfter},
	}, nil
}

// definition is a digest of everything that the configuration says of a source but its
// password, which may be changed without anybody being treated otherwise.
func definition(s *config.Source) string {
	open := *s
	open.LDAP.BindPassword = ""
	text, err := json.Marshal(open)
	if err != nil {
		panic("a source of the configuration cannot be written as JSON: " + err.Error()) // it is texts and numbers
	}
	return fmt.Sprintf("%x", sha256.Sum256(text))[:32]
}

// sourceOfConfig is a source of the configuration as the directory has it.
func sourceOfConfig(s *config.Source) *directory.Source {
	return &directory.Source{ID: directory.SourceID(s.Name), Kind: directory.LDAPServer, MayGrant: s.MayGrant, Definition: definition(s)}
}

// announce puts a source of the configuration into force.
func announce(ctx context.Context, d *directory.Directory, ws directory.WorkspaceID, s *config.Source) error {
	_, err := d.Apply(ctx, configuring(ws), directory.PutSource{Source: *sourceOfConfig(s)})
	return err
}

// clashes are the faults of a configuration whose sources have names that SCIM clients
// have already.
func clashes(ctx context.Context, d *directory.Directory, c *config.Config) (faults config.Faults, err error) {
	all, err := d.Store().Workspaces(ctx)
	if err != nil {
		return nil, fmt.Errorf("list workspaces: %w", err)
	}
	for _, known := range all {
		i := slices.IndexFunc(c.Workspaces, func(w *config.Workspace) bool { return w.Slug == known.Slug })
		if i < 0 {
			continue
		}
		sources, err := (&session{d, configuring(known.ID), c.Workspaces[i]}).sources(ctx)
		if err != nil {
			return nil, fmt.Errorf("list sources: %w", err)
		}
		for _, s := range clashing(c.Workspaces[i], sources) {
			faults = append(faults, faultsAt(c, s.configured, "", s.clash)...)
		}
	}
	return faults.Sorted(), nil
}

// clash is a source of the configuration that cannot have its name.
type clash struct {
	configured *config.Source
	clash      error
}

// clashing are the sources of the configuration whose names are those of SCIM clients.
func clashing(w *config.Workspace, known []directory.Source) (all []clash) {
	for _, s := range known {
		named, err := w.Source(string(s.ID))
		if err != nil {
			continue
		}
		if err := s.Keeps(directory.LDAPServer); err != nil {
			all = append(all, clash{named, err})
		}
	}
	return all
}

// present finds what is known of a source of the configuration; nil: nothing. A SCIM
// client of that name is not that source.
func present(ctx context.Context, d *directory.Directory, ws directory.WorkspaceID, s *config.Source) (known *directory.Source, err error) {
	err = d.Read(ctx, configuring(ws), func(ctx context.Context, tx directory.ReadTx) (err error) {
		known, err = tx.Source(ctx, directory.SourceID(s.Name))
		return err
	})
	if directory.Is(err, directory.NotFound) {
		return nil, nil
	}
	if err == nil {
		err = known.Keeps(directory.LDAPServer)
	}
	if err != nil {
		return nil, err
	}
	return known, nil
}

// configuring is who puts the configuration into force.
func configuring(ws directory.WorkspaceID) directory.Actor {
	return directory.Actor{Kind: directory.System, Name: "configuration", Workspace: ws}
}

// detach notes which LDAP sources of a workspace are gone from the configuration, and
// returns them.
func detach(ctx context.Context, d *directory.Directory, ws directory.WorkspaceID, w *config.Workspace) (gone []directory.SourceID, err error) {
	var all []directory.Source
	err = d.Read(ctx, configuring(ws), func(ctx context.Context, tx directory.ReadTx) (err error) {
		all, err = tx.Sources(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list sources: %w", err)
	}
	for _, s := range all {
		here := slices.ContainsFunc(w.Sources, func(c *config.Source) bool { return c.Name == string(s.ID) })
		if s.Kind != directory.LDAPServer || s.Detached != 0 || here {
			continue
		}
		if _, err := d.Apply(ctx, configuring(ws), directory.DetachSource{ID: s.ID}); err != nil {
			return gone, fmt.Errorf("detach source %s: %w", s.ID, err)
		}
		gone = append(gone, s.ID)
	}
	return gone, nil
}

// ldapSource finds a configured source by name. Its definition is put into force with it,
// but to look what a run would do, only if there is none.
func (a *app) ldapSource(ctx context.Context, s *session, name directory.SourceID, kind directory.RunKind) (bridgesync.Configured, error) {
	found, err := a.configuredSource(name)
	if err != nil {
		return bridgesync.Configured{}, err
	}
	known, err := present(ctx, s.Directory, s.by.Workspace, found)
	if err != nil {
		return bridgesync.Configured{}, err
	}
	if kind == directory.ApplyRun || known == nil {
		if err := announce(ctx, s.Directory, s.by.Workspace, found); err != nil {
			return bridgesync.Configured{}, err
		}
	}
	return configured(s.by.Workspace, found)
}

func (a *app) configuredSource(name directory.SourceID) (*config.Source, error) {
	c, err := a.config(nil)
	if err != nil {
		return nil, err
	}
	w, err := c.Workspace(a.Workspace)
	if err != nil {
		return nil, usageError{err}
	}
	found, err := w.Source(string(name))
	if err != nil {
		return nil, directory.Errorf(directory.NotFound, "name", "%v", err)
	}
	return found, nil
}

// sourcesCheck is rollcall sources check.
type sourcesCheck struct {
	Name directory.SourceID `arg:"" help:"Name of the LDAP source."`
}

// checkShown is what a check saw, as it is printed.
type checkShown struct {
	Source directory.SourceID `json:"source"`
	Server string             `json:"server"`
	Secure string             `json:"secure"`
	Vendor string             `json:"vendor,omitempty"`
	People int                `json:"people"`
	Groups int                `json:"groups"`
	Notes  []string           `json:"notes"`
	Sample []sampleShown      `json:"sample"`
}

type sampleShown struct {
	Entry    string   `json:"entry"`
	UserName string   `json:"userName"`
	Name     string   `json:"displayName,omitempty"`
	Emails   []string `json:"emails"`
	Active   bool     `json:"active"`
	Fault    string   `json:"fault,omitempty"`
}

// Run connects, binds, reads one page and says what it saw.
func (c sourcesCheck) Run(ctx context.Context, a *app) error {
	found, err := a.configuredSource(c.Name)
	if err != nil {
		return err
	}
	source, err := ldap.New(ldapConfig(found))
	if err != nil {
		return err
	}
	seen, err := source.Check(ctx)
	if e, ok := errors.AsType[*directory.Error](err); ok {
		failed := *e
		failed.Kind = directory.Unavailable // whoever is to blame, the check failed
		return &failed
	}
	if err != nil {
		return err
	}
	shown := checkShown{Source: c.Name, Server: seen.Server, Secure: seen.Secure, Vendor: seen.Vendor, People: seen.People,
		Groups: seen.Groups, Notes: append([]string{}, seen.Notes...), Sample: []sampleShown{}}
	for _, p := range seen.Sample {
		shown.Sample = append(shown.Sample, sampleOf(&p))
	}
	return a.print(shown, shown.write)
}

func sampleOf(p *bridgesync.Person) sampleShown {
	s := sampleShown{Entry: p.Entry, UserName: p.User.UserName, Name: p.User.DisplayName, Emails: []string{}, Active: p.User.Wanted}
	for _, e := range p.User.Emails {
		s.Emails = append(s.Emails, e.Value)
	}
	if p.Fault != nil {
		s.Fault = p.Fault.Detail()
	}
	return s
}

func (c checkShown) write(w io.Writer) {
	fields(w, "source", string(c.Source), "server", c.Server, "protection", c.Secure, "vendor", c.Vendor,
		"first page", fmt.Sprintf("%d people, %d groups", c.People, c.Groups))
	for _, note := range c.Notes {
		fmt.Fprintln(w, "note:", clean(note))
	}
	if len(c.Sample) == 0 {
		return
	}
	fmt.Fprintln(w)
	var rows [][]string
	for _, s := range c.Sample {
		rows = append(rows, []string{s.UserName, s.Name, strings.Join(s.Emails, ", "), yesNo(s.Active), s.Entry, s.Fault})
	}
	table(w, []string{"USERNAME", "NAME", "EMAILS", "ACTIVE", "ENTRY", "FAULT"}, rows)
}
