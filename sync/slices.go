package sync

import "slices"

// inSlices lists what is due and does it, some at a time, until nothing is due any more.
// do returns what it could not do, which is set aside, so that it does not hold up the
// rest. What is set aside is listed again with everything else: each list is so much
// longer that it is passed over a few times only. It returns how much was done.
func inSlices[T comparable](list func(limit int) ([]T, error), do func([]T) ([]T, error)) (done int, err error) {
	stuck := map[T]bool{}
	for {
		due, err := list(sliceSize + 2*len(stuck))
		if err != nil {
			return done, err
		}
		due = slices.DeleteFunc(due, func(one T) bool { return stuck[one] })
		if len(due) == 0 {
			return done, nil
		}
		for some := range slices.Chunk(due, sliceSize) {
			left, err := do(some)
			if err != nil {
				return done, err
			}
			for _, one := range left {
				stuck[one] = true
			}
			done += len(some) - len(left)
		}
	}
}
