package sync

import "slices"

// inSlices lists what is due and does it, some at a time, until nothing is due any more.
// do returns what it could not do, which is set aside, so that it does not hold up the
// rest. It returns how much was done.
func inSlices[T comparable](list func(limit int) ([]T, error), do func([]T) ([]T, error)) (done int, err error) {
	var stuck []T
	for {
		due, err := list(sliceSize + len(stuck))
		if err != nil {
			return done, err
		}
		due = slices.DeleteFunc(due, func(one T) bool { return slices.Contains(stuck, one) })
		if len(due) == 0 {
			return done, nil
		}
		left, err := do(due)
		if err != nil {
			return done, err
		}
		stuck, done = append(stuck, left...), done+len(due)-len(left)
	}
}
