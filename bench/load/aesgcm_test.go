package main

import (
	"runtime"
	"testing"
	"time"
)

func TestThreadTimeDoesNotCountOtherThreads(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := threadTime()
	done := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		for begin := threadTime(); threadTime()-begin < 100*time.Millisecond; {
		}
		close(done)
	}()
	<-done
	if used := threadTime() - before; used > 50*time.Millisecond {
		t.Errorf("while another thread worked for 100 ms, this one is said to have used %v", used)
	}
}

func TestAESGCMToldInGigabytesASecond(t *testing.T) {
	const length = 20 * time.Millisecond
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := threadTime()
	rate := sealing(256, length)
	if used := threadTime() - before; used < length || used > 10*length {
		t.Errorf("a round of %v took %v", length, used)
	}
	// From a processor without instructions for AES to one that encrypts four blocks at once.
	if rate < 0.01 || rate > 100 {
		t.Errorf("%v GB/s", rate)
	}
}
