package main

import (
	"context"
	"fmt"
	"strings"

	"rollcall/directory"
)

// tellRun tells what a run did. One that found nothing to do is not worth a line.
func (d *demo) tellRun(ctx context.Context, id string) {
	var r *directory.Run
	var changes []directory.PlannedChange
	d.read(ctx, func(ctx context.Context, tx directory.ReadTx) (err error) {
		if r, err = tx.Run(ctx, id); err != nil {
			return err
		}
		changes = nil
		return tx.RunChanges(ctx, id, func(c *directory.PlannedChange) error {
			changes = append(changes, *c)
			return nil
		})
	})
	if r == nil {
		return
	}
	if said := runInWords(r, changes); said != "" {
		d.voice.say("corp", "%s", said)
	}
	if r.State == directory.RunHeld {
		d.guarded.Store(true)
		d.voice.write("           Nobody has lost anything. To look, and to decide:\n")
		for _, command := range []string{"sync show ", "sync approve ", "sync reject "} {
			d.voice.write("           " + d.call(command+r.ID) + "\n")
		}
	}
}

// runInWords says what came of a run, or nothing.
func runInWords(r *directory.Run, changes []directory.PlannedChange) string {
	switch {
	case r.State == directory.RunHeld:
		return "the guard holds the run: " + r.Guard.Why
	case r.State == directory.RunFailed:
		return "the run failed, and nobody was taken to be gone: " + r.Error
	}
	planned := r.Kind == directory.PlanRun
	did := done(changes, planned)
	if len(did) == 0 && r.Counts.Missing == 0 {
		return ""
	}
	said := "run: "
	if planned {
		said = "plan: "
	}
	if r.Counts.Missing > 0 {
		did = append(did, fmt.Sprintf("%d missing, who keep their access until a second run misses them too", r.Counts.Missing))
	}
	return said + plural(int(r.Counts.Read), "person", "people") + " read; " + strings.Join(did, ", ")
}

// fewChanges is how many changes are told one by one.
const fewChanges = 3

// done says what a run changed, or would: one by one, or counted if it is much. What could
// not be used is found by every run anew, and is not told; who is missing is counted elsewhere.
func done(changes []directory.PlannedChange, planned bool) []string {
	type change struct {
		of  directory.RecordType
		did string
	}
	var single []string
	var kinds []change
	counts := map[change]int{}
	waiting := 0
	for _, c := range changes {
		if c.Action == "conflict" || c.Action == "refuse" || c.Action == "missing" {
			continue
		}
		did := c.Action // recreated says what somebody is, the others what is done
		if strings.HasSuffix(did, "e") {
			did += "d"
			if planned {
				did = "to be " + did
			}
		}
		kind := change{c.Type, did}
		if counts[kind] == 0 {
			kinds = append(kinds, kind)
		}
		counts[kind]++
		said := string(c.Type) + " " + c.Name + " " + did
		if c.Action == "create" && c.Reason != "" {
			said += " (" + c.Reason + ")"
			waiting++
		}
		single = append(single, said)
	}
	if len(single) <= fewChanges {
		return single
	}
	var counted []string
	for _, kind := range kinds {
		counted = append(counted, count(counts[kind], string(kind.of))+" "+kind.did)
	}
	if waiting > 0 {
		counted = append(counted, plural(waiting, "has", "have")+" to wait for a seat")
	}
	return counted
}
