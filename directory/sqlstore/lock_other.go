//go:build !unix

package sqlstore

import "os"

// tryLock cannot keep a second server out here: SQLite's own locks keep the data whole,
// but two servers would wait for each other.
func tryLock(*os.File, bool) (bool, error) { return true, nil }
