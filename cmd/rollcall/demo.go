package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"rollcall/config"
	"rollcall/directory"
	bridgesync "rollcall/sync"
	"rollcall/sync/ldap/ldaptest"
)

// demo is what runs beside the server of serve --demo: a company in an LDAP server, an
// identity provider that pushes people, and a voice that says what happens.
type demo struct {
	*server
	folder    *demoFolder
	ldap      *ldaptest.Server
	company   *demoCompany
	pace      time.Duration
	program   string // how to call this program from another terminal
	workspace directory.WorkspaceID
	okta      *demoOkta
	scheduled []bridgesync.Scheduled
	voice     voice
	elsewhere bool        // the environment names another folder, for every command
	guarded   atomic.Bool // a run was held, as the bad night is to show
}

// demo runs the server on a company that is made up.
func (c serveCommand) demo(ctx context.Context, a *app) (err error) {
	if err := c.demoAlone(a); err != nil {
		return err
	}
	ctx, stop := untilHangUp(ctx)
	defer stop()
	folder, err := openDemoFolder(a.Data)
	if err != nil {
		return err
	}
	defer folder.close()
	d := &demo{folder: folder, company: newDemoCompany(folder.Steps), pace: c.pace(), program: calledAs(os.Args[0]),
		elsewhere: a.env["ROLLCALL_DATA"] != "" || a.env["ROLLCALL_DATA_FILE"] != ""}
	// It is ended below, after the last run has been told to stop.
	if d.ldap, err = ldaptest.Start(context.WithoutCancel(ctx), d.company.directory()); err != nil {
		return err
	}
	defer d.ldap.Close()
	configured, err := d.configure(a, c.Listen)
	if err != nil {
		return err
	}
	return a.serve(ctx, &server{config: configured}, d.prepare)
}

// untilHangUp ends a context when the terminal is closed: the demonstration has no
// configuration to read again, and nobody watches it any more. nohup keeps that from it.
func untilHangUp(ctx context.Context) (context.Context, context.CancelFunc) {
	if signal.Ignored(syscall.SIGHUP) {
		return context.WithCancel(ctx)
	}
	return signal.NotifyContext(ctx, syscall.SIGHUP)
}

// leastPace keeps the demonstration from doing nothing but demonstrate.
const leastPace = 10 * time.Millisecond

// usualPace is the pace of a demonstration that nobody told another.
const usualPace = time.Second

func (c serveCommand) pace() time.Duration {
	if c.DemoPace == nil {
		return usualPace
	}
	return *c.DemoPace
}

// demoAlone refuses what would bring the people who are made up into a database that is
// in use.
func (c serveCommand) demoAlone(a *app) error {
	switch {
	case c.pace() < leastPace:
		return usageError{fmt.Errorf("--demo-pace is at least %v", leastPace)}
	case a.File != "":
		return usageError{fmt.Errorf("the demonstration has a configuration of its own, leave out --config")}
	case a.Database != "":
		return usageError{fmt.Errorf("the demonstration keeps its people in a folder, leave out --database")}
	}
	for _, name := range []string{"ROLLCALL_DATABASE", "ROLLCALL_DATABASE_FILE"} {
		if a.env[name] != "" {
			return usageError{fmt.Errorf("%s is set, and the commands to try beside the demonstration would use it: unset it first", name)}
		}
	}
	return config.Misnamed(a.env).Err()
}

// demoVariables are those of the environment that the demonstration listens to. The
// others are about a company that is in use.
var demoVariables = []string{"ROLLCALL_LISTEN", "ROLLCALL_ALLOW_PLAIN_HTTP", "ROLLCALL_LOG_LEVEL", "ROLLCALL_LOG_FORMAT"}

// configure writes a configuration and reads it back as every command beside will.
func (d *demo) configure(a *app, listen string) (*config.Config, error) {
	env := map[string]string{}
	for _, name := range demoVariables {
		env[name] = a.env[name]
	}
	if listen == "" && env["ROLLCALL_LISTEN"] == "" {
		listen = freeAddress("127.0.0.1:8080")
	}
	flags := map[string]string{}
	if listen != "" {
		flags["listen"] = listen
	}
	draft := filepath.Join(d.folder.dir, "draft.yaml")
	if err := d.writeConfig(draft, "127.0.0.1:0", false); err != nil {
		return nil, err
	}
	defer os.Remove(draft)
	alone := &app{globals: globals{File: draft}, env: env}
	return alone.config(flags)
}

// freeAddress returns the address, or one with a free port if somebody listens there.
func freeAddress(address string) string {
	l, err := net.Listen("tcp", address)
	if err != nil {
		host, _, _ := net.SplitHostPort(address)
		return net.JoinHostPort(host, "0")
	}
	l.Close()
	return address
}

// schedule is how often the LDAP server is read. A schedule knows no less than a second.
func (d *demo) schedule() time.Duration { return max(time.Second, (30 * d.pace).Round(time.Second)) }

// apart is how long somebody has to be missing: not as long as in earnest, so that it can
// be watched.
func (d *demo) apart() time.Duration {
	return max(time.Second, (d.schedule() / 2).Truncate(time.Second))
}

// writeConfig writes the configuration, which commands beside the server read as well.
func (d *demo) writeConfig(name, listen string, plain bool) error {
	text := fmt.Sprintf(`# Made by rollcall serve --demo, anew each time it starts.
data: %q
listen: %q
allow_plain_http: %t
log_level: error
workspace:
  name: Acme
  seats: {limit: 150, when_full: hold}
sources:
  - name: corp
    ldap:
      urls: [%q]
      bind_dn: %q
      bind_password: %q
      base: %q
      preset: openldap
    schedule: "@every %v"
    missing: {after_runs: 2, apart: %.0fs}
`, d.folder.dir, listen, plain, d.ldap.URL, demoReader, ldaptest.Password, demoBase, d.schedule(), d.apart().Seconds())
	return replaceFile(name, text)
}

// configFile is the configuration for commands beside the server.
func (d *demo) configFile() string { return filepath.Join(d.folder.dir, config.DefaultFile) }

// prepare does everything that can go wrong, before anybody is told that the server is
// ready. The server has its lock by now, so that nobody else runs on the folder.
func (d *demo) prepare(ctx context.Context, s *server, log io.Writer) error {
	d.server, d.voice = s, voice{to: log, now: time.Now}
	if err := d.writeConfig(d.configFile(), s.listener.Addr().String(), s.config.AllowPlainHTTP); err != nil {
		return err
	}
	var err error
	if d.workspace, err = s.store.EnsureWorkspace(ctx, s.config.Workspaces[0].Slug); err != nil {
		return err
	}
	shell := &session{Directory: s.directory, by: d.actor(), configured: s.config.Workspaces[0]}
	if err := addLocals(ctx, shell); err != nil {
		return err
	}
	token, err := d.folder.token(ctx, shell)
	if err != nil {
		return err
	}
	d.okta = newDemoOkta(s.base(), token, d.voice)
	d.scheduled = s.scheduler.Sources()
	s.scheduler.Follow(nil) // they are read once what is to come first has come
	s.beside = append(s.beside, d.play, d.listen)
	return nil
}

func (d *demo) actor() directory.Actor {
	return directory.Actor{Kind: directory.System, Name: "demo", Workspace: d.workspace}
}

// addLocals makes people whom no source owns: who administers, and one whom the identity
// provider will ask for as well.
func addLocals(ctx context.Context, s *session) error {
	for _, u := range []directory.User{
		{UserName: "admin", DisplayName: "Administrator", Roles: []directory.MultiValue{{Value: directory.RoleAdmin}}},
		{UserName: doubtful.userName(), DisplayName: doubtful.given + " " + doubtful.family, Emails: []directory.MultiValue{{Value: doubtful.userName(), Type: "work", Primary: true}}},
	} {
		u.Wanted = true
		_, err := s.Apply(ctx, s.by, directory.PutUser{User: u})
		if err != nil && !directory.Is(err, directory.Exists) {
			return fmt.Errorf("make %s: %w", u.UserName, err)
		}
	}
	return nil
}

// readLDAP reads the LDAP server once, without waiting for the schedule.
func (d *demo) readLDAP(ctx context.Context) {
	_, err := d.runner().Run(ctx, d.actor(), d.scheduled[0].Configured)
	if err != nil && !directory.BeingRead(err) && ctx.Err() == nil {
		d.voice.say("corp", "no run: %v", err)
	}
}

// keepSchedule reads the LDAP server again and again, until ctx ends.
func (d *demo) keepSchedule(ctx context.Context) {
	scheduler := bridgesync.Scheduler{Logger: d.log, Runner: d.runner(), Every: d.schedule() / 10}
	scheduler.Follow(d.scheduled)
	if err := scheduler.Run(ctx); err != nil {
		d.log.Error("schedules ended", "err", err)
	}
}

func (d *demo) runner() *bridgesync.Runner {
	return &bridgesync.Runner{Directory: d.directory, Logger: d.log, Owner: owner()}
}

// call returns how to call this program on the demonstration from another terminal.
func (d *demo) call(command string) string {
	where := " --config " + quoted(d.configFile())
	if d.elsewhere {
		where += " --data " + quoted(d.folder.dir)
	}
	return d.program + where + " " + command
}

// calledAs returns how this program is called from another terminal. What go run made is
// gone tomorrow, so that is not how to call it.
func calledAs(first string) string {
	if strings.Contains(first, "go-build") {
		return "go run ./cmd/rollcall"
	}
	return quoted(first)
}

// quoted returns a word as a shell takes it.
func quoted(word string) string {
	harmless := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+:@%", r)
	}
	if word != "" && strings.TrimFunc(word, harmless) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
