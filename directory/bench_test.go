package directory_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	. "rollcall/directory"
)

func BenchmarkCreate(b *testing.B) {
	for _, callers := range []int{1, 8, 64} {
		b.Run(fmt.Sprint(callers), func(b *testing.B) {
			f := open(b, Settings{})
			var n atomic.Int64
			b.SetParallelism(max(1, callers/2))
			b.ReportAllocs()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := f.Apply(b.Context(), f.okta, PutUser{User: person(fmt.Sprintf("p%09d", n.Add(1)))}); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
