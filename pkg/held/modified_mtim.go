//go:build unix && !darwin && !freebsd && !netbsd

package held

import (
	"syscall"
	"time"
)

func modified(stat *syscall.Stat_t) time.Time { return time.Unix(stat.Mtim.Unix()) }
