package main

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"rollcall/config"
)

// keyPair is a certificate with its key, read again when one of the files changes. The
// files are looked at when somebody connects, so it needs no loop of its own.
type keyPair struct {
	certFile, keyFile string
	log               *slog.Logger

	mu      sync.Mutex
	loaded  *tls.Certificate
	stamp   string    // of the files as they were loaded, or tried
	checked time.Time // when the files were last looked at
}

// lookAgain is how long the files are taken as they are.
const lookAgain = time.Second

// loadKeyPair reads what the configuration names; nothing is named without TLS.
func loadKeyPair(c *config.Config, log *slog.Logger) (*keyPair, error) {
	if c.TLSCert == "" {
		return nil, nil
	}
	k := &keyPair{certFile: c.TLSCert, keyFile: c.TLSKey, log: log, checked: time.Now()}
	k.stamp = k.stampNow()
	loaded, err := tls.LoadX509KeyPair(k.certFile, k.keyFile)
	if err != nil {
		return nil, config.Faults{c.Fault("tls_cert", fmt.Sprintf("the certificate and its key cannot be used: %v", err),
			"both have to be files in PEM, and belong together")}
	}
	k.loaded = &loaded
	return k, nil
}

// config returns the settings of the server: TLS 1.2 and later, and whoever steals the
// key cannot read what was recorded before.
func (k *keyPair) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, CipherSuites: forwardSecret(), GetCertificate: k.certificate}
}

// forwardSecret lists the suites of TLS 1.2 that exchange keys afresh each time; those
// of TLS 1.3 all do.
func forwardSecret() []uint16 {
	var ids []uint16
	for _, suite := range tls.CipherSuites() {
		if strings.HasPrefix(suite.Name, "TLS_ECDHE_") && !strings.HasSuffix(suite.Name, "_CBC_SHA") {
			ids = append(ids, suite.ID)
		}
	}
	return ids
}

// certificate returns the pair as the files now have it. A pair that cannot be used,
// such as one of which only half is replaced yet, leaves the one before in force.
func (k *keyPair) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if time.Since(k.checked) < lookAgain {
		return k.loaded, nil
	}
	k.checked = time.Now()
	stamp := k.stampNow()
	if stamp == k.stamp {
		return k.loaded, nil
	}
	k.stamp = stamp
	loaded, err := tls.LoadX509KeyPair(k.certFile, k.keyFile)
	if err != nil {
		k.log.Error("the certificate has changed and cannot be used; the one before stays", "event", "tls", "err", err)
		return k.loaded, nil
	}
	k.loaded = &loaded
	k.log.Info("the certificate was read again", "event", "tls")
	return k.loaded, nil
}

// stampNow tells one state of the files from another.
func (k *keyPair) stampNow() string {
	var stamp strings.Builder
	for _, name := range []string{k.certFile, k.keyFile} {
		info, err := os.Stat(name)
		if err != nil {
			fmt.Fprintf(&stamp, "%s is missing;", name)
			continue
		}
		fmt.Fprintf(&stamp, "%d bytes at %d;", info.Size(), info.ModTime().UnixNano())
	}
	return stamp.String()
}
