package main

import (
	"os"
	"strings"
	"testing"
)

// TestTheDoctorNoticesAFullDisk writes to a device that is always full.
func TestTheDoctorNoticesAFullDisk(t *testing.T) {
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("this system has no device that is always full")
	}
	defer f.Close()
	if err := tryWriting(f); err == nil || !strings.Contains(err.Error(), "/dev cannot be written to: no space left") {
		t.Errorf("got %v", err)
	}
}
