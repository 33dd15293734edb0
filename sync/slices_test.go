package sync

import (
	"slices"
	"testing"
)

func TestWhatCannotBeDoneIsListedAFewTimesAndHoldsUpNobody(t *testing.T) {
	const stuck, free = 5000, 300
	var waiting []int
	for i := range stuck + free {
		waiting = append(waiting, i)
	}
	listed, most := 0, 0
	done, err := inSlices(func(limit int) ([]int, error) {
		due := slices.Clone(waiting[:min(limit, len(waiting))])
		listed += len(due)
		return due, nil
	}, func(due []int) (left []int, err error) {
		most = max(most, len(due))
		for _, one := range due {
			if one < stuck {
				left = append(left, one)
				continue
			}
			waiting = slices.DeleteFunc(waiting, func(w int) bool { return w == one })
		}
		return left, nil
	})
	if err != nil || done != free || len(waiting) != stuck {
		t.Errorf("done %d, %v; %d wait", done, err, len(waiting))
	}
	if listed > 4*(stuck+free) {
		t.Errorf("%d were listed to do %d of %d", listed, free, stuck+free)
	}
	if most > sliceSize {
		t.Errorf("%d were done at once", most)
	}
}
