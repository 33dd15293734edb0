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
func (d *Directory) PlanAll(ctx context.Context, by Actor, changes []Change) ([]Result, error) {
	var all []Result
	err := d.store.View(ctx, by.Workspace, func(ctx context.Context, tx ReadTx) error {
		o := newOverlay(tx)
		for slice := range sliced(changes) {
			s := d.slice(by, slice)
			if _, err := s.walk(ctx, o, func() bool { return false }); err != nil {
				return err
			}
			all = append(all, s.results...)
		}
		return nil
	})
	return all, err
}
