// Package process tells of this very process, and lifts its limits.
package process

import "syscall"

// RaiseFileLimit lifts the soft limit of open files to the hard one: a thousand readers are a thousand sockets.
func RaiseFileLimit() {
	var l syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l) == nil {
		l.Cur = l.Max
		_ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l)
	}
}

func usage() syscall.Rusage {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return u
}

// CPUSeconds is the processor time that the process used.
func CPUSeconds() float64 {
	u := usage()
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// PeakRSS is the most resident memory that the process had, in MiB.
func PeakRSS() int64 { return usage().Maxrss / 1024 }
