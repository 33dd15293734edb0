package vault

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"rollcall/directory"
)

// KeyFile is the name of the file in the data folder that holds the sealing key when
// the configuration gives none. Each line is a key in base64. The first one seals; a
// key that is to be replaced moves to the second line.
const KeyFile = "secret.key"

// Load returns the ring of a data folder. A given key seals, and what the key file has
// sealed before can still be opened. Without one the first key of the file seals, and
// a file is made if there is none.
func Load(dir string, given []byte) (*Ring, error) {
	path := filepath.Join(dir, KeyFile)
	keys, err := readKeys(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
		if given == nil {
			keys, err = makeKey(path)
		}
	}
	if err != nil {
		return nil, err
	}
	if given != nil {
		keys = append([][]byte{given}, keys...)
	}
	return NewRing(keys...)
}

// CheckKeyFile reports what is wrong with the key file of a data folder. One that is
// not there yet is in order.
func CheckKeyFile(dir string) error {
	_, err := readKeys(filepath.Join(dir, KeyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// readKeys reads a key file that not everybody can read.
func readKeys(path string) ([][]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read the sealing key: %w", err)
	}
	// A group may read it: orchestrators give volumes one.
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o007 != 0 {
		return nil, directory.Errorf(directory.Unavailable, "", "everybody on this machine can read the sealing key %s", path).
			Hinted("make it private with: chmod 600 %s", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the sealing key: %w", err)
	}
	var keys [][]byte
	for line := range strings.FieldsSeq(string(text)) {
		k, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(k) != KeySize {
			return nil, damaged(path)
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, damaged(path)
	}
	return keys, nil
}

func damaged(path string) error {
	return directory.Errorf(directory.Unavailable, "", "the sealing key %s is damaged: each line has to be %d bytes in base64", path, KeySize).
		Hinted("restore it from a backup; without it nothing that was sealed can be opened")
}

// makeKey writes a new key file and returns its keys. When several processes do so at
// once, one file wins and all of them get it: it appears whole or not at all.
func makeKey(path string) ([][]byte, error) {
	k := make([]byte, KeySize)
	if _, err := rand.Read(k); err != nil {
		panic("no randomness from the operating system: " + err.Error())
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make a sealing key: %w", err)
	}
	draft, err := writeDraft(path, base64.StdEncoding.EncodeToString(k)+"\n")
	defer os.Remove(draft)
	if err == nil {
		err = os.Link(draft, path)
	}
	if err == nil {
		err = syncFolder(filepath.Dir(path))
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("make a sealing key: %w", err)
	}
	return readKeys(path)
}

// writeDraft writes a file beside path that only its owner can read, and returns its
// name.
func writeDraft(path, text string) (string, error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(text)
	return f.Name(), errors.Join(err, f.Sync(), f.Close())
}

// syncFolder makes the names in a folder durable: a key must not be lost when what it
// sealed is not.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
