package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"time"

	"rollcall/dev/need"
)

// ldapRows are what there is to measure of runs over LDAP.
var ldapRows = []string{"first run", "run without changes"}

// measureLDAP measures runs of the real program over a real OpenLDAP server: the first
// one, which makes everybody, and later ones, which find that nothing changed. What
// reading costs at least is what ldapsearch takes for the same entries.
func (b *bench) measureLDAP(ctx context.Context) error {
	if !need.HasSlapd() {
		for _, name := range ldapRows {
			b.table.add(row{what: "LDAP: " + name, missing: "no slapd"})
		}
		return nil
	}
	if err := b.build(ctx); err != nil {
		return err
	}
	dir := filepath.Join(b.dir, "ldap")
	if err := os.MkdirAll(filepath.Join(dir, "slapd"), 0o700); err != nil {
		return err
	}
	lab, err := need.StartSlapd(filepath.Join(dir, "slapd"), b.clerks, b.clerks/20)
	if err != nil {
		return err
	}
	defer lab.Kill()
	c := ldapSite{bench: b, lab: lab, dir: dir}
	if err := c.configure(); err != nil {
		return err
	}
	return c.measure(ctx)
}

// ldapSite is an LDAP server and a data folder for those who are in it.
type ldapSite struct {
	*bench
	lab *need.Lab
	dir string
}

func (c ldapSite) configure() error {
	text := "workspace: {name: Bench}\n" + c.lab.Source()
	return os.WriteFile(filepath.Join(c.dir, "rollcall.yaml"), []byte(text), 0o600)
}

func (c ldapSite) measure(ctx context.Context) error {
	c.say("LDAP: first run")
	first, err := c.run(ctx)
	if err != nil {
		return err
	}
	c.say("LDAP: runs without changes, and ldapsearch")
	var same, floor []cost
	for range max(c.rounds, 3) {
		one, err := c.run(ctx)
		if err != nil {
			return err
		}
		read, err := c.search(ctx)
		if err != nil {
			return err
		}
		same, floor = append(same, one), append(floor, read)
	}
	c.report(ldapRows[0], first, middleCost(floor), goal{})
	c.report(ldapRows[1], middleCost(same), middleCost(floor), atMost(3))
	return nil
}

// report adds the rows of one kind of run.
func (c ldapSite) report(name string, of, floor cost, cpu goal) {
	name = fmt.Sprintf("LDAP: %s, %d people", name, c.clerks)
	for _, r := range []struct {
		what      string
		of, floor time.Duration
		goal      goal
	}{{"time", of.took, floor.took, goal{}}, {"CPU", of.cpu, floor.cpu, cpu}} {
		c.table.add(row{what: name + ", " + r.what, measured: inMillis(r.of), against: inMillis(r.floor), limit: "ldapsearch",
			ratio: float64(r.of) / float64(max(r.floor, tick)), goal: r.goal})
	}
	c.table.add(row{what: name + ", memory at its highest", measured: inMegabytes(of.peak), goal: noMore(128, megabytes)})
}

// cost is what a program took from its start to its end.
type cost struct {
	took, cpu time.Duration
	peak      int64 // bytes that were resident
}

func middleCost(all []cost) cost {
	var took, cpu, peak []float64
	for _, c := range all {
		took, cpu, peak = append(took, float64(c.took)), append(cpu, float64(c.cpu)), append(peak, float64(c.peak))
	}
	return cost{time.Duration(median(took)), time.Duration(median(cpu)), int64(median(peak))}
}

func (c ldapSite) run(ctx context.Context) (cost, error) {
	return spend(exec.CommandContext(ctx, c.program, "--config", filepath.Join(c.dir, "rollcall.yaml"),
		"--data", filepath.Join(c.dir, "data"), "sync", "run", "corp", "--json"))
}

// search reads what a run reads: people with what is mapped, then groups.
func (c ldapSite) search(ctx context.Context) (sum cost, err error) {
	people := []string{"(|(objectClass=inetOrgPerson)(objectClass=posixAccount))", "entryUUID", "uid", "givenName", "sn", "displayName",
		"cn", "mail", "telephoneNumber", "title", "o", "departmentNumber", "employeeNumber", "preferredLanguage",
		"pwdAccountLockedTime", "pwdEndTime", "shadowExpire"}
	groups := []string{"(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames))", "entryUUID", "cn", "member", "uniqueMember"}
	for _, asked := range [][]string{people, groups} {
		args := append([]string{"-x", "-LLL", "-E", "pr=500/noprompt", "-H", c.lab.URL, "-D", c.lab.BindDN, "-w", c.lab.BindPassword,
			"-b", c.lab.Base}, asked...)
		one, err := spend(exec.CommandContext(ctx, "ldapsearch", args...))
		if err != nil {
			return cost{}, err
		}
		sum.took, sum.cpu, sum.peak = sum.took+one.took, sum.cpu+one.cpu, max(sum.peak, one.peak)
	}
	return sum, nil
}

// spend runs a program to its end and says what it took.
func spend(cmd *exec.Cmd) (c cost, err error) {
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return c, err
	}
	var peak atomic.Int64
	ended, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		watch(process(cmd.Process.Pid), &peak, ended)
	}()
	err = cmd.Wait()
	close(ended)
	<-watched
	if err != nil {
		return c, fmt.Errorf("%s: %w", cmd.Path, err)
	}
	state := cmd.ProcessState
	return cost{time.Since(began), state.UserTime() + state.SystemTime(), peak.Load()}, nil
}

// watch keeps the highest memory of a process until it ended. What the system reports of
// a process that has ended counts the memory of its parent, too.
func watch(p process, peak *atomic.Int64, ended <-chan struct{}) {
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for {
		if bytes, err := p.memory("VmHWM"); err == nil { // at the end there is no such line
			peak.Store(bytes)
		}
		select {
		case <-ended:
			return
		case <-look.C:
		}
	}
}
