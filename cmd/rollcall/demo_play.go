package main

import (
	"context"
	"sync"
	"time"

	"rollcall/directory"
)

// play lets everything happen once, says what to try, and then goes on quietly.
func (d *demo) play(ctx context.Context) {
	defer func() { d.voice.write(d.farewell()) }()
	d.voice.write(d.welcome())
	for _, scene := range d.opening() {
		if !pause(ctx, d.pace) {
			return
		}
		scene(ctx)
	}
	var work sync.WaitGroup
	defer work.Wait()
	work.Go(func() { d.keepSchedule(ctx) })
	d.voice.write(d.guide())
	d.goOn(ctx)
}

// goOn lets things happen until ctx ends. The company changes while there is time before
// the next run, so that a plan has something to show.
func (d *demo) goOn(ctx context.Context) {
	for turn := 0; pause(ctx, 10*d.pace); turn++ {
		d.stepCompany()
		if !pause(ctx, 15*d.pace) {
			return
		}
		d.stepOkta(ctx, turn)
		if !pause(ctx, 5*d.pace) {
			return
		}
	}
}

// pause waits, and reports whether to go on.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// opening is what happens in the first half minute. The identity provider comes first, so
// that its people have seats, and then so many come from LDAP that there are too few.
func (d *demo) opening() []func(context.Context) {
	o := d.okta
	return []func(context.Context){
		o.testConnection,
		func(ctx context.Context) {
			for range firstPartners {
				o.hire(ctx)
				pause(ctx, d.pace/5)
			}
		},
		o.pushGroup,
		d.readLDAP,
		func(ctx context.Context) {
			o.patch(ctx, "updates the title of %s", 2, directory.Object{"title": "Principal Consultant"})
		},
		func(ctx context.Context) { o.repeat(ctx, 3) },
		func(ctx context.Context) { o.deactivate(ctx, 4) },
		func(ctx context.Context) { o.reactivate(ctx, 4) },
		func(ctx context.Context) { o.assign(ctx, doubtful) },
		func(context.Context) { d.stepCompany() }, // so that a plan has something to show
	}
}

// stepCompany lets the next thing happen in the company. The LDAP server has it at once;
// Rollcall learns of it with the next run. A bad night lasts until the guard has seen it.
func (d *demo) stepCompany() {
	if d.company.dark && !d.guarded.Load() {
		return
	}
	said := d.company.step()
	d.ldap.Replace(d.company.directory())
	d.folder.Steps = d.company.steps
	if err := d.folder.save(); err != nil {
		d.voice.say("demo", "%v", err)
	}
	if said != "" {
		d.voice.say("ldap", "%s", said)
	}
}

// stepOkta lets the identity provider do something.
func (d *demo) stepOkta(ctx context.Context, turn int) {
	o := d.okta
	who := turn * 5 % firstPartners
	switch turn % 5 {
	case 0:
		o.hire(ctx)
	case 1:
		o.pushGroup(ctx)
	case 2:
		if o.ids[doubtful.n] == "" {
			o.assign(ctx, doubtful)
		}
	case 3:
		o.deactivate(ctx, who)
	case 4:
		o.reactivate(ctx, (turn-1)*5%firstPartners)
	}
}

func (o *demoOkta) deactivate(ctx context.Context, n int) {
	o.patch(ctx, "deactivates %s", n, directory.Object{"active": false})
}

func (o *demoOkta) reactivate(ctx context.Context, n int) {
	o.patch(ctx, "activates %s again", n, directory.Object{"active": true})
}
