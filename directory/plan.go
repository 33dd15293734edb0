package directory

import "context"

// Plan foretells what Apply would do now.
func (d *Directory) Plan(ctx context.Context, by Actor, c Change) (Result, error) {
	all, err := d.PlanAll(ctx, by, []Change{c})
	if err != nil {
		return Result{}, err
	}
	return all[0], nil
}

// PlanAll foretells what ApplyAll would do with the changes. It takes the same steps
// over one snapshot, with an overlay that holds what earlier changes would have
// written: thirty joiners on twenty-five free seats are planned as twenty-five and
// five. Nothing is written. Passwords are not hashed. Administrators by mapping are
// judged by the mappings of the snapshot.
func (d *Directory) PlanAll(ctx context.Context, by Actor, changes []Change) (all []Result, err error) {
	err = d.Planning(ctx, by, new(memory), func(ctx context.Context, plan PlanFunc) (err error) {
		all, err = plan(ctx, changes)
		return err
	})
	return all, err
}

// PlanFunc plans further changes after those before.
type PlanFunc func(context.Context, []Change) ([]Result, error)

// Planning runs work with a function that plans changes in instalments: each sees what
// the earlier ones would have written. The snapshot is held as long as work runs. Whom
// they would have written lies in room.
func (d *Directory) Planning(ctx context.Context, by Actor, room Room, work func(context.Context, PlanFunc) error) error {
	return d.store.View(ctx, by.Workspace, func(ctx context.Context, tx ReadTx) error {
		o := newOverlay(tx, room)
		return work(ctx, func(ctx context.Context, changes []Change) ([]Result, error) {
			all := make([]Result, 0, len(changes))
			for slice := range sliced(changes) {
				s := d.slice(by, slice)
				if _, err := s.walk(ctx, o, func() bool { return false }); err != nil {
					return nil, err
				}
				all = append(all, s.results...)
			}
			return all, nil
		})
	})
}
