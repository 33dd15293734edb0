package main

import (
	"crypto/tls"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/config"
)

// pairFiles writes a certificate called name and its key over the files in dir.
func pairFiles(t *testing.T, dir, name string) (cert, key string) {
	t.Helper()
	cert, key = filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
	certificate, private, err := selfSigned(name, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	write(t, cert, certificate)
	write(t, key, private)
	return cert, key
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// name returns whose certificate the pair hands out.
func (k *keyPair) name(t *testing.T) string {
	t.Helper()
	c, err := k.certificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	return c.Leaf.Subject.CommonName
}

func load(t *testing.T, cert, key string) *keyPair {
	t.Helper()
	k, err := loadKeyPair(&config.Config{TLSCert: cert, TLSKey: key}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestACertificateThatChangesIsReadAgain(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		cert, key := pairFiles(t, dir, "first")
		k := load(t, cert, key)
		second, secondKey, err := selfSigned("another second", time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		write(t, cert, second)
		time.Sleep(2 * time.Second)
		if got := k.name(t); got != "first" {
			t.Errorf("half a pair is in force: the one of %s", got)
		}
		write(t, key, secondKey)
		if got := k.name(t); got != "first" {
			t.Errorf("the files are looked at for every connection: %s", got)
		}
		time.Sleep(2 * time.Second)
		if got := k.name(t); got != "another second" {
			t.Errorf("the old pair is still in force: the one of %s", got)
		}
		if err := os.Remove(cert); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		if got := k.name(t); got != "another second" {
			t.Errorf("without files the pair in force is the one of %s", got)
		}
	})
}

func TestOnlySecretConnectionsAreTaken(t *testing.T) {
	t.Parallel()
	cert, key := pairFiles(t, t.TempDir(), "localhost")
	server := load(t, cert, key).config()
	tests := []struct {
		what   string
		client *tls.Config
		want   bool
	}{
		{"TLS 1.3", &tls.Config{MinVersion: tls.VersionTLS13}, true},
		{"TLS 1.2", &tls.Config{MaxVersion: tls.VersionTLS12}, true},
		{"TLS 1.1", &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, false},
		{"TLS 1.2 with the key of the certificate", &tls.Config{MaxVersion: tls.VersionTLS12,
			CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_256_GCM_SHA384}}, false},
	}
	for _, tt := range tests {
		tt.client.InsecureSkipVerify = true
		if got := handshake(server, tt.client) == nil; got != tt.want {
			t.Errorf("%s: taken is %v", tt.what, got)
		}
	}
}

// handshake connects a client to a server.
func handshake(server, client *tls.Config) error {
	here, there := net.Pipe()
	defer here.Close()
	defer there.Close()
	go tls.Server(there, server).Handshake()
	here.SetDeadline(time.Now().Add(5 * time.Second))
	return tls.Client(here, client).Handshake()
}
