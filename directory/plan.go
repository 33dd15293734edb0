package directory

import "context"

// Planned is what a change would come to.
type Planned struct {
	Receipt Receipt
	Records []AuditRecord // what the audit log would say, without sequence and hash
	Err     error         // why it would be refused
}

// Plan foretells what Apply would do now.
func (d *Directory) Plan(ctx context.Context, by Actor, c Change) (Planned, error) {
	all, err := d.PlanAll(ctx, by, []Change{c})
	if err != nil {
		return Planned{}, err
	}
	return all[0], nil
}

// PlanAll foretells what applying the changes one after the other would do. It takes
// the same steps over one snapshot, with an overlay that holds what earlier changes
// would have written: thirty joiners on twenty-five free seats are planned as
// twenty-five and five. Nothing is written. Passwords are not hashed.
func (d *Directory) PlanAll(ctx context.Context, by Actor, changes []Change) ([]Planned, error) {
	var all []Planned
	err := d.store.View(ctx, by.Workspace, func(ctx context.Context, tx ReadTx) error {
		o := newOverlay(tx)
		all = make([]Planned, 0, len(changes))
		for _, c := range changes {
			got, err := d.planOne(ctx, by, c, o)
			if err != nil {
				return err
			}
			all = append(all, got)
		}
		return nil
	})
	return all, err
}

func (d *Directory) planOne(ctx context.Context, by Actor, c Change, o *overlay) (Planned, error) {
	if err := standing(by, c); err != nil {
		return Planned{Receipt: Receipt{Outcome: Refused}, Err: err}, nil
	}
	o.records = nil
	p := d.passage(by, prepared{Change: c}, o)
	err := o.Step(ctx, func() error { return p.walk(ctx) })
	switch {
	case err == nil:
		return Planned{Receipt: p.receipt, Records: o.records}, nil
	case isRefusal(err):
		return Planned{Receipt: Receipt{Outcome: Refused}, Err: err}, nil
	}
	return Planned{}, err
}
