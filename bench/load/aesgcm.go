package main

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"flag"
	"fmt"
	"runtime"
	"syscall"
	"time"
)

const (
	tlsRecord    = 16 << 10 // bytes of plain text in a full record
	tlsHeader    = 5        // bytes of additional data: the record's header
	rusageThread = 1        // RUSAGE_THREAD, Linux
)

// aesgcm measures how fast one core encrypts full TLS records, in GB of plain text a second, by the length of the key in
// bits. It is the least that a server spends on what it sends, and so what figures of different machines are measured by.
// It counts the CPU time of one thread, and takes the best of several rounds, since whatever else runs, on the other
// thread of the core for one, makes a round slower and never faster.
func aesgcm(f *flag.FlagSet, args []string) (any, error) {
	rounds := f.Int("rounds", 20, "number of rounds, of which the best counts")
	length := f.Duration("length", 50*time.Millisecond, "of a round")
	_ = f.Parse(args)
	if *rounds < 1 || *length <= 0 {
		return nil, fmt.Errorf("-rounds %d -length %v", *rounds, *length)
	}
	out := map[string]float64{}
	for range *rounds {
		for _, bits := range []int{128, 256} { // in turn, so that both see the same of what else runs
			key := fmt.Sprint(bits)
			out[key] = max(out[key], sealing(bits, *length))
		}
	}
	return out, nil
}

// sealing is the rate of one round, in GB a second.
func sealing(bits int, length time.Duration) float64 {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	block, err := aes.NewCipher(make([]byte, bits/8))
	if err != nil {
		panic(err) // the lengths are ours
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	nonce, header := make([]byte, gcm.NonceSize()), make([]byte, tlsHeader)
	record := make([]byte, tlsRecord, tlsRecord+gcm.Overhead())
	done := uint64(0)
	begin := threadTime()
	for threadTime()-begin < length {
		for range 16 {
			binary.BigEndian.PutUint64(nonce, done)
			gcm.Seal(record[:0], nonce, record, header)
			done++
		}
	}
	return float64(done*tlsRecord) / float64(threadTime()-begin)
}

// threadTime is the CPU time of this thread.
func threadTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(rusageThread, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
